"""The registers: training sessions, requests of projects, and devices in service."""

"""A seeded simulator of B-mode cines: for demonstration and tests, never for a clinical decision."""

from pipeline.phantom.cine import render
from pipeline.phantom.probe import geometry
from pipeline.phantom.scene import Banner, Fault, FaultKind, Scene, Subject

__all__ = ["Banner", "Fault", "FaultKind", "Scene", "Subject", "geometry", "render"]

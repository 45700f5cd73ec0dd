"""A seeded simulator of B-mode cines: for demonstration and tests, never for a clinical decision."""

from pipeline.phantom.cine import render
from pipeline.phantom.demo import DemoDevice, DemoScan, Format, demo_scenes, write_scan
from pipeline.phantom.dicom import Coding, DemoHeader, write_dicom
from pipeline.phantom.media import write_mp4, write_png
from pipeline.phantom.probe import geometry
from pipeline.phantom.scene import Banner, Fault, FaultKind, Scene, Subject

__all__ = [
    "Banner",
    "Coding",
    "DemoDevice",
    "DemoHeader",
    "DemoScan",
    "Fault",
    "FaultKind",
    "Format",
    "Scene",
    "Subject",
    "demo_scenes",
    "geometry",
    "render",
    "write_dicom",
    "write_mp4",
    "write_png",
    "write_scan",
]

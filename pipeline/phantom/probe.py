"""Where does the probe send its beams, and where on the screen do their echoes land?"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.phantom.scene import FaultKind, Scene, Subject
from pipeline.sector import Point, Provenance, Sector, Shape

Field = NDArray[np.float32]

# the depth that the anatomy of each subject is drawn for; other probes show it larger or smaller
REFERENCE_DEPTH_MM = {
    Subject.LUNG: 110.0,
    Subject.HEART: 150.0,
    Subject.ABDOMEN: 150.0,
    Subject.VESSEL: 100.0,
    Subject.FETAL_HEAD: 130.0,
}


@dataclass(frozen=True)
class Layout:
    """The probe's fan or rectangle on the screen. half_angle in radians, 0 for a linear probe; lengths as named.

    probe_radius_mm: from the point where the beams meet to the probe's face; 0 for a linear probe.
    """

    sector: Sector
    mm_per_pixel: float
    depth_mm: float
    probe_radius_mm: float
    half_angle: float
    width_mm: float


@dataclass(frozen=True, eq=False)
class Grid:
    """Where each echo sample of each beam lies; every field is (samples, lines).

    x, z: right of and below the middle of the probe's face; depth: along the beam; all in the millimetres that the
    anatomy is drawn in. across: -1 (left beam) to 1. sine, cosine: of the beam against straight down.
    line_per_x .. sample_per_z: samples and lines that one millimetre of movement is worth.
    """

    x: Field
    z: Field
    depth: Field
    across: Field
    sine: Field
    cosine: Field
    line_per_x: Field
    line_per_z: Field
    sample_per_x: Field
    sample_per_z: Field
    depth_step: float

    @property
    def shape(self) -> tuple[int, int]:
        """Samples and lines."""
        return int(self.x.shape[0]), int(self.x.shape[1])


def geometry(scene: Scene) -> Sector:
    """Return the true sector of the scene: echoes are drawn on every pixel of its mask and on no other."""
    return layout(scene).sector


def layout(scene: Scene) -> Layout:
    """Fit the probe's outline into the part of the screen that the banner leaves free."""
    rng = np.random.default_rng([scene.seed, 1])
    natural = _natural_depth_mm(scene)
    deep = scene.fault(FaultKind.OVER_DEEP)
    depth = natural * (1.0 if deep is None else 1.3 + 1.2 * deep.severity)
    box = _free_box(scene)
    if scene.shape is Shape.LINEAR:
        return _rectangle(box, depth, 38.0 * rng.uniform(0.95, 1.15))
    if scene.shape is Shape.PHASED:
        return _fan(scene.shape, box, depth, rng.uniform(3.0, 6.0), math.radians(rng.uniform(38, 45)))
    return _fan(scene.shape, box, depth, rng.uniform(45.0, 60.0), math.radians(rng.uniform(29, 35)))


def grid(scene: Scene, samples: int, lines: int) -> Grid:
    """Return where the samples (rows) of the beams (columns) lie in the body."""
    probe = layout(scene)
    scale = REFERENCE_DEPTH_MM[scene.subject] / _natural_depth_mm(scene)
    across, depth = np.meshgrid(np.linspace(-1, 1, lines), np.linspace(0, probe.depth_mm * scale, samples))
    angle = across * probe.half_angle
    sine, cosine = np.sin(angle), np.cos(angle)
    per_sample = (samples - 1) / (probe.depth_mm * scale)
    if probe.half_angle:
        radius = probe.probe_radius_mm * scale + depth
        x, z = radius * sine, radius * cosine - probe.probe_radius_mm * scale
        per_line = (lines - 1) / (2 * probe.half_angle) / np.maximum(radius, 12.0)
    else:
        x, z = across * probe.width_mm * scale / 2, depth
        per_line = np.full_like(x, (lines - 1) / (probe.width_mm * scale))
    return Grid(
        x=x.astype(np.float32),
        z=z.astype(np.float32),
        depth=depth.astype(np.float32),
        across=across.astype(np.float32),
        sine=sine.astype(np.float32),
        cosine=cosine.astype(np.float32),
        line_per_x=(per_line * cosine).astype(np.float32),
        line_per_z=(-per_line * sine).astype(np.float32),
        sample_per_x=(per_sample * sine).astype(np.float32),
        sample_per_z=(per_sample * cosine).astype(np.float32),
        depth_step=1 / per_sample,
    )


def scan_maps(scene: Scene, samples: int, lines: int) -> tuple[NDArray[np.int16], NDArray[np.uint16]]:
    """Return the fixed-point maps with which `cv2.remap` turns (samples, lines) into (rows, columns)."""
    sector = geometry(scene)
    y, x = np.mgrid[0 : scene.rows, 0 : scene.columns].astype(np.float32)
    if sector.apex and sector.radii and sector.angles:
        right, down = x - sector.apex[0], y - sector.apex[1]
        along = (np.hypot(right, down) - sector.radii[0]) / (sector.radii[1] - sector.radii[0])
        across = (np.degrees(np.arctan2(right, down)) / sector.angles[1] + 1) / 2
    else:
        (left, top), (end, bottom) = sector.polygon[0], sector.polygon[2]
        along, across = (y - top) / (bottom - top), (x - left) / (end - left)
    coarse, fine = cv2.convertMaps(
        (across * (lines - 1)).astype(np.float32), (along * (samples - 1)).astype(np.float32), cv2.CV_16SC2
    )
    return coarse.astype(np.int16, copy=False), fine.astype(np.uint16, copy=False)


def _natural_depth_mm(scene: Scene) -> float:
    if scene.shape is Shape.LINEAR:
        return {Subject.LUNG: 50.0, Subject.VESSEL: 40.0}.get(scene.subject, 70.0)
    return REFERENCE_DEPTH_MM[scene.subject]


def _free_box(scene: Scene) -> tuple[float, float, float, float]:
    left, top, right, bottom = (0.03, 0.03, 0.97, 0.97) if scene.banner is None else (0.06, 0.15, 0.88, 0.93)
    return left * scene.columns, top * scene.rows, right * scene.columns, bottom * scene.rows


def _fan(shape: Shape, box: tuple[float, float, float, float], depth: float, radius: float, half: float) -> Layout:
    left, top, right, bottom = box
    far = radius + depth
    width, height = 2 * far * math.sin(half), far - radius * math.cos(half)
    pixels = min((right - left) / width, (bottom - top) / height)
    apex = ((left + right) / 2, top + ((bottom - top) - height * pixels) / 2 - radius * math.cos(half) * pixels)
    near_arc = _arc(apex, radius * pixels, -half, half, 24)
    far_arc = _arc(apex, far * pixels, half, -half, 48)
    degrees = math.degrees(half)
    sector = Sector(
        shape, Provenance.DECLARED, 1.0, near_arc + far_arc, apex, (radius * pixels, far * pixels), (-degrees, degrees)
    )
    return Layout(sector, 1 / pixels, depth, radius, half, width)


def _arc(apex: Point, radius: float, first: float, last: float, points: int) -> tuple[Point, ...]:
    angles = [first + (last - first) * k / (points - 1) for k in range(points)]
    return tuple((apex[0] + radius * math.sin(a), apex[1] + radius * math.cos(a)) for a in angles)


def _rectangle(box: tuple[float, float, float, float], depth: float, width: float) -> Layout:
    left, top, right, bottom = box
    pixels = min((right - left) / width, (bottom - top) / depth)
    middle, start = (left + right) / 2, top + ((bottom - top) - depth * pixels) / 2
    west, east, south = middle - width * pixels / 2, middle + width * pixels / 2, start + depth * pixels
    corners = ((west, start), (east, start), (east, south), (west, south))
    return Layout(Sector(Shape.LINEAR, Provenance.DECLARED, 1.0, corners), 1 / pixels, depth, 0.0, 0.0, width)

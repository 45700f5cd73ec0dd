"""What does each scan line of the sector show, from the probe's face downwards?"""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.clip import Clip, Luminance
from pipeline.sector import Mask, Sector

DEPTHS = 64
LINES = 96

Floats = NDArray[np.float64]


def scan_lines(pictures: Luminance, clip: Clip, sector: Sector) -> tuple[Luminance, Mask]:
    """Return `pictures` (k, rows, columns), of any size, as (k, 64 depths, 96 lines) uint8, and where it is inside.

    Depth 0 is the probe's face, line 0 the left edge as the reader sees it. A fan is sampled along radii, a
    rectangle along its sides. The second value, (64, 96) bool, is False where the picture's border cuts the sector.
    """
    return samples(pictures, clip, sector, DEPTHS, LINES)


def samples(
    pictures: Luminance, clip: Clip, sector: Sector, depths: int, lines: int, least: float = 0.0, most: float = 1.0
) -> tuple[Luminance, Mask]:
    """Return as `scan_lines` (k, depths, lines), from the share `least` of the sector's depth to the share `most`."""
    scale_x = pictures.shape[2] / clip.columns
    scale_y = pictures.shape[1] / clip.rows
    x, y = places(sector, least + (most - least) * shares(depths), shares(lines))
    inside: Mask = (x >= 0) & (x <= clip.columns - 1) & (y >= 0) & (y <= clip.rows - 1)
    map_x = ((x + 0.5) * scale_x - 0.5).astype(np.float32)
    map_y = ((y + 0.5) * scale_y - 0.5).astype(np.float32)
    sampled = [cv2.remap(p, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) for p in pictures]
    return np.stack(sampled), inside


def shares(count: int) -> Floats:
    """Return the middles of `count` equal parts of 0 to 1."""
    middles: Floats = (np.arange(count) + 0.5) / count
    return middles


def places(sector: Sector, down: Floats, along: Floats) -> tuple[Floats, Floats]:
    """Return the columns and rows in the full-size picture, (depths, lines) each, of shares of depth and of width."""
    depth, across = np.meshgrid(down, along, indexing="ij")
    return places_at(sector, depth, across)


def places_at(sector: Sector, depth: Floats, across: Floats) -> tuple[Floats, Floats]:
    """Return the columns and rows in the full-size picture of shares of the depth and of the width, of equal shape."""
    if sector.apex is not None and sector.radii is not None and sector.angles is not None:
        radius = sector.radii[0] + depth * (sector.radii[1] - sector.radii[0])
        angle = np.radians(sector.angles[0] + across * (sector.angles[1] - sector.angles[0]))
        return sector.apex[0] + radius * np.sin(angle), sector.apex[1] + radius * np.cos(angle)
    corners = np.array(sector.polygon)
    total, difference = corners.sum(axis=1), corners[:, 0] - corners[:, 1]
    top_left, bottom_right = corners[total.argmin()], corners[total.argmax()]
    top_right, bottom_left = corners[difference.argmax()], corners[difference.argmin()]
    x, y = (
        (1 - depth) * ((1 - across) * top_left[i] + across * top_right[i])
        + depth * ((1 - across) * bottom_left[i] + across * bottom_right[i])
        for i in (0, 1)
    )
    return x, y

"""What does each scan line of the sector show, from the probe's face downwards?"""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.clip import Clip, Luminance
from pipeline.sector import Mask, Sector

DEPTHS = 64
LINES = 96


def scan_lines(pictures: Luminance, clip: Clip, sector: Sector) -> tuple[Luminance, Mask]:
    """Return `pictures` (k, rows, columns), of any size, as (k, 64 depths, 96 lines) uint8, and where it is inside.

    Depth 0 is the probe's face, line 0 the left edge as the reader sees it. A fan is sampled along radii, a
    rectangle along its sides. The second value, (64, 96) bool, is False where the picture's border cuts the sector.
    """
    scale_x = pictures.shape[2] / clip.columns
    scale_y = pictures.shape[1] / clip.rows
    x, y = _places(sector)
    inside: Mask = (x >= 0) & (x <= clip.columns - 1) & (y >= 0) & (y <= clip.rows - 1)
    map_x = ((x + 0.5) * scale_x - 0.5).astype(np.float32)
    map_y = ((y + 0.5) * scale_y - 0.5).astype(np.float32)
    lines = np.stack([cv2.remap(p, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) for p in pictures])
    return lines, inside


def _places(sector: Sector) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the columns and rows, (64, 96) each, of the samples in the full-size picture."""
    depth = ((np.arange(DEPTHS) + 0.5) / DEPTHS)[:, None]
    across = ((np.arange(LINES) + 0.5) / LINES)[None, :]
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

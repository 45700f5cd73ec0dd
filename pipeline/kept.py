"""Which area of a scan may be shown, and who says that it holds ultrasound and nothing else?"""

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np

from pipeline.sector import Mask, Point

Polygon = tuple[Point, ...]

SPECK = 0.01
"""Pieces of an area that are smaller than this share of it come from rounding."""


class Witness(StrEnum):
    """Who can say where the ultrasound is, each without knowing of the others."""

    DECLARED = "declared"
    FITTED = "fitted"
    MOVING = "moving"
    LEARNED = "learned"
    DRAWN = "drawn"


@dataclass(frozen=True)
class Kept:
    """The area that is kept: one polygon a sector, corners (x, y) in pixels, and the witnesses that agreed on it."""

    polygons: tuple[Polygon, ...]
    witnesses: tuple[Witness, ...]

    def __post_init__(self) -> None:
        """Refuse an area that encloses nothing."""
        if not self.polygons or any(len(polygon) < 3 for polygon in self.polygons):
            raise ValueError("an area that is kept has an outline")

    def mask(self, rows: int, columns: int) -> Mask:
        """Return (rows, columns) bool, True inside any of the polygons."""
        return mask_of(self.polygons, rows, columns)


def mask_of(polygons: tuple[Polygon, ...], rows: int, columns: int, *, scale: float = 1.0) -> Mask:
    """Return (rows, columns) bool, True inside any of the polygons; `scale` maps their pixels to wanted ones."""
    canvas = np.zeros((rows, columns), np.uint8)
    for polygon in polygons:
        cv2.fillPoly(canvas, [np.rint(np.array(polygon) * scale).astype(np.int32)], 1)
    return canvas.astype(bool)


def outlines_of(mask: Mask) -> tuple[Polygon, ...]:
    """Return the outlines of the pieces of `mask` (rows, columns), without specks; `mask_of` gives the pieces back."""
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    least = SPECK * mask.sum()
    return tuple(
        tuple((float(x), float(y)) for x, y in contour[:, 0])
        for contour in contours
        if len(contour) >= 3 and cv2.contourArea(contour) >= least
    )

"""Which area of a scan may be shown, and who says that it holds ultrasound and nothing else?"""

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np

from pipeline.sector import Mask, Point

Polygon = tuple[Point, ...]


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
        canvas = np.zeros((rows, columns), np.uint8)
        for polygon in self.polygons:
            cv2.fillPoly(canvas, [np.rint(np.array(polygon)).astype(np.int32)], 1)
        return canvas.astype(bool)

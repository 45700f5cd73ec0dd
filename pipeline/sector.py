"""Where in the picture is the ultrasound, who says so, and how sure are we?"""

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
Mask = NDArray[np.bool_]


class Shape(StrEnum):
    """The outline that the probe draws."""

    CURVILINEAR = "curvilinear"
    PHASED = "phased"
    LINEAR = "linear"
    UNKNOWN = "unknown"


class Provenance(StrEnum):
    """Who says where the sector is."""

    DECLARED = "declared"
    ESTIMATED = "estimated"
    LEARNED = "learned"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Sector:
    """The area of the picture that holds ultrasound.

    polygon: corners (x, y) in pixels, clockwise, empty when unknown. apex: where the edges of a fan meet, (x, y).
    radii: near and far radius from the apex in pixels. angles: left and right edge of the fan in degrees from
    straight down, left negative. For a linear sector apex, radii and angles are None. confidence: 0 to 1.
    """

    shape: Shape
    provenance: Provenance
    confidence: float
    polygon: tuple[Point, ...] = ()
    apex: Point | None = None
    radii: tuple[float, float] | None = None
    angles: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        """Refuse a confidence outside 0-1 and an outline that encloses nothing."""
        if not 0 <= self.confidence <= 1:
            raise ValueError("confidence is a share")
        if self.known and len(self.polygon) < 3:
            raise ValueError("a known sector has an outline")

    @property
    def known(self) -> bool:
        """Whether there is a sector to measure in."""
        return self.shape is not Shape.UNKNOWN

    def mask(self, rows: int, columns: int, *, scale: float = 1.0) -> Mask:
        """Return (rows, columns) bool, True inside the outline; `scale` maps full-size to wanted pixels."""
        canvas = np.zeros((rows, columns), np.uint8)
        if self.polygon:
            corners = np.rint(np.array(self.polygon) * scale).astype(np.int32)
            cv2.fillPoly(canvas, [corners], 1)
        return canvas.astype(bool)


UNKNOWN_SECTOR = Sector(Shape.UNKNOWN, Provenance.UNKNOWN, 0.0)

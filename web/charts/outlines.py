"""Which coasts and borders lie in a part of the world?"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

from web.charts.trace_outlines import PER_DEGREE, Point

OUTLINES = Path(__file__).with_name("outlines.txt")


@dataclass(frozen=True)
class Window:
    """A part of the world between two meridians and two parallels, in degrees."""

    west: float
    south: float
    east: float
    north: float

    def meets(self, other: "Window") -> bool:
        """Tell whether the two have anything in common."""
        apart = other.east < self.west or other.west > self.east or other.north < self.south or other.south > self.north
        return not apart


@lru_cache(maxsize=1)
def outlines() -> tuple[tuple[Window, tuple[Point, ...]], ...]:
    """Return every coast and border as longitudes and latitudes, and the window that it fills."""
    lines = (line for line in OUTLINES.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return tuple((_around(points), points) for points in map(_points, lines))


def outlines_in(window: Window) -> Iterator[tuple[Point, ...]]:
    """Give those that reach into the window, whole."""
    return (points for around, points in outlines() if window.meets(around))


def _points(line: str) -> tuple[Point, ...]:
    numbers = [int(word) / PER_DEGREE for word in line.split()]
    return tuple(zip(accumulate(numbers[::2]), accumulate(numbers[1::2]), strict=True))


def _around(points: tuple[Point, ...]) -> Window:
    across, up = zip(*points, strict=True)
    return Window(min(across), min(up), max(across), max(up))

"""Is what a person drew on a picture an area that can be kept?"""

import math
from collections.abc import Sequence

MOST_SECTORS = 8
MOST_CORNERS = 400
SMALLEST_SHARE = 0.002

Corner = tuple[float, float]
Drawing = tuple[tuple[Corner, ...], ...]


def drawing(polygons: Sequence[Sequence[Sequence[float]]], rows: int, columns: int) -> Drawing:
    """Return the outlines, corners (x, y) in pixels to a tenth, that may be kept of a picture of this size.

    ValueError unless there are 1 to 8 outlines of 3 to 400 corners, all in the picture, none nearly without area or
    crossing itself.
    """
    if not 1 <= len(polygons) <= MOST_SECTORS:
        raise ValueError(f"a drawing has 1 to {MOST_SECTORS} outlines")
    return tuple(_outline(polygon, rows, columns) for polygon in polygons)


def _outline(polygon: Sequence[Sequence[float]], rows: int, columns: int) -> tuple[Corner, ...]:
    if not 3 <= len(polygon) <= MOST_CORNERS:
        raise ValueError(f"an outline has 3 to {MOST_CORNERS} corners")
    corners = tuple(_corner(corner, rows, columns) for corner in polygon)
    if abs(_area(corners)) < SMALLEST_SHARE * rows * columns:
        raise ValueError("an outline encloses something")
    if _crosses_itself(corners):
        raise ValueError("an outline does not cross itself")
    return corners


def _corner(corner: Sequence[float], rows: int, columns: int) -> Corner:
    if len(corner) != 2 or any(isinstance(value, bool) or not isinstance(value, int | float) for value in corner):
        raise ValueError("a corner is a pair of numbers")
    x, y = float(corner[0]), float(corner[1])
    if not (math.isfinite(x) and math.isfinite(y) and 0 <= x <= columns and 0 <= y <= rows):
        raise ValueError("a corner lies in the picture")
    return round(x, 1), round(y, 1)


def _area(corners: Sequence[Corner]) -> float:
    """Return the area in square pixels, its sign telling the direction."""
    following = (*corners[1:], corners[0])
    return sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in zip(corners, following, strict=True)) / 2


def _crosses_itself(corners: Sequence[Corner]) -> bool:
    count = len(corners)
    edges = [(corners[i], corners[(i + 1) % count]) for i in range(count)]
    return any(
        _cross(*edges[first], *edges[second])
        for first in range(count)
        for second in range(first + 2, count)
        if (second + 1) % count != first  # neighbours share a corner
    )


def _cross(a: Corner, b: Corner, c: Corner, d: Corner) -> bool:
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


def _side(a: Corner, b: Corner, point: Corner) -> float:
    return (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0])

"""Which fan or rectangle fits a patch of foreground, and what is its outline?"""

from dataclasses import dataclass

import numpy as np

from pipeline.outline import Edge, Floats, Level, fit_edge, fit_level, side_points
from pipeline.sector import Mask, Point, Shape

DIRECTIONS = 96
ARC_POINTS = 48
PARALLEL_DEGREES = 3.0
POINTED = 0.13


@dataclass(frozen=True)
class Fan:
    """A fitted outline: two straight sides, and a near and a far end that are arcs around the apex or level rows.

    apex is None where the sides are parallel; then both ends are rows. `near` and `far` are radii from the apex
    where `near_is_arc` or `far_is_arc`, else rows.
    """

    left: Edge
    right: Edge
    near: Level
    far: Level
    apex: Point | None
    near_is_arc: bool
    far_is_arc: bool

    @property
    def shape(self) -> Shape:
        """Phased fans come to a point, curvilinear ones end in an arc, all others are linear."""
        if self.apex is None or not self.far_is_arc:
            return Shape.LINEAR
        if not self.near_is_arc:
            near = abs(self.near.value - self.apex[1])
            return Shape.PHASED if near < POINTED * self.far.value else Shape.LINEAR
        return Shape.PHASED if self.near.value < POINTED * self.far.value else Shape.CURVILINEAR


def fit_fan(patch: Mask, tolerance: float) -> Fan | None:
    """Return the fan that bounds `patch` (rows, columns) to within `tolerance` pixels, or None."""
    left = fit_edge(*side_points(patch, right=False), right=False, tolerance=tolerance)
    right = fit_edge(*side_points(patch, right=True), right=True, tolerance=tolerance)
    if left is None or right is None:
        return None
    opening = right.degrees - left.degrees
    if opening < -PARALLEL_DEGREES:
        return None
    apex = None
    if opening > PARALLEL_DEGREES:
        y = (left.at - right.at) / (right.slope - left.slope)
        apex = (left.x(y), y)
    tops, bottoms, columns = _row_ends(patch, left, right)
    rows, width = patch.shape
    near_row = fit_level(tops, tops > 1, outermost=False, tolerance=tolerance)
    far_row = fit_level(bottoms, bottoms < rows - 2, outermost=True, tolerance=tolerance)
    if near_row is None or far_row is None:
        return None
    if apex is None:
        return Fan(left, right, near_row, far_row, None, False, False)
    nears, fars, angles = _radial_ends(patch, apex, left, right)
    near = fit_level(nears, _inside(nears, angles, apex, rows, width), outermost=False, tolerance=tolerance)
    far = fit_level(fars, _inside(fars, angles, apex, rows, width), outermost=True, tolerance=tolerance)
    if near is None or far is None:
        return None
    near_is_arc = _weight(near) >= _weight(near_row)
    far_is_arc = _weight(far) >= _weight(far_row)
    return Fan(
        left, right, near if near_is_arc else near_row, far if far_is_arc else far_row, apex, near_is_arc, far_is_arc
    )


def outline(fan: Fan, rows: int, columns: int) -> tuple[Point, ...]:
    """Return the corners of `fan`, clockwise from the top left, cut at the border of a rows × columns picture."""
    if fan.apex is None:
        top, bottom = fan.near.value, fan.far.value
        corners = [
            (fan.left.x(top), top), (fan.right.x(top), top), (fan.right.x(bottom), bottom), (fan.left.x(bottom), bottom)
        ]  # fmt: skip
        return clip_to_picture(corners, rows, columns)
    angles = np.linspace(np.radians(fan.left.degrees), np.radians(fan.right.degrees), ARC_POINTS)
    near = _end_points(fan.apex, fan.near.value, angles, is_arc=fan.near_is_arc)
    far = _end_points(fan.apex, fan.far.value, angles, is_arc=fan.far_is_arc)
    return clip_to_picture(near + far[::-1], rows, columns)


def clip_to_picture(corners: list[Point], rows: int, columns: int) -> tuple[Point, ...]:
    """Return the polygon cut at the picture's border (Sutherland and Hodgman 1974, doi:10.1145/360767.360802)."""
    points = corners
    for axis, limit, sign in ((0, 0.0, 1.0), (0, columns - 1.0, -1.0), (1, 0.0, 1.0), (1, rows - 1.0, -1.0)):
        kept: list[Point] = []
        for before, here in zip(points[-1:] + points[:-1], points, strict=True):
            inside = sign * (here[axis] - limit) >= 0
            if inside != (sign * (before[axis] - limit) >= 0):
                share = (limit - before[axis]) / (here[axis] - before[axis])
                crossing = [before[0] + share * (here[0] - before[0]), before[1] + share * (here[1] - before[1])]
                crossing[axis] = limit
                kept.append((crossing[0], crossing[1]))
            if inside:
                kept.append(here)
        points = kept
    return tuple((float(x), float(y)) for x, y in points)


def _weight(level: Level) -> float:
    return level.support * level.seen


def _end_points(apex: Point, value: float, angles: Floats, *, is_arc: bool) -> list[Point]:
    if is_arc:
        return [(apex[0] + value * float(np.sin(a)), apex[1] + value * float(np.cos(a))) for a in angles]
    depth = value - apex[1]
    return [(apex[0] + depth * float(np.tan(a)), value) for a in (angles[0], angles[-1])]


def _row_ends(patch: Mask, left: Edge, right: Edge) -> tuple[Floats, Floats, Floats]:
    """Return the first and last row of the patch in each column between the sides."""
    columns = np.flatnonzero(patch.any(axis=0))
    picked = patch[:, columns]
    tops = picked.argmax(axis=0).astype(float)
    bottoms = patch.shape[0] - 1.0 - picked[::-1].argmax(axis=0)
    between = (columns > left.x(0) - 1e9) & (columns < right.x(0) + 1e9)
    return tops[between], bottoms[between], columns[between].astype(float)


def _radial_ends(patch: Mask, apex: Point, left: Edge, right: Edge) -> tuple[Floats, Floats, Floats]:
    """Return the smallest and largest radius of the patch in each direction, and the directions in radians."""
    y, x = np.nonzero(patch)
    radius = np.hypot(x - apex[0], y - apex[1])
    angle = np.arctan2(x - apex[0], y - apex[1])
    low, high = np.radians(left.degrees), np.radians(right.degrees)
    margin = 0.02 * (high - low)
    edges = np.linspace(low + margin, high - margin, DIRECTIONS + 1)
    number = np.digitize(angle, edges) - 1
    valid = (number >= 0) & (number < DIRECTIONS)
    nears = np.full(DIRECTIONS, np.inf)
    fars = np.full(DIRECTIONS, -np.inf)
    np.minimum.at(nears, number[valid], radius[valid])
    np.maximum.at(fars, number[valid], radius[valid])
    empty = ~np.isfinite(nears)
    nears[empty] = fars[empty] = np.nan
    return nears, fars, (edges[:-1] + edges[1:]) / 2


def _inside(radii: Floats, angles: Floats, apex: Point, rows: int, columns: int) -> Mask:
    x = apex[0] + radii * np.sin(angles)
    y = apex[1] + radii * np.cos(angles)
    inside: Mask = (x > 2.5) & (x < columns - 3.5) & (y > 2.5) & (y < rows - 3.5)
    return inside

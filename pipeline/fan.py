"""Which fan or rectangle fits a patch of foreground, and what is its outline?"""

from dataclasses import dataclass, replace

import numpy as np

from pipeline.outline import (
    Edge,
    Floats,
    Level,
    Support,
    edge_support,
    fit_edge,
    fit_level,
    fit_upright,
    side_points,
)
from pipeline.sector import Mask, Point, Shape

DIRECTIONS = 96
ARC_POINTS = 48
PARALLEL_DEGREES = 3.0
POINTED = 0.22
PHASED_DEGREES = 80.0
WIDE_DEGREES = 20.0
CUT = 0.6
TIP_WIDTH = 6.0

Ends = tuple[Floats, Floats]

UNSUPPORTED = Support(0.0, 0.0)


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
    apex: Point | None = None
    near_is_arc: bool = False
    far_is_arc: bool = False
    left_support: Support = UNSUPPORTED
    right_support: Support = UNSUPPORTED

    @property
    def shape(self) -> Shape:
        """Phased fans come to a point, curvilinear ones to an arc; hardly opening ones (trapezoids) are linear."""
        opening = self.right.degrees - self.left.degrees
        if self.apex is None or opening <= WIDE_DEGREES:
            return Shape.LINEAR
        pointed = POINTED if opening > PHASED_DEGREES else 0.6 * POINTED
        return Shape.PHASED if self.near.value < pointed * self.far.value else Shape.CURVILINEAR


def fit_fan(patch: Mask, tolerance: float) -> Fan | None:
    """Return the fan that bounds `patch` (rows, columns) to within `tolerance` pixels, or None."""
    ends = side_points(patch, right=False), side_points(patch, right=True)
    sides = _sides(*ends, tolerance)
    if sides is None:
        return None
    left, right, apex = sides
    near_row, far_row = _rows(patch, left, right, tolerance)
    if apex is None:
        fan = Fan(left, right, near_row, far_row)
    else:
        near, far = _radii(patch, left, right, apex, tolerance)
        wide = right.degrees - left.degrees > WIDE_DEGREES
        # a tip without width shows no echo, and letters above it may touch it
        tip = TIP_WIDTH / (2 * float(np.sin(np.radians(right.degrees - left.degrees) / 2)))
        near = replace(near, value=max(near.value, tip)) if wide else near
        near_is_arc = wide or _weight(near) >= _weight(near_row)
        far_is_arc = wide or _weight(far) >= _weight(far_row)
        chosen = near if near_is_arc else near_row, far if far_is_arc else far_row
        fan = Fan(left, right, *chosen, apex, near_is_arc, far_is_arc)
    return _with_support(fan, patch, ends, tolerance)


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
    if all(0 <= x <= columns - 1 and 0 <= y <= rows - 1 for x, y in corners):
        return tuple((float(x), float(y)) for x, y in corners)
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


def _sides(left_points: Ends, right_points: Ends, tolerance: float) -> tuple[Edge, Edge, Point | None] | None:
    """Return both sides and where they meet above the patch (None where they are parallel)."""
    left = fit_edge(*left_points, right=False, tolerance=tolerance)
    right = fit_edge(*right_points, right=True, tolerance=tolerance)
    if left is None or right is None or right.degrees - left.degrees < -PARALLEL_DEGREES:
        return None
    if right.degrees - left.degrees <= PARALLEL_DEGREES:
        left = fit_upright(left_points[1], right=False, tolerance=tolerance) or left
        right = fit_upright(right_points[1], right=True, tolerance=tolerance) or right
        return left, right, None
    y = (left.at - right.at) / (right.slope - left.slope)
    return left, right, (left.x(y), y)


def _with_support(fan: Fan, patch: Mask, ends: tuple[Ends, Ends], tolerance: float) -> Fan:
    """Return `fan` with the evidence for its sides, counted only over the rows that each side bounds."""

    def rows_of(edge: Edge) -> tuple[float, float]:
        if fan.apex is None:
            return fan.near.value, fan.far.value
        lean = float(np.cos(np.radians(edge.degrees)))
        top = fan.apex[1] + fan.near.value * lean if fan.near_is_arc else fan.near.value
        bottom = fan.apex[1] + fan.far.value * lean if fan.far_is_arc else fan.far.value
        leaves = (patch.shape[1] - 1.0 if edge.slope > 0 else 0.0) - edge.at
        lowest = min(bottom, patch.shape[0] - 1.0, leaves / edge.slope if abs(edge.slope) > 0.01 else np.inf)
        return top + 2 * tolerance, lowest - 2 * tolerance

    left = edge_support(fan.left, ends[0], rows_of(fan.left), tolerance)
    right = edge_support(fan.right, ends[1], rows_of(fan.right), tolerance)
    return Fan(
        fan.left, fan.right, fan.near, fan.far, fan.apex, fan.near_is_arc, fan.far_is_arc, left, right
    )  # fmt: skip


def _weight(level: Level) -> float:
    return level.support * level.seen


def _end_points(apex: Point, value: float, angles: Floats, *, is_arc: bool) -> list[Point]:
    if is_arc:
        return [(apex[0] + value * float(np.sin(a)), apex[1] + value * float(np.cos(a))) for a in angles]
    depth = value - apex[1]
    return [(apex[0] + depth * float(np.tan(a)), value) for a in (angles[0], angles[-1])]


def _rows(patch: Mask, left: Edge, right: Edge, tolerance: float) -> tuple[Level, Level]:
    """Return the first and last row of the patch, from the columns that do not end on a side."""
    rows = patch.shape[0]
    columns = np.flatnonzero(patch.any(axis=0))
    picked = patch[:, columns]
    ends = []
    for outermost, at in ((False, picked.argmax(axis=0)), (True, rows - 1 - picked[::-1].argmax(axis=0))):
        end = at.astype(float)
        margin = 2 * tolerance
        free = (columns > left.at + left.slope * end + margin) & (columns < right.at + right.slope * end - margin)
        end[~free] = np.nan
        seen = (end > 1) & (end < rows - 2)
        ends.append(_level(end, seen, outermost=outermost, tolerance=tolerance))
    return ends[0], ends[1]


def _radii(patch: Mask, left: Edge, right: Edge, apex: Point, tolerance: float) -> tuple[Level, Level]:
    """Return the near and far radius of the patch, from its first and last pixel in each direction."""
    low, high = np.radians(left.degrees), np.radians(right.degrees)
    margin = 0.03 * (high - low)
    angles = np.linspace(low + margin, high - margin, DIRECTIONS)[:, None]
    rows, columns = patch.shape
    lowest = max(0.0, -apex[1])
    radii = np.arange(lowest, np.hypot(rows - 1 - apex[1], max(apex[0], columns - apex[0])))
    x = np.rint(apex[0] + radii * np.sin(angles)).astype(int)
    y = np.rint(apex[1] + radii * np.cos(angles)).astype(int)
    within = (x >= 0) & (x < columns) & (y >= 0) & (y < rows)
    lit = within & patch.ravel().take(y.clip(0, rows - 1) * columns + x.clip(0, columns - 1))
    some = lit.any(axis=1)
    ends = []
    for outermost, at in ((False, lit.argmax(axis=1)), (True, len(radii) - 1 - lit[:, ::-1].argmax(axis=1))):
        end = np.where(some, radii[at], np.nan)
        seen = _seen(end, angles[:, 0], apex, rows, columns)
        ends.append(_level(end, seen, outermost=outermost, tolerance=tolerance))
    return ends[0], ends[1]


def _level(ends: Floats, seen: Mask, *, outermost: bool, tolerance: float) -> Level:
    """Return the level; where the picture's border cuts most of it and the rest disagrees, the outermost end."""
    level = fit_level(ends, seen, outermost=outermost, tolerance=tolerance)
    if level is None:
        return Level(0.0, 0.0, 0.0)
    if level.seen < CUT and level.support < 0.3:
        return Level(float(np.nanmax(ends) if outermost else np.nanmin(ends)), 0.0, 0.0)
    return level


def _seen(radii: Floats, angles: Floats, apex: Point, rows: int, columns: int) -> Mask:
    x = apex[0] + radii * np.sin(angles)
    y = apex[1] + radii * np.cos(angles)
    inside: Mask = (x > 2.5) & (x < columns - 3.5) & (y > 2.5) & (y < rows - 3.5)
    return inside

"""Where in the picture is the place that a finding is about?

A rule says it in its evidence as shares of the sector: `across_from` to `across_to` from the left edge as the reader
sees it to the right, `depth_from` to `depth_to` from the probe's face to the far end.
"""

from collections.abc import Mapping

import cv2
import numpy as np

from pipeline.finding import Side
from pipeline.kept import mask_of, outlines_of
from pipeline.polar import places_at
from pipeline.sector import Mask, Point, Sector

Span = tuple[float, float]

WHOLE: Span = (0.0, 1.0)
OUTER = 1 / 3
"""Share of the sector on either side that is marked where only the side is known."""

FACE = 0.05
ARC_POINTS = 25
SLIMMEST = 0.01
BESIDE = 1.0
TRIMMED = 2.0
"""Percent of a scattered place that may lie outside it at either end."""


def place(across: Span | None = None, depth: Span | None = None) -> tuple[tuple[str, float], ...]:
    """Return the evidence that says a place; None: not said."""
    said = (("across", across), ("depth", depth))
    return tuple(
        (f"{way}_{end}", round(float(span[n]), 4))
        for way, span in said
        if span is not None
        for n, end in enumerate(("from", "to"))
    )


def place_around(flags: Mask) -> tuple[tuple[str, float], ...]:
    """Return the evidence of the box around the flagged parts of a sector, (depths, lines); empty for none."""
    if not flags.any():
        return ()
    down, along = np.nonzero(flags)
    spans = [
        (np.percentile(parts, TRIMMED) / count, (np.percentile(parts, 100 - TRIMMED) + 1) / count)
        for parts, count in zip((along, down), reversed(flags.shape), strict=True)
    ]
    return place(*spans)


def place_of(sector: Sector, evidence: Mapping[str, float], side: Side | None) -> tuple[Point, ...] | None:
    """Return the corners (x, y), in pixels of the scan, of what a finding is about; its edges follow scan lines.

    Without a place in `evidence` a side means its outer third; both sides are joined along the face. None for a finding
    without place and an unknown sector. The place never leaves the sector's outline by more than a pixel.
    """
    across, depth = _span(evidence, "across"), _span(evidence, "depth")
    if not sector.known or (across is None and depth is None and side is None):
        return None
    if across is None and side is Side.BOTH:
        return _within(sector, _both_sides(sector, depth or WHOLE))
    across = across or {None: WHOLE, Side.LEFT: (0.0, OUTER), Side.RIGHT: (1 - OUTER, 1.0)}.get(side, WHOLE)
    if (across, depth or WHOLE) == (WHOLE, WHOLE):
        return sector.polygon
    (left, right), (top, bottom) = across, depth or WHOLE
    return _within(sector, _arc(sector, top, left, right) + _arc(sector, bottom, right, left))


def _span(evidence: Mapping[str, float], way: str) -> Span | None:
    """Return the stretch in order, within 0 to 1 and wide enough to be seen; None where an end is missing."""
    ends = [evidence.get(f"{way}_{end}") for end in ("from", "to")]
    if any(end is None or not np.isfinite(end) for end in ends):
        return None
    start, end = sorted(min(1.0, max(0.0, float(e))) for e in ends if e is not None)
    if end - start >= SLIMMEST:
        return start, end
    start = min(max(0.0, (start + end - SLIMMEST) / 2), 1.0 - SLIMMEST)
    return start, start + SLIMMEST


def _both_sides(sector: Sector, depth: Span) -> list[Point]:
    """Return the outer thirds and, so that they are one outline, a strip along the face between them."""
    top, bottom = depth
    strip = min(bottom, top + FACE)
    return (
        _arc(sector, top, 0.0, 1.0)
        + _arc(sector, bottom, 1.0, 1 - OUTER)
        + _arc(sector, strip, 1 - OUTER, OUTER)
        + _arc(sector, bottom, OUTER, 0.0)
    )


def _arc(sector: Sector, depth: float, start: float, end: float) -> list[Point]:
    along = np.linspace(start, end, 2 if sector.apex is None else ARC_POINTS)
    x, y = places_at(sector, np.full_like(along, depth), along)
    return list(zip(x.tolist(), y.tolist(), strict=True))


def _within(sector: Sector, corners: list[Point]) -> tuple[Point, ...] | None:
    """Return the outline, cut to the sector's where it leaves it; None where nothing is left."""
    around = np.array(sector.polygon, np.float32)
    if all(cv2.pointPolygonTest(around, corner, measureDist=True) >= -BESIDE for corner in corners):
        return tuple(corners)
    columns, rows = (int(v) + 2 for v in around.max(axis=0))
    pieces = outlines_of(sector.mask(rows, columns) & mask_of((tuple(corners),), rows, columns))
    return max(pieces, key=lambda piece: cv2.contourArea(np.array(piece, np.float32)), default=None)

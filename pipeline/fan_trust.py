"""How far may a fitted fan be trusted: would blanking everything outside it keep the sector and nothing else?"""

import cv2
import numpy as np

from pipeline.fan import Fan
from pipeline.outline import Level, Support
from pipeline.sector import Mask, Point, Shape

OBSERVABLE = 0.3
MIRRORED_DEGREES = 3.0


def trust(fan: Fan, polygon: tuple[Point, ...], patch: Mask, bright: Mask, inside: Mask, *, cut: bool = False) -> float:
    """Return 0-1: sides and ends supported, sides symmetric, patch fills the outline, ring around it is dark.

    Each condition is a ramp from "refuse" to "fine" and all are multiplied: any one of them can refuse. cut: the
    picture's border is known to cut the sector, so that an outline may run along it.
    """
    grown = grow(inside, 3)
    ring = grow(grown, 4) & ~grown
    area = _count(inside)
    if area == 0:
        return 0.0
    fill = _count(patch & inside) / area
    spill = _count(patch & ~grown) / max(1, _count(patch))
    bleed = _count(bright & ring) / max(1, _count(ring))
    lean = abs(fan.left.degrees + fan.right.degrees)
    ends = min(_end(fan.far), 1.0 if fan.shape is Shape.PHASED else _end(fan.near, strict=fan.shape is Shape.LINEAR))
    trusted = (
        (_sides(fan, lean) * ends) ** 0.5
        * _ramp(lean, 10, 4)
        * _ramp(fill, 0.25, 0.55)
        * _ramp(spill, 0.06, 0.01)
        * _ramp(bleed, 0.35, 0.1)
        * (1.0 if cut else 1.0 - 0.5 * _ramp(border_share(polygon, *inside.shape), 0.5, 0.65))
    )
    return float(trusted)


def border_share(polygon: tuple[Point, ...], rows: int, columns: int) -> float:
    """Return the share (0-1) of the outline's length that lies on the picture's border."""
    here = np.array(polygon)
    there = np.roll(here, -1, axis=0)
    length = np.hypot(*(there - here).T)
    limits = np.array([columns - 1.0, rows - 1.0])
    close = max(2.0, 0.02 * max(rows, columns))
    low = (np.maximum(here, there) <= close).any(axis=1)
    high = (np.minimum(here, there) >= limits - close).any(axis=1)
    return float(length[low | high].sum() / max(length.sum(), 1e-9))


def grow(mask: Mask, pixels: int) -> Mask:
    """Return `mask` grown by `pixels` in all directions."""
    kernel = np.ones((2 * pixels + 1, 2 * pixels + 1), np.uint8)
    grown: Mask = cv2.dilate(mask.astype(np.uint8), kernel).astype(bool)
    return grown


def _count(mask: Mask) -> int:
    return int(np.count_nonzero(mask))


def _sides(fan: Fan, lean: float) -> float:
    """Return the weaker side's support; a dark side is forgiven where it mirrors the other one's angle."""
    linear = fan.shape is Shape.LINEAR
    left, right = _side(fan.left_support, strict=linear), _side(fan.right_support, strict=linear)
    mirrored = not linear and lean < MIRRORED_DEGREES
    return max(min(left, right), 0.6 * max(left, right)) if mirrored else min(left, right)


def _side(support: Support, *, strict: bool) -> float:
    """Return the trust in a side; a rectangle fits more things that are no sector (text blocks), so it is strict."""
    share = _ramp(support.share, 0.25, 0.55) if strict else _ramp(support.share, 0.1, 0.4)
    return share * _ramp(support.spread, 0.2, 0.5)


def _end(level: Level, *, strict: bool = False) -> float:
    if level.seen <= OBSERVABLE:
        return 1.0
    return _ramp(level.support, 0.15, 0.45) if strict else _ramp(level.support, 0.05, 0.3)


def _ramp(value: float, refuse: float, fine: float) -> float:
    return float(min(1.0, max(0.0, (value - refuse) / (fine - refuse))))

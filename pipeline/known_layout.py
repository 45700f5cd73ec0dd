"""May a picture be measured where its device showed its sector in other scans?

Never asked of what is kept: a layout that the pixels do not contradict is no witness of anything.
"""

import cv2
import numpy as np

from pipeline.clip import Clip
from pipeline.kept import Polygon, mask_of
from pipeline.polar import places, shares
from pipeline.sector import Mask, Sector

CHANGING = 12
WITHIN = 0.9

FEW = 0.002
"""Share of the picture that changes in a clip of the darkest pictures."""

LIT_LEVEL = 10
RING = 1 / 60
"""Width of the ring around a layout in which a still must be dark, as a share of the picture's longer side."""

MOST_IN_RING = 0.15
AGAINST_INSIDE = 0.4
LEAST_INSIDE = 0.02

LINES, DEPTHS = 96, 48
ALL = 0.9
EDGE = 3
LEAST_SEEN = 0.3
LEAST_CUT = 0.06
CUT_IS_DARK = 0.35
TRACE_LEVEL = 2
LEAST_TRACE = 0.02


def may_be_filled(clip: Clip, layout: tuple[Polygon, ...]) -> bool:
    """Return whether nothing in the pixels speaks against ultrasound in the layout and nowhere else.

    In a cine what changes does so within, or hardly anything does. In a still some of it is lit and its surroundings
    are dark: echoes that go on over its outline, or a picture elsewhere, are of another layout.
    """
    return _changes_within(clip, layout) if len(clip.keyframes) > 1 else _stands_alone(clip, layout)


def _changes_within(clip: Clip, layout: tuple[Polygon, ...]) -> bool:
    pictures = clip.proxy[list(clip.keyframe_numbers)]
    changes = pictures.max(axis=0) - pictures.min(axis=0) > CHANGING
    area = mask_of(layout, *changes.shape, scale=clip.proxy.shape[2] / clip.columns)
    wide = cv2.dilate(area.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    return bool(changes.mean() < FEW or changes[wide].sum() >= WITHIN * changes.sum())


def _stands_alone(clip: Clip, layout: tuple[Polygon, ...]) -> bool:
    area = mask_of(layout, clip.rows, clip.columns)
    lit = clip.brightest > LIT_LEVEL
    wide = max(3, round(RING * max(clip.rows, clip.columns)))
    near, far = (_widened(area, width) for width in (2, 2 + wide))
    ring = far & ~near
    if not area.any() or (filled := float(lit[area].mean())) < LEAST_INSIDE:
        return False
    return not ring.any() or float(lit[ring].mean()) <= min(MOST_IN_RING, AGAINST_INSIDE * filled)


def _widened(area: Mask, by: int) -> Mask:
    wide: Mask = cv2.dilate(area.astype(np.uint8), np.ones((2 * by + 1, 2 * by + 1), np.uint8)).astype(bool)
    return wide


def hides_a_side(clip: Clip, found: Sector, layout: Sector) -> bool:
    """Return whether `found` is the device's `layout` but for one dark side that holds a trace of a picture.

    Its scan lines reach from the layout's face to its far end, on one side up to the edge. A sector that is smaller on
    both sides is another depth or width; one beside which there is nothing at all was set narrower.
    """
    x, y = places(layout, shares(DEPTHS), shares(LINES))
    columns, rows = np.rint(x).astype(int), np.rint(y).astype(int)
    shown = (columns >= 0) & (columns < clip.columns) & (rows >= 0) & (rows < clip.rows)
    columns, rows = columns.clip(0, clip.columns - 1), rows.clip(0, clip.rows - 1)
    outline = found.mask(clip.rows, clip.columns)
    whole = layout.mask(clip.rows, clip.columns)
    if (outline & whole).sum() < ALL * outline.sum():
        return False
    held = (outline[rows, columns] & shown).sum(axis=0) >= ALL * np.maximum(1, shown.sum(axis=0))
    first, last = int(held.argmax()), LINES - int(held[::-1].argmax())
    if not held.any() or not LEAST_SEEN * LINES <= last - first <= (1 - LEAST_CUT) * LINES:
        return False
    if (first > EDGE) == (last < LINES - EDGE):
        return False
    cut = slice(0, first) if first > EDGE else slice(last, LINES)
    levels = clip.brightest[rows, columns]
    beside, seen = levels[:, cut][shown[:, cut]], levels[:, first:last][shown[:, first:last]]
    traces = float((beside > TRACE_LEVEL).mean()) if beside.size else 0.0
    return traces >= LEAST_TRACE and float(beside.mean()) < CUT_IS_DARK * float(seen.mean())

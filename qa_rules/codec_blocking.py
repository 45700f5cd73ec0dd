"""Did compression leave blocks: the grid of JPEG and MPEG, or pieces that H.264 did not refresh?"""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.clip import Clip
from pipeline.finding import Measurement
from pipeline.levels import proxy_mask
from pipeline.rule import NOT_MEASURABLE, Family, Limits, Rule, Several, Unanswered, Usual
from pipeline.sector import UNKNOWN_SECTOR, Mask, Point, Sector
from pipeline.text import Text

BLOCK = 8
PICTURES = 3
LIT = 12
STEEPEST = 24
FEWEST_STEPS = 200
ROUNDING = 0.25
MOST_PAIRS = 60
FEWEST_FRAMES = 5
FEWEST_FRESH = 2
COPIED_SHARE = 0.995
QUARTER = 25

CHANGING = 6
CLOSED = 5
A_GUESS = 0.5
"""Confidence below which an outline is one; that of a layout known from other scans is not."""

LEAST_PIECE = 0.05
"""Share of the picture; a clock or a mark that moves is smaller."""


def blockiness(clip: Clip, sector: Sector) -> Measurement | Unanswered:
    """Return the larger of grid / (1 + grid) and unchanged², 0 to 1, in the lit parts of the sector.

    grid: how much the mean step between pixels is larger on every eighth column (or row) than on the others, as a
    share of the others (in the manner of Wang, Sheikh and Bovik 2002, doi:10.1109/ICIP.2002.1038064); at any offset,
    because clips are cropped. unchanged: H.264 and HEVC smooth the grid away, but poor ones copy blocks from the
    frame before; the lower quartile over pairs of frames of the share of small pixels that are exactly the same.
    Poor ones also leave no outline, or a guess that takes in the background: then the largest piece of a cine that
    changes, or else is lit, is measured.
    """
    if sector.confidence < A_GUESS and (changing := clip.once("what changes", lambda: _what_changes(clip))):
        sector = replace(UNKNOWN_SECTOR, polygon=changing)
    if not sector.polygon:
        return NOT_MEASURABLE
    grid, unchanged = _grid(clip, sector), _unchanged(clip, sector)
    if grid is None and unchanged is None:
        return NOT_MEASURABLE
    told = tuple((name, value) for name, value in (("grid", grid), ("unchanged", unchanged)) if value is not None)
    return Measurement(max((grid or 0.0) / (1 + (grid or 0.0)), (unchanged or 0.0) ** 2), evidence=told)


def _what_changes(clip: Clip) -> tuple[Point, ...]:
    """Return the hull of the largest piece that changes, or is lit, in full-size pixels; empty in a still."""
    if clip.frames < FEWEST_FRAMES:
        return ()
    brightest = clip.proxy.max(axis=0)
    piece = _largest(brightest - clip.proxy.min(axis=0) > CHANGING)
    if piece is None and (piece := _largest(brightest > LIT)) is None:
        return ()
    rows, columns = np.nonzero(piece)
    hull = cv2.convexHull(np.stack((columns, rows), axis=1).astype(np.int32))[:, 0]
    scale = clip.columns / clip.proxy.shape[2]
    return tuple((min(clip.columns - 1.0, float(x) * scale), min(clip.rows - 1.0, float(y) * scale)) for x, y in hull)


def _largest(area: Mask) -> Mask | None:
    """Return the largest connected piece; None where that is small."""
    closed = cv2.morphologyEx(area.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((CLOSED, CLOSED), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(closed)
    sizes = stats[1:, cv2.CC_STAT_AREA]
    if not len(sizes) or sizes.max() < LEAST_PIECE * area.size:
        return None
    largest: Mask = labels == 1 + int(sizes.argmax())
    return largest


def _grid(clip: Clip, sector: Sector) -> float | None:
    left, top = (max(0, int(min(corner[axis] for corner in sector.polygon))) for axis in (0, 1))
    right, bottom = (int(max(corner[axis] for corner in sector.polygon)) + 1 for axis in (0, 1))
    inside = sector.mask(clip.rows, clip.columns)[top:bottom, left:right]
    if min(inside.shape) <= BLOCK:
        return None
    inside = cv2.erode(inside.astype(np.uint8), np.ones((BLOCK + 1, BLOCK + 1), np.uint8)).astype(bool)
    pictures = clip.keyframes[:: -(-len(clip.keyframes) // PICTURES), top:bottom, left:right]
    lit = [inside & (cv2.blur(picture, (BLOCK + 1, BLOCK + 1)) > LIT) for picture in pictures]
    across = _excess([(picture, mask) for picture, mask in zip(pictures, lit, strict=True)])
    down = _excess([(picture.T, mask.T) for picture, mask in zip(pictures, lit, strict=True)])
    found = [excess for excess in (across, down) if excess is not None]
    return max(found) if found else None


def _excess(pictures: list[tuple[NDArray[np.uint8], Mask]]) -> float | None:
    """Return how much larger the steps along rows are at the worst of the eight offsets than at the median one."""
    sums, counts = np.zeros(BLOCK), np.zeros(BLOCK)
    for picture, lit in pictures:
        step = np.minimum(cv2.absdiff(picture[:, 1:], picture[:, :-1]), STEEPEST) * lit[:, 1:]
        by_column, lit_columns = step.sum(axis=0, dtype=np.int64), lit[:, 1:].sum(axis=0)
        for offset in range(BLOCK):
            sums[offset] += by_column[offset::BLOCK].sum()
            counts[offset] += lit_columns[offset::BLOCK].sum()
    if counts.min() < FEWEST_STEPS:
        return None
    means = sums / counts
    others = float(np.median(np.delete(means, means.argmax())))
    return float(means.max() - others) / (others + ROUNDING)


def _unchanged(clip: Clip, sector: Sector) -> float | None:
    if clip.frames < FEWEST_FRAMES:
        return None
    within = proxy_mask(clip, sector).astype(np.uint8) * 255
    shares = []
    for first in np.unique(np.linspace(0, clip.frames - 2, min(MOST_PAIRS, clip.frames - 1)).astype(int)):
        before, after = clip.proxy[first], clip.proxy[first + 1]
        lit = cv2.bitwise_and(cv2.threshold(after, LIT, 255, cv2.THRESH_BINARY)[1], within)
        if count := cv2.countNonZero(lit):
            same = cv2.bitwise_and(cv2.compare(before, after, cv2.CMP_EQ), lit)
            shares.append(cv2.countNonZero(same) / count)
    fresh = [share for share in shares if share < COPIED_SHARE]
    return float(np.percentile(fresh, QUARTER)) if len(fresh) >= FEWEST_FRESH else None


RULE = Rule(
    name="codec.blocking",
    version=3,
    title=Text("Blocks of compression", "Blocs de compression"),
    advice=Text(
        "Export the original clip from the device at its best quality; do not send it through a messenger.",
        "Exportez le clip original de l'appareil en qualité maximale ; ne l'envoyez pas par messagerie.",
    ),
    unit="block index",
    limits=Limits(good=0.45, poor=0.7),
    family=Family.CODEC,
    weight=0.4,
    measure=blockiness,
    usual=Usual(middle=0.13, spread=0.07, clips=23),
    several=Several.ONCE,
    explains=("sharpness.", "motion.none", "temporal.frame_rate"),
)

"""Where in the picture is the ultrasound: believed from the file, estimated from the pixels, or declined?"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from pipeline.appearance import strangeness
from pipeline.clip import Clip
from pipeline.declared import runs_on, separate_regions, window_of
from pipeline.fan import Fan, clip_to_picture, fit_fan, outline
from pipeline.fan_trust import grow, trust
from pipeline.far_field import ends_here
from pipeline.furniture import cut_furniture
from pipeline.screen import Screen, screen_of
from pipeline.sector import UNKNOWN_SECTOR, Mask, Point, Provenance, Sector, Shape

CONFIDENT = 0.6
"""From this confidence on a sector is safe to keep while everything outside it is blanked."""

LEAST_CONFIDENCE = 0.3
WHOLE_CONFIDENCE = 0.4
WHOLE_LEVEL = 3
WHOLE_FILL = 0.6
WHOLE_STRANGENESS = 0.65

WORKING_SIDE = 640
THRESHOLDS = (0, 4, 10, 25)
SMALLEST_PIECE = 0.01
SMALLEST_SIDE = 0.15
RIVAL = 0.5
NEARLY_EQUAL = 0.15
NEARLY_WHOLE = 0.93
LEAST_LEFT = 0.8
"""Share of an outline that is left without furniture; a picture saturated to one level looks like furniture."""
SAME = 0.9
UNCONFIRMED = 0.75
STILL = 0.9
"""One frame shows less of the outline than many: single phased frames have a bad tail (measured)."""
SMALLEST_PICTURE = 32


@dataclass(frozen=True, eq=False)
class _Candidate:
    fan: Fan
    polygon: tuple[Point, ...]
    confidence: float
    inside: Mask
    patch: Mask
    bright: Mask

    @property
    def area(self) -> int:
        return int(np.count_nonzero(self.inside))

    @property
    def side_support(self) -> float:
        return min(self.fan.left_support.share, self.fan.right_support.share)


def find_sector(clip: Clip) -> Sector:
    """Return the area of `clip` that holds ultrasound, or the unknown sector where pixels do not show it clearly.

    A declared 2D region is believed where it lies in the picture, does not cover it, and a fan fits inside it. Of
    several sectors side by side it is the larger.
    """
    scale = _working_scale(clip)
    if scale is None:
        return UNKNOWN_SECTOR
    screen = screen_of(clip, scale)
    declared = _declared(clip, screen, scale)
    if declared:
        return max(declared, key=lambda sector: int(sector.mask(clip.rows, clip.columns).sum()))
    found = _best(screen, np.ones(screen.light.shape, bool), _trusted(clip))
    if found is None or found.confidence < LEAST_CONFIDENCE:
        return _whole_picture(clip)
    return _sector(found, Provenance.ESTIMATED, scale, clip)


def declared_sectors(clip: Clip) -> tuple[Sector, ...]:
    """Return one sector for each separate declared region, none unless a fan fits with confidence in every one."""
    scale = _working_scale(clip)
    return () if scale is None else _declared(clip, screen_of(clip, scale), scale)


def drawn_sector(clip: Clip, drawn: tuple[tuple[Point, ...], ...]) -> Sector:
    """Return the largest of the sectors that a person drew, with the shape of the fan that fills it, else linear."""
    inside = [clip_to_picture(list(polygon), clip.rows, clip.columns) for polygon in drawn]
    sectors = [Sector(Shape.LINEAR, Provenance.LEARNED, 1.0, polygon) for polygon in inside if len(polygon) >= 3]
    if not sectors:
        return UNKNOWN_SECTOR
    largest = max(sectors, key=lambda sector: int(sector.mask(clip.rows, clip.columns).sum()))
    scale = _working_scale(clip)
    if scale is None:
        return largest
    screen = screen_of(clip, scale)
    window = largest.mask(*screen.light.shape, scale=scale)
    fan = _best(screen, window, 1.0) if window.any() else None
    if fan is None or fan.confidence < LEAST_CONFIDENCE:
        return largest
    if (fan.inside & window).sum() < SAME * (fan.inside | window).sum():
        return largest
    return replace(_sector(fan, Provenance.LEARNED, scale, clip), polygon=largest.polygon, confidence=1.0)


def _working_scale(clip: Clip) -> float | None:
    scale = min(1.0, WORKING_SIDE / max(clip.rows, clip.columns))
    return None if min(clip.rows, clip.columns) * scale < SMALLEST_PICTURE else scale


def _trusted(clip: Clip) -> float:
    return STILL if clip.is_still else 1.0


def _declared(clip: Clip, screen: Screen, scale: float) -> tuple[Sector, ...]:
    sectors = []
    windows = [window_of(region, screen.light.shape, scale) for region in separate_regions(clip)]
    declared = np.logical_or.reduce([np.zeros(screen.light.shape, bool), *windows])
    for window in windows:
        if runs_on(window, screen.lit & ~screen.smooth, declared):
            return ()
        found, corner = _best(screen, window, _trusted(clip)), (0, 0)
        if found is None or found.confidence < CONFIDENT:
            found, corner = _cut_by(window, screen, _trusted(clip))
        if found is None or found.confidence < CONFIDENT:
            return ()
        sectors.append(_sector(found, Provenance.DECLARED, scale, clip, corner))
    return tuple(sectors)


def _cut_by(window: Mask, screen: Screen, trusted: float) -> tuple[_Candidate | None, tuple[int, int]]:
    """Return the fan that the sides of `window` cut, in pixels of the window, and the window's first column and row."""
    rows, columns = np.flatnonzero(window.any(axis=1)), np.flatnonzero(window.any(axis=0))
    part = screen.part(slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    return _best(part, np.ones(part.light.shape, bool), trusted, cut=True), (int(columns[0]), int(rows[0]))


def _whole_picture(clip: Clip) -> Sector:
    """Return the whole picture as a linear sector of low confidence where echoes fill it to the border."""
    picture = clip.brightest
    filled = cv2.morphologyEx((picture > WHOLE_LEVEL).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    sides = filled[:, :3].max(1).mean(), filled[:, -3:].max(1).mean(), filled[:3].max(0).mean()
    if filled.mean() < WHOLE_FILL or min(sides) < WHOLE_FILL:
        return UNKNOWN_SECTOR
    if strangeness(clip, UNKNOWN_SECTOR) > WHOLE_STRANGENESS:
        return UNKNOWN_SECTOR
    right, bottom = clip.columns - 1.0, clip.rows - 1.0
    corners = ((0.0, 0.0), (right, 0.0), (right, bottom), (0.0, bottom))
    return Sector(Shape.LINEAR, Provenance.ESTIMATED, WHOLE_CONFIDENCE, corners)


def _best(screen: Screen, window: Mask, trusted: float, *, cut: bool = False) -> _Candidate | None:
    """Return the most trusted fan over thresholds and pieces.

    Of nearly equal ones the larger, because a dark far field hides from high thresholds; of those about as large
    the one with the best sides, because low thresholds see the codec's noise around the sector. cut: as for `trust`.
    """
    found = [
        (threshold, candidate)
        for threshold in THRESHOLDS
        for bright in ((screen.light > threshold) & screen.steady & window,)
        for patch in _patches(bright)
        if (candidate := _fit(patch, bright, cut=cut)) is not None
    ]
    if not found:
        return None
    least = max(candidate.confidence for _, candidate in found) - NEARLY_EQUAL
    good = [f for f in found if f[1].confidence >= least]
    large = max(candidate.area for _, candidate in good) * NEARLY_WHOLE
    threshold, best = max((f for f in good if f[1].area >= large), key=lambda f: f[1].side_support)
    confirmed = any(t != threshold and c.confidence > 0 and _overlap(c, best) >= SAME for t, c in found)
    confidence = trusted * (1.0 if confirmed else UNCONFIRMED)
    best = _without_furniture(best, screen, cut=cut)
    if window.all():
        confidence *= 0.0 if _rival(best, screen) else ends_here(best.fan, best.inside, screen)
    return replace(best, confidence=confidence * best.confidence)


def _rival(best: _Candidate, screen: Screen) -> bool:
    """Return whether a piece outside the outline is about as large: the sector may be there, and this a thumbnail."""
    outside = (best.bright & ~screen.smooth & ~grow(best.inside, 3)).astype(np.uint8)
    solid = cv2.morphologyEx(outside, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(solid, ltype=cv2.CV_16U)
    return count > 1 and int(stats[1:, cv2.CC_STAT_AREA].max()) > RIVAL * int(np.count_nonzero(best.patch))


def _without_furniture(best: _Candidate, screen: Screen, *, cut: bool) -> _Candidate:
    """Return the candidate cut to its echoes; one that cannot be cut gets no confidence."""
    fan = cut_furniture(best.fan, best.inside, screen)
    if fan is best.fan:
        return best
    rest = None if fan is None else _candidate(fan, best.patch, best.bright, best.inside, cut=cut)
    if rest is None or rest.area < LEAST_LEFT * best.area:
        return replace(best, confidence=0.0)
    return rest


def _overlap(one: _Candidate, other: _Candidate) -> float:
    return float(np.count_nonzero(one.inside & other.inside) / np.count_nonzero(one.inside | other.inside))


def _patches(bright: Mask) -> list[Mask]:
    """Return the large connected pieces without thin strokes (text, rulers, tick marks), and all of them together.

    Together, because a black cyst or a lost echo can cut one sector into a near and a far piece.
    """
    side = max(bright.shape)
    close = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * round(side / 200) + 1,) * 2)
    open_ = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * round(side / 130) + 1,) * 2)
    solid = cv2.morphologyEx(bright.astype(np.uint8), cv2.MORPH_CLOSE, close)
    solid = cv2.morphologyEx(solid, cv2.MORPH_OPEN, open_)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(solid, ltype=cv2.CV_16U)
    first, width = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_WIDTH]
    slack = 0.03 * bright.shape[1]
    large = [i for i in range(1, count) if stats[i, cv2.CC_STAT_AREA] >= SMALLEST_PIECE * bright.size]
    large.sort(key=lambda i: -stats[i, cv2.CC_STAT_AREA])
    pieces = [labels == i for i in large[:2]]
    below = [
        i for i in large
        if first[i] >= first[large[0]] - slack and first[i] + width[i] <= first[large[0]] + width[large[0]] + slack
    ]  # fmt: skip
    if len(below) > 1:
        pieces.append(np.isin(labels, below))
    return pieces


def _fit(patch: Mask, bright: Mask, *, cut: bool) -> _Candidate | None:
    fan = fit_fan(patch, max(1.5, max(patch.shape) / 250))
    return None if fan is None else _candidate(fan, patch, bright, cut=cut)


def _candidate(
    fan: Fan, patch: Mask, bright: Mask, before: Mask | None = None, *, cut: bool = False
) -> _Candidate | None:
    """Return how far `fan` can be trusted; what of the outline `before` it leaves out is furniture, and no spill."""
    rows, columns = patch.shape
    polygon = outline(fan, rows, columns)
    if len(polygon) < 3:
        return None
    corners = np.array(polygon)
    if np.ptp(corners, axis=0).min() < SMALLEST_SIDE * max(rows, columns):
        return None
    inside = Sector(Shape.LINEAR, Provenance.ESTIMATED, 0.0, polygon).mask(rows, columns)
    if before is not None:
        patch, bright = patch & (inside | ~before), bright & (inside | ~before)
    confidence = trust(fan, polygon, patch, bright, inside, cut=cut)
    return _Candidate(fan, polygon, confidence, inside, patch, bright)


def _sector(
    candidate: _Candidate, provenance: Provenance, scale: float, clip: Clip, corner: tuple[int, int] = (0, 0)
) -> Sector:
    """Return the candidate, found in a part of the screen that begins at `corner`, in pixels of the whole picture."""

    def whole(x: float, y: float) -> Point:
        return (x + corner[0] + 0.5) / scale - 0.5, (y + corner[1] + 0.5) / scale - 0.5

    corners = [whole(x, y) for x, y in candidate.polygon]
    polygon = clip_to_picture(corners, clip.rows, clip.columns)
    fan = candidate.fan
    if fan.apex is None or fan.shape is Shape.LINEAR:
        return Sector(fan.shape, provenance, candidate.confidence, polygon)
    near = fan.near.value if fan.near_is_arc else fan.near.value - fan.apex[1]
    return Sector(
        fan.shape, provenance, candidate.confidence, polygon, whole(*fan.apex),
        (near / scale, fan.far.value / scale), (fan.left.degrees, fan.right.degrees),
    )  # fmt: skip

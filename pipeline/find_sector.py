"""Where in the picture is the ultrasound: believed from the file, estimated from the pixels, or declined?"""

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.clip import Clip, Luminance, Region
from pipeline.fan import Fan, clip_to_picture, fit_fan, outline
from pipeline.outline import Edge, Level
from pipeline.sector import UNKNOWN_SECTOR, Mask, Point, Provenance, Sector, Shape

CONFIDENT = 0.6
"""From this confidence on a sector is safe to keep while everything outside it is blanked."""

WORKING_SIDE = 640
THRESHOLDS = (2, 5, 10, 20, 35)
SMALLEST_SHARE = 0.03
LARGEST_DECLARED_SHARE = 0.9


@dataclass(frozen=True)
class _Candidate:
    fan: Fan
    polygon: tuple[Point, ...]
    confidence: float


def find_sector(clip: Clip) -> Sector:
    """Return the area of `clip` that holds ultrasound, or the unknown sector where pixels do not show it clearly.

    A declared 2D region is believed where it lies in the picture, does not cover it, and a fan fits inside it.
    """
    scale = min(1.0, WORKING_SIDE / max(clip.rows, clip.columns))
    picture = clip.brightest
    if scale < 1.0:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    if min(picture.shape) < 32:
        return UNKNOWN_SECTOR
    believed = believable_regions(clip)
    region = believed[0] if len(believed) == 1 else None
    if region is not None:
        window = np.zeros(picture.shape, bool)
        window[_rows(region, scale), _columns(region, scale)] = True
        declared = _best(picture, window)
        if declared is not None and declared.confidence >= CONFIDENT:
            return _sector(declared, Provenance.DECLARED, scale, clip)
    found = _best(picture, np.ones(picture.shape, bool))
    if found is None or found.confidence < 0.3:
        return UNKNOWN_SECTOR
    return _sector(found, Provenance.ESTIMATED, scale, clip)


def believable_regions(clip: Clip) -> tuple[Region, ...]:
    """Return the declared 2D tissue or colour regions that lie in the picture and do not cover nearly all of it."""
    return tuple(
        r
        for r in clip.regions
        if r.spatial_format == 1
        and r.data_type in (1, 2)
        and 0 <= r.left < r.right < clip.columns
        and 0 <= r.top < r.bottom < clip.rows
        and (r.right - r.left) * (r.bottom - r.top) < LARGEST_DECLARED_SHARE * clip.rows * clip.columns
    )


def believed_scale(clip: Clip, sector: Sector) -> float | None:
    """Return millimetres per pixel of the declared region that `sector` was confirmed in, else None."""
    if sector.provenance is not Provenance.DECLARED:
        return None
    scales = {r.mm_per_pixel for r in believable_regions(clip) if r.mm_per_pixel}
    return scales.pop() if len(scales) == 1 else None


def _rows(region: Region, scale: float) -> slice:
    return slice(int(region.top * scale), int(region.bottom * scale) + 1)


def _columns(region: Region, scale: float) -> slice:
    return slice(int(region.left * scale), int(region.right * scale) + 1)


def _best(picture: Luminance, window: Mask) -> _Candidate | None:
    """Return the most confident fan over several thresholds and pieces."""
    dark = int(np.percentile(picture, 2))
    found: list[_Candidate] = []
    for threshold in THRESHOLDS:
        bright = (picture > dark + threshold) & window
        for patch in _pieces(bright):
            candidate = _fit(patch, bright)
            if candidate is not None:
                found.append(candidate)
    return max(found, key=lambda c: c.confidence, default=None)


def _pieces(bright: Mask) -> list[Mask]:
    """Return the large connected pieces without thin strokes (text, rulers, tick marks), largest first."""
    side = max(bright.shape)
    close = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * round(side / 200) + 1,) * 2)
    open_ = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * round(side / 130) + 1,) * 2)
    solid = cv2.morphologyEx(bright.astype(np.uint8), cv2.MORPH_CLOSE, close)
    solid = cv2.morphologyEx(solid, cv2.MORPH_OPEN, open_)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(solid)
    order = sorted(range(1, count), key=lambda i: -stats[i, cv2.CC_STAT_AREA])[:2]
    return [labels == i for i in order if stats[i, cv2.CC_STAT_AREA] >= SMALLEST_SHARE * bright.size]


def _fit(patch: Mask, bright: Mask) -> _Candidate | None:
    rows, columns = patch.shape
    tolerance = max(1.5, max(rows, columns) / 250)
    fan = fit_fan(patch, tolerance)
    if fan is None:
        return None
    polygon = outline(fan, rows, columns)
    if len(polygon) < 3:
        return None
    return _Candidate(fan, polygon, _confidence(fan, polygon, patch, bright))


def _confidence(fan: Fan, polygon: tuple[Point, ...], patch: Mask, bright: Mask) -> float:
    rows, columns = patch.shape
    inside = Sector(Shape.LINEAR, Provenance.ESTIMATED, 0.0, polygon).mask(rows, columns)
    grown = cv2.dilate(inside.astype(np.uint8), np.ones((7, 7), np.uint8)).astype(bool)
    ring = cv2.dilate(grown.astype(np.uint8), np.ones((9, 9), np.uint8)).astype(bool) & ~grown
    area = inside.sum()
    if not area or not ring.any():
        return 0.0
    fill = (patch & inside).sum() / area
    spill = (patch & ~grown).sum() / max(1, patch.sum())
    bleed = (bright & ring).sum() / ring.sum()

    def clear(v: float, bad: float, good: float) -> float:
        return float(min(1.0, max(0.0, (v - bad) / (good - bad))))

    sides = min(clear(fan.left.support, 0.1, 0.5), clear(fan.right.support, 0.1, 0.5))
    ends = min(
        clear(fan.far.support if fan.far.seen > 0.3 else 1, 0.1, 0.5),
        clear(fan.near.support if fan.near.seen > 0.3 else 1, 0.1, 0.5),
    )
    return float((sides * ends) ** 0.5 * clear(fill, 0.3, 0.7) * clear(spill, 0.06, 0.01) * clear(bleed, 0.35, 0.1))


def _sector(candidate: _Candidate, provenance: Provenance, scale: float, clip: Clip) -> Sector:
    """Return the candidate in pixels of the full-size picture."""
    corners = [((x + 0.5) / scale - 0.5, (y + 0.5) / scale - 0.5) for x, y in candidate.polygon]
    polygon = clip_to_picture(corners, clip.rows, clip.columns)
    fan = candidate.fan
    if fan.apex is None or fan.shape is Shape.LINEAR:
        return Sector(fan.shape, provenance, candidate.confidence, polygon)
    near = fan.near.value if fan.near_is_arc else fan.near.value - fan.apex[1]
    apex = ((fan.apex[0] + 0.5) / scale - 0.5, (fan.apex[1] + 0.5) / scale - 0.5)
    return Sector(
        fan.shape, provenance, candidate.confidence, polygon, apex,
        (near / scale, fan.far.value / scale), (fan.left.degrees, fan.right.degrees),
    )  # fmt: skip

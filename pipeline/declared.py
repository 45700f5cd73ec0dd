"""Which declared regions can be where a sector is, and which of them are sectors of their own?"""

import numpy as np

from pipeline.clip import Clip, Region
from pipeline.sector import Mask, Provenance, Sector

LARGEST_DECLARED_SHARE = 0.95
LIES_IN = 0.5
BESIDE = 2
STRIP = 5
RUNS_ON = 0.4
LEAST_STRIP = 0.25


def believable_regions(clip: Clip) -> tuple[Region, ...]:
    """Return the declared 2D tissue or colour regions that lie in the picture and do not cover nearly all of it.

    Some devices give the first column and row behind the region as its end.
    """
    return tuple(
        r
        for r in clip.regions
        if r.spatial_format == 1
        and r.data_type in (1, 2)
        and 0 <= r.left < r.right <= clip.columns
        and 0 <= r.top < r.bottom <= clip.rows
        and _area(r) < LARGEST_DECLARED_SHARE * clip.rows * clip.columns
    )


def separate_regions(clip: Clip) -> tuple[Region, ...]:
    """Return the believable regions, largest first, without those that lie in a larger one (a colour box)."""
    separate: list[Region] = []
    for region in sorted(believable_regions(clip), key=_area, reverse=True):
        if all(_common(region, other) <= LIES_IN * _area(region) for other in separate):
            separate.append(region)
    return tuple(separate)


def window_of(region: Region, shape: tuple[int, ...], scale: float) -> Mask:
    """Return the region as a mask of `shape`, the picture shrunk to `scale`."""
    window = np.zeros(shape, bool)
    down = slice(int(region.top * scale), int(region.bottom * scale) + 1)
    window[down, int(region.left * scale) : int(region.right * scale) + 1] = True
    return window


def runs_on(window: Mask, echoes: Mask, others: Mask) -> bool:
    """Return whether what may be `echoes` goes on behind a side of `window`: then no sector ends there.

    Inside such a window anything bright would look like a sector of its size. What lies in `others` is not asked.
    """
    rows, columns = np.flatnonzero(window.any(axis=1)), np.flatnonzero(window.any(axis=0))
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    near, far = BESIDE, BESIDE + STRIP
    strips = (
        (slice(top, bottom), slice(max(0, left - far), max(0, left - near))),
        (slice(top, bottom), slice(right + near, right + far)),
        (slice(max(0, top - far), max(0, top - near)), slice(left, right)),
        (slice(bottom + near, bottom + far), slice(left, right)),
    )
    for strip in strips:
        asked = ~others[strip]
        if asked.any() and asked.mean() >= LEAST_STRIP and echoes[strip][asked].mean() > RUNS_ON:
            return True
    return False


def believed_scale(clip: Clip, sector: Sector) -> float | None:
    """Return millimetres per pixel of the declared region that `sector` was confirmed in, else None."""
    if sector.provenance is not Provenance.DECLARED:
        return None
    scales = {r.mm_per_pixel for r in believable_regions(clip) if r.mm_per_pixel}
    return scales.pop() if len(scales) == 1 else None


def _area(region: Region) -> int:
    return (region.right - region.left) * (region.bottom - region.top)


def _common(one: Region, other: Region) -> int:
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    return max(0, across) * max(0, down)

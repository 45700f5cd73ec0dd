"""Which declared regions can be where a sector is, and which of them are sectors of their own?"""

from pipeline.clip import Clip, Region
from pipeline.sector import Provenance, Sector

LARGEST_DECLARED_SHARE = 0.95
LIES_IN = 0.5


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

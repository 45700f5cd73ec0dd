"""Do at least two witnesses agree on where the ultrasound is?

Witnesses are the region that the file declares, the fan fitted on pixels, the envelope of motion, and a layout known
from earlier scans of the same device. What is kept is never wider than what two of them support.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.clip import Clip, Region
from pipeline.declared import separate_regions
from pipeline.envelope import Envelope, envelope
from pipeline.errors import Withheld
from pipeline.find_sector import CONFIDENT, declared_sectors
from pipeline.guidance import Guidance
from pipeline.kept import Kept, Polygon, Witness, mask_of, outlines_of
from pipeline.sector import Mask, Provenance, Sector

Polygons = tuple[Polygon, ...]

REACHES = 0.94
"""Share of a declared region's width and height that what fills it reaches. True regions 0.97 and more, whole display
areas 0.88 and less (measured)."""

BEYOND = 0.01
ALIKE = 0.96
"""Overlap of two outlines of one layout."""

COVERED = 0.85
LEAST_DENSITY = 0.5
MOST_OUTSIDE = 0.015
"""Real cines with a right fan: at least 0.91 covered, 0.62 moving, at most 0.008 outside (measured)."""

FILLED = 0.9
"""How much of a layout moves where no fan confirms it."""


@dataclass(frozen=True)
class Proposal:
    """What one witness says: outlines with corners (x, y) in pixels."""

    witness: Witness
    polygons: Polygons


@dataclass(frozen=True, eq=False)
class _Heard:
    """What can be asked about one clip: confident fans, regions, envelope, layouts of the device."""

    clip: Clip
    fans: Polygons
    regions: tuple[Region, ...]
    moving: Envelope | None
    layouts: tuple[Polygons, ...]

    def mask(self, polygons: Polygons) -> Mask:
        return mask_of(polygons, self.clip.rows, self.clip.columns)

    def small(self, polygons: Polygons) -> Mask:
        rows, columns = self.clip.proxy.shape[1:]
        return mask_of(polygons, rows, columns, scale=columns / self.clip.columns)


def agree(clip: Clip, sector: Sector, guidance: Guidance) -> Kept:
    """Return the area that may be kept; raises Withheld: `no_sector`, `one_witness`, `witnesses_differ`."""
    if guidance.drawn:
        return Kept(guidance.drawn, (Witness.DRAWN,))
    heard = _hear(clip, sector, guidance)
    kept = _around_fans(heard) or _within_layout(heard)
    if kept is None:
        raise _doubt(heard)
    return kept


def hear(clip: Clip, sector: Sector, guidance: Guidance) -> tuple[Proposal, ...]:
    """Return what every witness says of `clip`, be it too little to count, the surest first."""
    heard = _hear(clip, sector, guidance)
    fans = heard.fans or ((sector.polygon,) if sector.known else ())
    said = [Proposal(Witness.LEARNED, layout) for layout in heard.layouts]
    said.append(Proposal(Witness.FITTED, fans))
    said.append(Proposal(Witness.DECLARED, tuple(_corners(region) for region in heard.regions)))
    said.append(Proposal(Witness.MOVING, heard.moving.polygons if heard.moving else ()))
    return tuple(proposal for proposal in said if proposal.polygons)


def _hear(clip: Clip, sector: Sector, guidance: Guidance) -> _Heard:
    regions = separate_regions(clip)
    fans: Polygons = (sector.polygon,) if sector.known and sector.confidence >= CONFIDENT else ()
    if fans and sector.provenance is Provenance.DECLARED and len(regions) > 1:
        fans = tuple(found.polygon for found in declared_sectors(clip))
    layouts = guidance.layouts_for(clip.kind, clip.rows, clip.columns)
    return _Heard(clip, fans, regions, envelope(clip), tuple(layout.polygons for layout in layouts))


def _around_fans(heard: _Heard) -> Kept | None:
    """Return the fans, cut to what a second witness supports."""
    if not heard.fans:
        return None
    declared = _declared(heard, heard.fans)
    moving = heard.moving is not None and _moves(heard, heard.fans) >= 1.0
    learned = next((layout for layout in heard.layouts if _overlap(heard, heard.fans, layout) >= ALIKE), None)
    if moving or (declared and learned):
        polygons = heard.fans
    elif declared:
        polygons = _common(heard, heard.fans, heard.mask(tuple(_corners(region) for region in heard.regions)))
    elif learned:
        polygons = _common(heard, heard.fans, heard.mask(learned))
    else:
        return None
    said = (
        (Witness.DECLARED, declared), (Witness.FITTED, True), (Witness.MOVING, moving),
        (Witness.LEARNED, learned is not None),
    )  # fmt: skip
    return Kept(polygons, tuple(witness for witness, agrees in said if agrees))


def _within_layout(heard: _Heard) -> Kept | None:
    """Return a layout of the device that motion fills, or that the declared regions are drawn around."""
    for layout in heard.layouts:
        declared, moving = _declared(heard, layout), _fills(heard, layout) >= 1.0
        if heard.moving is not None and moving:
            rows, columns = heard.clip.rows, heard.clip.columns
            reach = cv2.resize(heard.moving.reach().astype(np.uint8), (columns, rows), interpolation=cv2.INTER_NEAREST)
            polygons = layout if declared else _common(heard, layout, reach.astype(bool))
            witnesses = (Witness.DECLARED,) * declared + (Witness.MOVING, Witness.LEARNED)
            return Kept(polygons, witnesses)
        if declared:
            regions = heard.mask(tuple(_corners(region) for region in heard.regions))
            return Kept(_common(heard, layout, regions), (Witness.DECLARED, Witness.LEARNED))
    return None


def _doubt(heard: _Heard) -> Withheld:
    voices = (
        (Witness.FITTED, bool(heard.fans)), (Witness.MOVING, heard.moving is not None),
        (Witness.LEARNED, bool(heard.layouts)),
    )  # fmt: skip
    speak = [witness for witness, speaks in voices if speaks]
    if not speak:
        return Withheld("no_sector")
    if len(speak) == 1:
        return Withheld("one_witness", witness=speak[0].value)
    shares = [0.0]
    for layout in heard.layouts:
        shares += [_overlap(heard, heard.fans, layout), _fills(heard, layout)]
    shares.append(_moves(heard, heard.fans))
    return Withheld("witnesses_differ", agreement=min(99, round(100 * max(shares))))


def _declared(heard: _Heard, polygons: Polygons) -> bool:
    """Return whether each polygon lies in a declared region of its own and reaches all four of its sides."""
    free = list(heard.regions)
    for polygon in polygons:
        around = next((region for region in free if _lies_in(polygon, region)), None)
        if around is None:
            return False
        free.remove(around)
    return bool(heard.regions) and not free


def _lies_in(polygon: Polygon, region: Region) -> bool:
    (left, top), (right, bottom) = np.array(polygon).min(axis=0), np.array(polygon).max(axis=0)
    wide, high = region.right - region.left, region.bottom - region.top
    slack = 1.0 + BEYOND * max(wide, high)
    inside = (
        left >= region.left - slack and top >= region.top - slack
        and right <= region.right + slack and bottom <= region.bottom + slack
    )  # fmt: skip
    return bool(inside and right - left >= REACHES * wide and bottom - top >= REACHES * high)


def _moves(heard: _Heard, polygons: Polygons) -> float:
    """Return how far the envelope confirms the polygons: 1 where it covers them and nothing of substance is outside."""
    if heard.moving is None or not polygons:
        return 0.0
    area = heard.small(polygons)
    return min(
        1.0, heard.moving.coverage(area) / COVERED, heard.moving.density(area) / LEAST_DENSITY,
        1.0 if (outside := heard.moving.outside(area)) <= MOST_OUTSIDE else MOST_OUTSIDE / outside,
    )  # fmt: skip


def _fills(heard: _Heard, polygons: Polygons) -> float:
    """Return how far what moves fills the polygons: 1 where they need no fan."""
    if heard.moving is None:
        return 0.0
    return min(_moves(heard, polygons), heard.moving.coverage(heard.small(polygons)) / FILLED)


def _overlap(heard: _Heard, some: Polygons, others: Polygons) -> float:
    one, other = heard.mask(some), heard.mask(others)
    return float((one & other).sum() / max(1, (one | other).sum()))


def _common(heard: _Heard, polygons: Polygons, area: Mask) -> Polygons:
    """Return the polygons themselves where `area` (rows, columns) holds all of them, else the outlines of both."""
    mask = heard.mask(polygons)
    return polygons if not (mask & ~area).any() else outlines_of(mask & area)


def _corners(region: Region) -> Polygon:
    left, top, right, bottom = map(float, (region.left, region.top, region.right, region.bottom))
    return ((left, top), (right, top), (right, bottom), (left, bottom))

"""Which sectors does a picture show? Two views side by side are two, each measured for itself."""

from collections.abc import Iterable
from dataclasses import replace

from pipeline.clip import Clip
from pipeline.declared import separate_regions
from pipeline.fan import clip_to_picture, fit_fan, outline
from pipeline.find_sector import CONFIDENT, declared_sectors, drawn_sector, find_sector
from pipeline.kept import Polygon, mask_of
from pipeline.known_layout import hides_a_side, may_be_filled
from pipeline.sector import Provenance, Sector, Shape

LEARNED = 0.5
"""Confidence of a sector known from other scans alone: enough to measure in, never a witness of what is kept."""

SAME = 0.9
ROUGH = 1.5
PER_PIXEL = 1 / 250
LIT_LEVEL = 10
LEAST_LIT = 0.3
"""Share of a second view that shows something; before it is taken its half of the picture is black."""

Layout = tuple[Polygon, ...]


def fitted(clip: Clip) -> Sector:
    """Return what `find_sector` says of `clip`, asked once."""
    return clip.once("fitted sector", lambda: find_sector(clip))


def sectors_in(clip: Clip, drawn: Layout = (), layouts: Iterable[Layout] = ()) -> tuple[Sector, ...]:
    """Return the sectors of `clip`, largest first; one that is unknown where none is.

    As a person drew them; else as several separate regions declare them with a fan in each; else the one found on the
    pixels. `layouts`, where the same device showed its sectors in pictures of the same kind and size, say which sectors
    stand beside that one, where they are in a picture too dark to show an outline, and what belongs to a sector of
    which a dark side was cut away. All that is for measuring: what is kept is never asked of this.
    """
    if drawn:
        return _largest_first(clip, [_shown(clip, polygon) for polygon in drawn]) or (drawn_sector(clip, drawn),)
    if len(separate_regions(clip)) > 1 and len(declared := declared_sectors(clip)) > 1:
        return _largest_first(clip, declared)
    found, layouts = fitted(clip), tuple(layouts)
    if found.confidence >= CONFIDENT:
        whole = _whole(clip, found, layouts)
        if whole is not None:
            return (whole,)
        beside = next((layout for layout in layouts if len(layout) > 1 and _one_of(clip, found, layout)), ())
        rest = [one for one in beside if _common(clip, found.polygon, one) < SAME and _is_lit(clip, one)]
        return _largest_first(clip, [found, *(_learned(clip, polygon) for polygon in rest)])
    layout = next((layout for layout in layouts if layout and may_be_filled(clip, layout)), ())
    return _largest_first(clip, [_learned(clip, polygon) for polygon in layout]) or (found,)


def _largest_first(clip: Clip, sectors: Iterable[Sector]) -> tuple[Sector, ...]:
    known = [sector for sector in sectors if sector.known]
    return tuple(sorted(known, key=lambda s: int(s.mask(clip.rows, clip.columns).sum()), reverse=True))


def _shown(clip: Clip, polygon: Polygon) -> Sector:
    """Return the sector that was drawn, shaped by its echoes or else by its own outline."""
    sector = drawn_sector(clip, (polygon,))
    return _shaped(clip, sector) if sector.known and sector.apex is None else sector


def _learned(clip: Clip, polygon: Polygon) -> Sector:
    return replace(_shown(clip, polygon), confidence=LEARNED)


def _shaped(clip: Clip, sector: Sector) -> Sector:
    """Return the sector with the fan that its outline itself has; as it is where that is none."""
    inside = sector.mask(clip.rows, clip.columns)
    fan = fit_fan(inside, max(ROUGH, PER_PIXEL * max(inside.shape)))
    if fan is None or fan.apex is None or not (fan.near_is_arc and fan.far_is_arc):
        return sector
    polygon = clip_to_picture(list(outline(fan, clip.rows, clip.columns)), clip.rows, clip.columns)
    if fan.shape is Shape.LINEAR or len(polygon) < 3 or _common(clip, polygon, sector.polygon) < SAME:
        return sector
    return replace(
        sector, shape=fan.shape, provenance=Provenance.LEARNED, apex=fan.apex,
        radii=(fan.near.value, fan.far.value), angles=(fan.left.degrees, fan.right.degrees),
    )  # fmt: skip


def _whole(clip: Clip, found: Sector, layouts: Iterable[Layout]) -> Sector | None:
    """Return the device's sector of which `found` is all but a dark side; None where it is whole."""
    if any(_one_of(clip, found, layout) for layout in layouts):
        return None
    for layout in layouts:
        if len(layout) == 1 and (sector := _learned(clip, layout[0])).known and hides_a_side(clip, found, sector):
            return sector
    return None


def _one_of(clip: Clip, found: Sector, layout: Layout) -> bool:
    return any(_common(clip, found.polygon, polygon) >= SAME for polygon in layout)


def _is_lit(clip: Clip, polygon: Polygon) -> bool:
    inside = mask_of((polygon,), clip.rows, clip.columns)
    return bool(inside.any() and (clip.brightest[inside] > LIT_LEVEL).mean() >= LEAST_LIT)


def _common(clip: Clip, some: Polygon, other: Polygon) -> float:
    one, two = (mask_of((polygon,), clip.rows, clip.columns) for polygon in (some, other))
    return float((one & two).sum() / max(1, (one | two).sum()))

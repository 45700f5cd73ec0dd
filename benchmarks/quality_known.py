"""What is known of a device before a clip of it arrives: where did at most 10 earlier clips show its sectors?

As in production (`pipeline.learned_layout`): two witnesses that saw the picture agreed on each of three clips, and
these agree with each other. A clip never teaches its own layout, but where its device has no other clip of its picture
size one is drawn on the clip itself, as a person does once; such clips are counted apart.
"""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from benchmarks.quality_clips import Clean
from pipeline.agreement import agree
from pipeline.errors import Withheld
from pipeline.guidance import Guidance, Layout
from pipeline.kept import Kept, Polygon
from pipeline.learned_layout import can_teach, enough_agree

MOST_EARLIER = 10


class Source(StrEnum):
    """Who says where the sectors of a clip lie."""

    NOBODY = "nobody"
    OTHERS = "others"
    ITSELF = "itself"


def with_layouts(clips: Sequence[Clean]) -> list[Clean]:
    """Return the clips with the layouts that are known before each."""
    kept = {clip.name: _kept(clip) for clip in clips}
    return [_with_layout(clip, [one for one in clips if _same_screen(one, clip)], kept) for clip in clips]


def _with_layout(clip: Clean, screen: Sequence[Clean], kept: dict[str, Kept | None]) -> Clean:
    others = [one for one in screen if one is not clip]
    polygons, source = learned(clip, others, kept), Source.OTHERS
    if not polygons and not others and clip.sector.known:
        polygons, source = (clip.sector.polygon,), Source.ITSELF
    if not polygons:
        return clip
    layout = Layout(
        clip.clip.kind, clip.clip.rows, clip.clip.columns, polygons, clip.device, drawn=source is Source.ITSELF
    )
    return replace(clip, layouts=(layout,), layout_from=source.value)


def learned(clip: Clean, others: Sequence[Clean], kept: dict[str, Kept | None]) -> tuple[Polygon, ...]:
    """Return where three of at most 10 other clips of the same screen agree that its sectors lie."""
    size = clip.clip.rows, clip.clip.columns
    known = [found for one in others[:MOST_EARLIER] if (found := kept[one.name]) and can_teach(found.witnesses)]
    masks = [(one, one.mask(*size)) for one in known]
    for place, (one, mask) in enumerate(masks):
        if enough_agree(mask, masks[:place] + masks[place + 1 :]):
            return one.polygons
    return ()


def _same_screen(one: Clean, other: Clean) -> bool:
    return (one.device, one.clip.kind, one.clip.rows, one.clip.columns) == (
        other.device, other.clip.kind, other.clip.rows, other.clip.columns,
    )  # fmt: skip


def _kept(clip: Clean) -> Kept | None:
    try:
        return agree(clip.clip, clip.sector, Guidance())
    except Withheld:
        return None

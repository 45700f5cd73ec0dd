"""Is a picture with a dark side or low gain measured where its device showed its sector, and nothing more kept?"""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from pipeline.agreement import agree
from pipeline.clip import Clip, Luminance
from pipeline.errors import Withheld
from pipeline.find_sector import CONFIDENT, find_sector
from pipeline.finding import Side
from pipeline.guidance import Guidance, Layout
from pipeline.kept import Witness, outlines_of
from pipeline.known_layout import hides_a_side
from pipeline.phantom import geometry, render
from pipeline.received import Kind
from pipeline.sector import Mask, Sector
from pipeline.sectors import sectors_in
from qa_rules import rules_in
from tests.clips import clip_of, scene_of

SCENE = "shape=curvilinear,seed=3"
TRUE = geometry(scene_of(SCENE))
COUPLING = next(rule for rule in rules_in() if rule.name == "contact.coupling")


def frames_of(count: int, spec: str = SCENE) -> Luminance:
    return np.stack(list(render(scene_of(f"{spec},frames={count}"))))


def left_dark(frames: Luminance, share: float, trace: int) -> Luminance:
    """Leave of the left `share` of the scan lines nothing but `trace` levels."""
    assert TRUE.apex is not None
    assert TRUE.angles is not None
    y, x = np.mgrid[: frames.shape[1], : frames.shape[2]]
    angle = np.degrees(np.arctan2(x - TRUE.apex[0], y - TRUE.apex[1]))
    lost = (angle < TRUE.angles[0] + share * (TRUE.angles[1] - TRUE.angles[0])) & inside(frames)
    return np.where(lost, np.minimum(frames, trace), frames).astype(np.uint8)


def inside(frames: Luminance) -> Mask:
    return TRUE.mask(*frames.shape[1:])


def common(one: Sector, other: Sector, clip: Clip) -> float:
    first, second = (sector.mask(clip.rows, clip.columns) for sector in (one, other))
    return float((first & second).sum() / (first | second).sum())


@pytest.mark.parametrize("frames", [1, 12])
def test_lost_contact_is_measured_in_the_layout(frames: int) -> None:
    clip = clip_of(left_dark(frames_of(frames), 0.4, 3))
    assert common(find_sector(clip), TRUE, clip) < 0.9
    sector = sectors_in(clip, layouts=[(TRUE.polygon,)])[0]
    found = COUPLING.ask(clip, sector)
    assert found.value == pytest.approx(0.4, abs=0.05)
    assert found.side is Side.LEFT
    assert sector.confidence < CONFIDENT


def test_a_still_too_dark_for_an_outline_is_measured_in_the_layout() -> None:
    dark = np.clip(frames_of(1).astype(np.int16) - 150, 0, 255).astype(np.uint8)
    clip = clip_of(dark)
    assert find_sector(clip).confidence < CONFIDENT
    assert common(sectors_in(clip, layouts=[(TRUE.polygon,)])[0], TRUE, clip) > 0.97


def test_a_layout_that_the_pixels_contradict_is_not_taken() -> None:
    smaller = tuple((160 + 0.7 * (x - 160), 20 + 0.7 * (y - 20)) for x, y in TRUE.polygon)
    moved = tuple((x + 60, y) for x, y in TRUE.polygon)
    dark = clip_of(np.clip(frames_of(1).astype(np.int16) - 60, 0, 255).astype(np.uint8))
    for elsewhere in (smaller, moved):
        for clip in (dark, clip_of(frames_of(1))):
            assert sectors_in(clip, layouts=[(elsewhere,)]) == (find_sector(clip),)


def test_a_sector_of_another_depth_is_no_lost_contact() -> None:
    layout = tuple((160 + 1.25 * (x - 160), 8 + 1.25 * (y - 8)) for x, y in TRUE.polygon)
    for count in (1, 12):
        clip = clip_of(frames_of(count))
        assert find_sector(clip).confidence >= CONFIDENT
        assert sectors_in(clip, layouts=[(layout,)]) == (find_sector(clip),)


def test_a_sector_that_was_set_narrower_is_no_lost_contact() -> None:
    assert TRUE.angles is not None
    right = TRUE.angles[0] + 0.4 * (TRUE.angles[1] - TRUE.angles[0]), TRUE.angles[1]
    for trace in (0, 3):
        clip = clip_of(left_dark(frames_of(1), 0.4, trace))
        lit = outlines_of(TRUE.mask(clip.rows, clip.columns) & (clip.brightest > 3))
        found = replace(TRUE, polygon=max(lit, key=len), angles=right)
        assert hides_a_side(clip, found, TRUE) is bool(trace)


@pytest.mark.parametrize("frames", [1, 12])
def test_what_is_measured_in_a_layout_is_no_wider_kept(frames: int) -> None:
    clip = clip_of(left_dark(frames_of(frames), 0.4, 3), kind=Kind.VIDEO)
    layout = Layout(Kind.VIDEO, clip.rows, clip.columns, (TRUE.polygon,), "probe", None, drawn=False)
    guidance = Guidance(layouts=(layout,), device="probe")
    fit = find_sector(clip)
    assert sectors_in(clip, layouts=[(TRUE.polygon,)])[0] != fit
    try:
        kept = agree(clip, fit, guidance)
    except Withheld:
        return
    assert Witness.MOVING in kept.witnesses
    assert not (kept.mask(clip.rows, clip.columns) & ~cv2.dilate(
        fit.mask(clip.rows, clip.columns).astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)).any()  # fmt: skip

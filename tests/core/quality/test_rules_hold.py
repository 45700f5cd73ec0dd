"""Does any rule crash, or say something that is no number, on clips at the edge of what can be?"""

import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.clip import Clip, Luminance
from pipeline.finding import Verdict
from pipeline.inspection import inspect_clip
from pipeline.sector import UNKNOWN_SECTOR, Point, Provenance, Sector, Shape
from qa_rules import rules_in
from tests.clips import clip_of, phantom_clip

RULES = rules_in()
SECTORLESS = {
    "file.integrity", "file.duration", "temporal.freeze", "temporal.frame_rate", "content.non_ultrasound",
    "content.screen_capture", "codec.blocking", "gain.under",
}  # fmt: skip


def noise(frames: int, rows: int, columns: int, seed: int) -> Luminance:
    return np.random.default_rng(seed).integers(0, 256, (frames, rows, columns)).astype(np.uint8)


def whole(clip: Clip) -> Sector:
    right, bottom = clip.columns - 1.0, clip.rows - 1.0
    corners: tuple[Point, ...] = ((0.0, 0.0), (right, 0.0), (right, bottom), (0.0, bottom))
    return Sector(Shape.LINEAR, Provenance.ESTIMATED, 0.9, corners)


clips = st.one_of(
    st.builds(clip_of, st.builds(noise, st.integers(1, 5), st.integers(1, 60), st.integers(1, 60), st.integers(0, 99))),
    st.builds(
        lambda frames, side, level: clip_of(np.full((frames, side, side), level, np.uint8)),
        st.integers(1, 5), st.integers(1, 60), st.sampled_from((0, 1, 128, 255)),
    ),
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(clips)
def test_rules_hold_on_tiny_constant_and_random_clips(clip: Clip) -> None:
    for rule in RULES:
        for sector in (UNKNOWN_SECTOR, whole(clip)):
            found = rule.ask(clip, sector)
            assert found.value is None or math.isfinite(found.value)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rules_that_need_the_sector_say_so(rule: object) -> None:
    clip = phantom_clip("shape=linear,subject=vessel")
    found = next(r for r in RULES if r is rule).ask(clip, UNKNOWN_SECTOR)
    if found.rule not in SECTORLESS:
        assert found.verdict is Verdict.NOT_MEASURABLE


def test_colour_doppler_takes_gain_contact_and_blur_out_of_the_score() -> None:
    clip = phantom_clip("shape=curvilinear,seed=3,fault=high_gain")
    coloured = Clip(**{**_facts(clip), "colour": np.full_like(clip.colour, 200)})
    found = {f.rule: f for f in inspect_clip(coloured, RULES).findings}
    gated = ("gain.under", "gain.over", "gain.saturation", "contact.coupling", "sharpness.blur")
    assert {found[name].verdict for name in gated} == {Verdict.NOT_APPLICABLE}
    assert found["content.doppler"].value == pytest.approx(1.0)
    assert found["content.doppler"].severity == 0


def test_an_inspection_is_small_and_pickles() -> None:
    inspection = inspect_clip(phantom_clip("shape=curvilinear,seed=3"), RULES)
    sent = pickle.dumps(inspection)
    assert len(sent) < 10_000
    assert pickle.loads(sent) == inspection  # noqa: S301 - our own bytes
    assert [f.rule for f in inspection.findings] == sorted(rule.name for rule in RULES)


def test_the_same_clip_gets_the_same_answers_in_any_order_of_rules() -> None:
    clip = phantom_clip("shape=phased,subject=heart,seed=3")
    assert inspect_clip(clip, RULES) == inspect_clip(clip, tuple(reversed(RULES)))


def _facts(clip: Clip) -> dict[str, object]:
    return {name: getattr(clip, name) for name in clip.__dataclass_fields__}

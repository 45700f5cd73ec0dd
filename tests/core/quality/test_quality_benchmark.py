"""Do the benchmark's figures mean what they say, and do its faults change what they should and nothing else?"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import faults, faults_recording
from benchmarks.quality_clips import HAS, SPLIT, TUNED, UNSEEN, Clean
from benchmarks.quality_figures import NO_REASON, Known, alarms, auc, conditions, ranked, top_reasons, within
from benchmarks.quality_known import Source, with_layouts
from benchmarks.quality_trials import KINDS, Trial
from pipeline.clip import Clip
from pipeline.find_sector import find_sector
from pipeline.finding import Finding, Side, Verdict
from qa_rules import rules_in
from tests.clips import clip_of, phantom_clip

CLIP = phantom_clip("shape=curvilinear,seed=3,frames=10")
SECTOR = find_sector(CLIP)
FRAMES = CLIP.keyframes
BLUR = next(rule for rule in rules_in() if rule.name == "sharpness.blur")
IN_THE_SECTOR = (
    faults.gain_over, faults.gain_under, faults.saturate, faults.lose_contact, faults.defocus,
    faults.electronic_noise, faults.zoom_out, faults.zoom_in, faults.cast_shadows, faults.deafen_elements,
    faults_recording.sweep,
)  # fmt: skip
EVERY = (
    *IN_THE_SECTOR, faults_recording.freeze_recorded, faults_recording.hold, faults_recording.stutter,
    faults_recording.mark, faults_recording.export_again, faults_recording.send, faults_recording.film_screen,
)  # fmt: skip


def finding(value: float | None) -> tuple[Finding, ...]:
    silent = Finding(BLUR.name, BLUR.version, Verdict.NOT_MEASURABLE)
    return (silent if value is None else BLUR.judged(Finding(BLUR.name, BLUR.version, Verdict.GOOD, value)),)


def trial(clip: str, severity: float, value: float | None) -> Trial:
    found = finding(value)
    return Trial(clip, "device", clip, TUNED, int(severity > 0), "blur", severity, found, informed=found)


def clean(name: str, clip: Clip, device: str = "device") -> Clean:
    return Clean(name, device, name, UNSEEN, clip.keyframes, clip, find_sector(clip), {})


@pytest.mark.parametrize("fault", EVERY, ids=lambda fault: fault.__name__)
def test_a_fault_changes_the_frames_and_is_the_same_for_the_same_seed(fault: faults.Fault) -> None:
    one, two = (fault(FRAMES, SECTOR, 0.9, np.random.default_rng(4)) for _ in range(2))
    assert one.shape == FRAMES.shape
    assert one.dtype == np.uint8
    assert (one == two).all()
    assert float(np.abs(one.astype(float) - FRAMES).mean()) > 0.02


@pytest.mark.parametrize("fault", IN_THE_SECTOR, ids=lambda fault: fault.__name__)
def test_what_a_probe_does_stays_in_the_sector(fault: faults.Fault) -> None:
    outside = ~faults.inside_of(FRAMES, SECTOR)
    worse = fault(FRAMES, SECTOR, 0.9, np.random.default_rng(4))
    assert (worse[:, outside] == FRAMES[:, outside]).all()


def test_contact_is_lost_on_the_side_that_is_told() -> None:
    inside = faults.inside_of(FRAMES, SECTOR)
    left = inside & (np.arange(FRAMES.shape[2]) < FRAMES.shape[2] / 2)
    for seed in range(6):
        side = faults.contact_side(np.random.default_rng(seed))
        worse = faults.lose_contact(FRAMES, SECTOR, 0.8, np.random.default_rng(seed))
        darker = [float((FRAMES - worse.astype(float))[:, half].mean()) for half in (left, inside & ~left)]
        assert side is (Side.LEFT if darker[0] > darker[1] else Side.RIGHT)


@settings(deadline=None)
@given(st.lists(st.integers(0, 6), min_size=1, max_size=12), st.lists(st.integers(0, 6), min_size=1, max_size=12))
def test_auc_is_the_share_of_pairs_in_order(clean: list[int], faulty: list[int]) -> None:
    pairs = [(bad > good) + (bad == good) / 2 for good in clean for bad in faulty]
    assert auc(clean, faulty) == pytest.approx(sum(pairs) / len(pairs))


def test_ranks_leave_out_what_was_not_measured_and_count_it() -> None:
    good = [trial(name, 0, value) for name, value in (("a", 1.0), ("b", 1.2), ("c", None))]
    faulty = [trial(name, 0.8, value) for name, value in (("a", 4.0), ("b", 1.1), ("c", None))]
    found = ranked(good, faulty, BLUR)
    assert found.auc == 0.75
    assert (found.clips, found.unmeasured) == (2, 1)
    assert found.low <= found.auc <= found.high
    assert within(good, [*faulty, trial("a", 0.4, 2.0)], BLUR) == 1.0


def test_no_device_is_in_both_parts_and_every_fault_has_a_rule() -> None:
    parts = {device: {part for _, d, _, part in SPLIT if d == device} for _, device, _, _ in SPLIT}
    assert all(len(found) == 1 for found in parts.values())
    assert {part for found in parts.values() for part in found} == {TUNED, UNSEEN}
    assert {kind.rule for kind in KINDS} <= {rule.name for rule in rules_in()}
    assert {rule for _, rules, _ in HAS for rule in rules} <= {rule.name for rule in rules_in()}


def test_a_layout_is_learned_from_three_other_clips_of_the_screen_and_never_from_the_clip() -> None:
    """Of three clips none has three others; of four each has; one alone is drawn on itself and told so."""
    frames = phantom_clip("shape=curvilinear,seed=3,frames=12,subject=lung").keyframes
    alike = [clean(f"alike {darker}", clip_of((frames * (1 - 0.02 * darker)).astype(np.uint8))) for darker in range(4)]
    alone = clean("alone", phantom_clip("shape=linear,seed=8,frames=12"), "another")
    few = with_layouts([*alike[:3], alone])
    assert [clip.layout_from for clip in few] == [Source.NOBODY] * 3 + [Source.ITSELF]
    assert [clip.layout_from for clip in with_layouts(alike)] == [Source.OTHERS] * 4
    cut = clean("cut", clip_of(np.where(np.arange(frames.shape[2]) < frames.shape[2] / 2, 0, frames).astype(np.uint8)))
    told = with_layouts([*alike[:3], cut])[-1]
    assert told.layouts[0].polygons[0] in [clip.sector.polygon for clip in alike[:3]]


def test_a_clip_that_shows_a_fault_is_no_clean_clip_for_that_rule_alone() -> None:
    poor = BLUR.limits.poor
    labelled = replace(trial("a", 0, poor), has=frozenset({BLUR.name}))
    assert alarms([labelled, trial("b", 0, poor)], [BLUR], Known())[0] == {BLUR.name: 1}
    assert alarms([replace(labelled, has=frozenset({"codec.blocking"}))], [BLUR], Known())[0] == {BLUR.name: 1}
    assert ranked([labelled, trial("b", 0, 1.0)], [trial("b", 0.9, poor)], BLUR).auc == 1.0


def test_what_is_known_counts_only_where_something_is_and_a_silent_scan_is_told_apart() -> None:
    kind = next(kind for kind in KINDS if kind.rule == BLUR.name)
    others = [trial(str(number), 0, BLUR.limits.good + 0.1) for number in range(6)]
    nothing, known, drawn = conditions(others, [BLUR])
    assert (nothing.usual, len(known.usual), drawn.usual) == ({}, 6, {})
    assert alarms(others, [BLUR], nothing) == ({BLUR.name: 6}, 6, 6)
    assert alarms(others, [BLUR], known) == ({}, 0, 6)
    assert alarms(others, [BLUR], drawn) == ({}, 0, 0)
    silent = replace(trial("0", 0.9, None), layout_from=Source.OTHERS, informed=finding(BLUR.limits.poor),
                     held_back=(True, False))  # fmt: skip
    assert top_reasons([silent], [BLUR], kind, nothing) == {NO_REASON: 1}
    assert top_reasons([silent], [BLUR], kind, known) == {BLUR.name: 1}

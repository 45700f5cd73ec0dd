"""When is an exam read twice, when do two readings differ, and who waits for what?"""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.finding import Verdict
from pipeline.text import Text
from supervision.exam_types import ExamType, FocusedQuestion, View
from supervision.prefill import RULES, Measured, levels_of, prefill
from supervision.priority import Clock
from supervision.rating import NEEDED, Answer, Component, Consequence
from supervision.readings import Difference, Twice, cannot_wait, clock_after, differences, near_sign_off, second_read
from supervision.review_form import ReviewForm
from supervision.sampling import Phase
from tests.forms import rated

SAME = Text("x", "x")
CARD = ExamType(
    "CARD",
    SAME,
    50,
    views=(View("PLAX", SAME), View("A4C", SAME), View("IVC", SAME, still=True)),
    questions=(FocusedQuestion("EFF", SAME, critical=True), FocusedQuestion("LV", SAME)),
)
ONE_VIEW = replace(CARD, views=CARD.views[:1])
READING = rated(4, exam_type=CARD, entrustment=3)

overalls = st.integers(1, 5)
forms = st.builds(
    rated,
    overalls,
    exam_type=st.just(CARD),
    positive=st.lists(st.sampled_from(["EFF", "LV"]), unique=True),
    entrustment=st.none() | st.integers(1, 5),
    consequence=st.none() | st.sampled_from(Consequence),
)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, ()),
        ({"overall": 5}, ()),
        ({"overall": 3}, ()),
        ({"overall": 2}, (Difference.OVERALL, Difference.ACROSS_ENOUGH)),
        ({"answers": {**READING.answers, "LV": Answer.POSITIVE}}, ()),
        ({"answers": {**READING.answers, "EFF": Answer.POSITIVE}}, (Difference.CRITICAL,)),
        ({"answers": {**READING.answers, "EFF": Answer.NOT_ASSESSABLE}}, (Difference.CRITICAL,)),
        ({"entrustment": 4}, ()),
        ({"entrustment": 5}, (Difference.ENTRUSTMENT,)),
        ({"entrustment": 1}, (Difference.ENTRUSTMENT,)),
        ({"entrustment": None}, ()),
        ({"consequence": Consequence.MEANINGFUL}, ()),
        ({"consequence": Consequence.CONTACT_NOW}, (Difference.CONSEQUENCE,)),
    ],
)
def test_readings_differ_from_the_border_on(change: dict[str, Any], found: tuple[Difference, ...]) -> None:
    assert differences(READING, replace(READING, **change), CARD) == found


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        (3, 2, (Difference.ACROSS_ENOUGH,)),
        (1, 2, ()),
        (3, 4, ()),
        (3, 5, (Difference.OVERALL,)),
        (1, 3, (Difference.OVERALL, Difference.ACROSS_ENOUGH)),
    ],
)
def test_enough_is_a_border_of_its_own(one: int, other: int, found: tuple[Difference, ...]) -> None:
    assert differences(rated(one, exam_type=CARD), rated(other, exam_type=CARD), CARD) == found


@settings(max_examples=80, deadline=None)
@given(forms, forms)
def test_to_differ_is_mutual_and_nobody_differs_from_themselves(one: ReviewForm, other: ReviewForm) -> None:
    assert differences(one, other, CARD) == differences(other, one, CARD)
    assert differences(one, one, CARD) == ()


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(Clock), forms, st.booleans(), st.floats(0, 1, exclude_max=True), st.floats(0, 1))
def test_what_is_critical_is_read_twice_and_does_not_wait(
    clock: Clock,
    form: ReviewForm,
    near: bool,  # noqa: FBT001 - hypothesis fills it
    draw: float,
    share: float,
) -> None:
    why = second_read(clock, form, near_sign_off=near, draw=draw, share=share)
    urgent = clock in (Clock.P0, Clock.P1)
    contact = form.consequence is Consequence.CONTACT_NOW
    assert (why is None) == (not urgent and not contact and not near and draw >= share)
    assert cannot_wait(clock, form) == (urgent or contact) == (why in (Twice.CLOCK, Twice.CONSEQUENCE))
    assert clock_after(clock, form) == (Clock.P1 if contact and not urgent else clock)


def test_the_last_five_before_sign_off_are_read_twice() -> None:
    asked = [near_sign_off(Phase.LEARNING, before, CARD) for before in (0, 44, 45, 49, 60)]
    assert asked == [False, False, True, True, True]
    assert not near_sign_off(Phase.SIGNED_OFF, 49, CARD)
    assert not near_sign_off(Phase.LEARNING, 49, replace(CARD, supervised_scans=None))


def said(**verdicts: Verdict) -> dict[str, Verdict]:
    return {name.replace("_", ".", 1): verdict for name, verdict in verdicts.items()}


def test_the_worst_rule_decides_on_a_component_and_what_was_not_measured_is_left_open() -> None:
    clip = Measured(
        said(
            gain_over=Verdict.GOOD,
            gain_under=Verdict.WEAK,
            gain_saturation=Verdict.NOT_MEASURABLE,
            geometry_depth=Verdict.POOR,
            sharpness_blur=Verdict.GOOD,
            motion_none=Verdict.NOT_APPLICABLE,
            device_dropout=Verdict.POOR,
        )
    )
    assert levels_of(clip) == {Component.GAIN: 1, Component.DEPTH: 0, Component.FOCUS: 2}


def test_a_view_is_as_good_as_its_best_clip() -> None:
    poor = Measured(said(gain_over=Verdict.POOR, geometry_depth=Verdict.GOOD), "PLAX")
    fair = Measured(said(gain_over=Verdict.WEAK, geometry_depth=Verdict.WEAK), "PLAX")
    assert prefill(CARD, [poor, fair]) == {"PLAX": {Component.GAIN: 1, Component.DEPTH: 1}}
    assert prefill(CARD, [fair, poor]) == prefill(CARD, [poor, fair])


def test_a_still_speaks_only_where_no_clip_does() -> None:
    still = Measured(said(gain_over=Verdict.GOOD), "PLAX", still=True)
    clip = Measured(said(gain_over=Verdict.POOR), "PLAX")
    assert prefill(CARD, [still, clip]) == {"PLAX": {Component.GAIN: 0}}
    assert prefill(CARD, [still]) == {"PLAX": {Component.GAIN: 2}}
    wanted = [replace(still, view="IVC"), replace(clip, view="IVC")]
    assert prefill(CARD, wanted) == {"IVC": {Component.GAIN: 2}}


def test_a_clip_without_a_view_speaks_where_there_is_no_doubt() -> None:
    clip = Measured(said(gain_over=Verdict.WEAK))
    assert set(prefill(CARD, [clip])) == {"PLAX", "A4C", "IVC"}
    assert prefill(CARD, [clip, Measured(view="A4C")]) == {}
    assert prefill(ONE_VIEW, [clip, clip]) == {"PLAX": {Component.GAIN: 1}}
    assert prefill(CARD, [replace(clip, view="GONE")]) == {}


rules = [rule for names in RULES.values() for rule in names]
clips = st.builds(
    Measured,
    st.dictionaries(st.sampled_from(rules), st.sampled_from(Verdict)),
    st.sampled_from(["", "PLAX", "A4C", "IVC"]),
    st.booleans(),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(clips, max_size=4))
def test_what_only_an_expert_sees_is_never_proposed(found: list[Measured]) -> None:
    for levels in prefill(CARD, found).values():
        assert levels
        assert not {*NEEDED, Component.LABEL} & set(levels)
        assert set(levels.values()) <= {0, 1, 2}
        assert any(levels == levels_of(clip) for clip in found)  # never mixed from two

"""Does a form say what the domain says, and does it survive being sent, kept and read again?"""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.text import Text
from supervision.exam_types import ExamType, FocusedQuestion, View
from supervision.marks import Mark, Shape
from supervision.rating import NEEDED, WRONG, Answer, Cause, Component, Consequence, Outcome, Reference, outcome
from supervision.review_form import LONGEST_COMMENT, Advice, ReviewForm, form_of, success
from tests.forms import rated

SAME = Text("x", "x")
CARD = ExamType(
    "CARD",
    SAME,
    50,
    views=(View("PLAX", SAME), View("A4C", SAME)),
    questions=(FocusedQuestion("EFF", SAME, critical=True), FocusedQuestion("LV", SAME)),
)
NOTHING_ASKED = ExamType("PROC", SAME, 10, views=(View("NEEDLE", SAME),))

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
levels = st.sampled_from([0, 1, 2])
views = st.fixed_dictionaries({component: st.none() | levels for component in Component})
marks = st.builds(
    Mark, st.integers(1, 9), st.integers(0, 99), st.just(Shape.BOX), st.just(((0.1, 0.2), (0.3, 0.4))), texts
)
forms = st.builds(
    ReviewForm,
    st.integers(1, 5),
    views=st.dictionaries(st.sampled_from(["PLAX", "A4C"]), views),
    answers=st.dictionaries(st.sampled_from(["EFF", "LV"]), st.sampled_from(Answer)),
    references=st.dictionaries(st.sampled_from(["EFF", "LV"]), st.sampled_from(Reference)),
    indication=st.none() | st.integers(0, 2),
    consequence=st.none() | st.sampled_from(Consequence),
    integration=st.none() | st.integers(1, 5),
    entrustment=st.none() | st.integers(1, 5),
    cause=st.none() | st.sampled_from(Cause),
    confidence=st.none() | st.integers(1, 3),
    keep=st.builds(Advice, st.just(""), texts),
    exemplar=st.booleans(),
    comment=texts,
    marks=st.lists(marks, max_size=2).map(tuple),
)
whole = st.builds(
    lambda overall, plax, a4c, eff: ReviewForm(overall, {"PLAX": plax, "A4C": a4c}, {"EFF": eff}),
    st.integers(1, 5),
    *(st.fixed_dictionaries(dict.fromkeys(Component, levels)) for _ in CARD.views),
    st.sampled_from(Answer),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=80, deadline=None)
@given(forms)
def test_a_form_is_the_same_after_it_was_kept(form: ReviewForm) -> None:
    assert form_of(json.loads(json.dumps(form.as_json()))) == form


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(ReviewForm.__dataclass_fields__)), json_values), st.integers(1, 5))
def test_whatever_is_sent_is_a_form_or_refused(table: dict[str, Any], overall: int) -> None:
    try:
        form = form_of({"overall": overall} | table)
    except ValueError:
        return
    json.dumps(form.as_json(), ensure_ascii=False).encode()
    assert form_of(json.loads(json.dumps(form.as_json()))) == form


@settings(max_examples=80, deadline=None)
@given(whole, st.sampled_from(["PLAX", "A4C"]), st.sampled_from(Component))
def test_what_is_rated_better_is_never_less_adequate(form: ReviewForm, view: str, component: Component) -> None:
    level = form.views[view][component]
    assert level is not None
    better = {**form.views, view: {**form.views[view], component: min(2, level + 1)}}
    raised = replace(form, views=better, overall=min(5, form.overall + 1))
    assert form.problems(CARD) == ()
    assert raised.adequate(CARD) >= form.adequate(CARD)
    assert raised.completeness(CARD) >= form.completeness(CARD)
    needed = all((form.views[code][one] or 0) >= 1 for code in ("PLAX", "A4C") for one in NEEDED)
    assert form.adequate(CARD) == (needed and form.overall >= 3)


@pytest.mark.parametrize(
    ("change", "problems"),
    [
        ({}, ()),
        ({Component.DEPTH: None}, ()),
        ({Component.AXIS: None}, ("views.PLAX.axis",)),
        ({Component.PRESENT: None}, ("views.PLAX.present",)),
    ],
)
def test_what_decides_on_adequacy_always_applies(
    change: dict[Component, int | None], problems: tuple[str, ...]
) -> None:
    form = rated(4, exam_type=CARD)
    assert replace(form, views={**form.views, "PLAX": {**form.views["PLAX"], **change}}).problems(CARD) == problems


def test_a_view_that_is_not_there_needs_no_more_words() -> None:
    form = rated(2, exam_type=CARD, adequate=True)
    absent = replace(form, views={**form.views, "A4C": {Component.PRESENT: 0}})
    assert absent.problems(CARD) == ()
    assert (absent.adequate(CARD), absent.completeness(CARD)) == (False, (1, 2))


def test_what_is_missing_and_what_is_unknown_is_named() -> None:
    form = ReviewForm(
        3,
        views={"PLAX": dict.fromkeys(Component, 2), "OLD": {}},
        answers={"GONE": Answer.NEGATIVE},
        references={"LV": Reference.FOLLOW_UP},
    )
    assert {path for path in form.problems(CARD) if not path.startswith("views.A4C")} == {
        "views.OLD",
        "answers.EFF",  # critical, not answered
        "answers.GONE",
        "answers.LV",  # a reference without an answer
    }
    assert len([path for path in form.problems(CARD) if path.startswith("views.A4C.")]) == len(Component)
    assert form.reference("LV") is Reference.FOLLOW_UP
    assert form.reference("EFF") is Reference.EXPERT_READING


@pytest.mark.parametrize(
    ("scanner", "expert", "correct"),
    [
        (Answer.POSITIVE, Answer.POSITIVE, True),
        (Answer.NEGATIVE, Answer.NEGATIVE, True),
        (Answer.POSITIVE, Answer.NEGATIVE, False),
        (Answer.NEGATIVE, Answer.POSITIVE, False),
        (Answer.INDETERMINATE, Answer.POSITIVE, False),
        (Answer.NOT_ASSESSABLE, Answer.POSITIVE, False),
        (Answer.INDETERMINATE, Answer.NEGATIVE, True),
        (Answer.POSITIVE, Answer.INDETERMINATE, True),
        (Answer.NEGATIVE, Answer.NOT_ASSESSABLE, None),
        (None, Answer.POSITIVE, None),
    ],
)
def test_correct_is_about_critical_questions_that_both_answered(
    scanner: Answer | None,
    expert: Answer,
    correct: bool | None,  # noqa: FBT001 - given by the table
) -> None:
    said = {} if scanner is None else {"EFF": scanner, "LV": Answer.NEGATIVE}
    form = replace(rated(4, exam_type=CARD), answers={"EFF": expert, "LV": Answer.POSITIVE})
    assert form.correct(CARD, said) is correct
    assert form.success(CARD, said) is correct
    assert replace(form, overall=2).success(CARD, said) is False
    told = form.outcomes(said)
    assert told["LV"] == (Outcome.FALSE_NEGATIVE if said else Outcome.NOT_ANSWERED)  # counts for no success


def test_where_nothing_critical_is_asked_adequate_is_enough() -> None:
    form = rated(4, exam_type=NOTHING_ASKED)
    assert form.correct(NOTHING_ASKED, {}) is None
    assert form.success(NOTHING_ASKED, {}) is True
    assert success(adequate=True, correct=None, asked=True) is None
    assert success(adequate=False, correct=True, asked=False) is False


def test_every_pair_of_answers_has_an_outcome() -> None:
    for scanner in (None, *Answer):
        for expert in Answer:
            assert (outcome(scanner, expert) in WRONG) == (
                scanner is not None
                and scanner is not expert
                and (expert is Answer.POSITIVE or (scanner, expert) == (Answer.POSITIVE, Answer.NEGATIVE))
            )


def test_text_has_an_end_and_can_be_kept() -> None:
    assert len(ReviewForm(3, comment="é" * LONGEST_COMMENT).comment) == 4000
    for text in ("é" * (LONGEST_COMMENT + 1), "a\x00b", "\ud800", None):
        with pytest.raises(ValueError, match="comment"):
            ReviewForm(3, comment=text)
        with pytest.raises(ValueError, match="advice"):
            Advice("", text)


@settings(max_examples=60, deadline=None)
@given(st.integers() | st.booleans() | st.floats() | st.text(max_size=2))
def test_an_overall_rating_is_a_whole_number_from_1_to_5(overall: Any) -> None:
    if type(overall) is int and 1 <= overall <= 5:
        assert ReviewForm(overall).overall == overall
    else:
        with pytest.raises(ValueError, match="overall"):
            ReviewForm(overall)
    level = {"PLAX": {Component.AXIS: overall}}
    if type(overall) is int and 0 <= overall <= 2:
        assert ReviewForm(3, views=level).views == level
    else:
        with pytest.raises(ValueError, match="PLAX"):
            ReviewForm(3, views=level)

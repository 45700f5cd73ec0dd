"""Does advice exist in both languages for whatever is wrong, and is the fitting one offered first?"""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.exam_types import exam_types
from supervision.phrases import KINDS, MOST_SUGGESTED, Kind, Phrase, phrases, suggested, words_of
from supervision.rating import Cause, Component
from supervision.review_form import Advice

EVERY = list(phrases().values())


@pytest.mark.parametrize("phrase", EVERY, ids=lambda one: one.code)
def test_a_phrase_is_whole_in_both_languages(phrase: Phrase) -> None:
    assert re.fullmatch(rf"{phrase.kind}_[a-z_]+", phrase.code)
    for text in (phrase.text.en, phrase.text.fr):
        assert 20 <= len(text) <= 200
        assert text[0].isupper()
        assert text[-1] in ".?!"
    assert phrase.text.en != phrase.text.fr
    assert not re.search(r"[^\u00a0][:;?!»]|«[^\u00a0]", phrase.text.fr), "French typography"
    assert set(phrase.exam_types) <= exam_types().keys()


def test_no_sentence_stands_twice() -> None:
    assert len({one.text.en for one in EVERY}) == len({one.text.fr for one in EVERY}) == len(EVERY) >= 60


@pytest.mark.parametrize("cause", Cause)
@pytest.mark.parametrize("kind", ["change", "next"])
def test_there_is_advice_against_every_cause_and_it_stands_first(kind: Kind, cause: Cause) -> None:
    assert cause in suggested(kind, cause, [])[0].causes


@pytest.mark.parametrize("component", Component)
@pytest.mark.parametrize("kind", KINDS)
def test_there_is_advice_on_every_component(kind: Kind, component: Component) -> None:
    assert component in suggested(kind, None, [component])[0].components


@given(
    st.sampled_from(KINDS),
    st.none() | st.sampled_from(Cause),
    st.sets(st.sampled_from(Component)),
    st.sampled_from(["", *exam_types()]),
)
def test_what_is_offered_is_of_the_kind_for_the_exam_type_and_at_most_six(
    kind: Kind, cause: Cause | None, worst: set[Component], exam_type: str
) -> None:
    offered = suggested(kind, cause, worst, exam_type)
    assert 1 <= len(offered) <= MOST_SUGGESTED
    assert len({one.code for one in offered}) == len(offered)
    for one in offered:
        assert one.kind == kind
        assert not one.exam_types or exam_type in one.exam_types
        fits = cause in one.causes or worst & set(one.components)
        assert fits or not (one.causes or one.components)
    if cause is not None and kind != "keep":
        causes = [cause in one.causes for one in offered]
        assert causes[0]


def test_a_phrase_of_an_exam_type_is_offered_for_this_only() -> None:
    assert "change_lung_ribs" in {one.code for one in suggested("change", Cause.WRONG_VIEW, [], "LUNG_AD")}
    assert "change_lung_ribs" not in {one.code for one in suggested("change", Cause.WRONG_VIEW, [], "CARD")}


def test_advice_is_said_in_the_readers_language_with_the_reviewers_own_words_after_it() -> None:
    known = phrases()["change_gain_down"].text
    assert words_of(Advice("change_gain_down", "Here too."), "fr-ch") == f"{known.fr} Here too."
    assert words_of(Advice("change_gain_down"), "en") == known.en
    assert words_of(Advice("gone_by_now", "Own words"), "fr") == "Own words"
    assert words_of(Advice(), "en") == ""


@pytest.mark.parametrize(("kind", "minutes"), [("keep", 3), ("next", None), ("next", 6), ("praise", None)])
def test_only_an_exercise_takes_minutes_and_between_two_and_five(kind: str, minutes: int | None) -> None:
    with pytest.raises(ValueError, match="x: "):
        Phrase("x", kind, phrases()["keep_depth"].text, minutes=minutes)

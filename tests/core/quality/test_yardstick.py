"""Are values held against what is usual on the device and what the exam asks for, with no look at a picture?"""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.finding import Finding, Verdict
from pipeline.rule import NOT_MEASURABLE, Family, Limits, Rule, Usual
from pipeline.text import Text
from pipeline.yardstick import ABSOLUTE, Yardstick, held_against, moved

numbers = st.floats(-1e3, 1e3)
spreads = st.floats(0.1, 100)
WORD = Text("word", "mot")
MOVES = Rule(
    "sharpness.moves",
    1,
    WORD,
    WORD,
    "ratio",
    Limits(3, 5),
    Family.REST,
    0.4,
    lambda _clip, _sector: NOT_MEASURABLE,
    usual=Usual(2, 0.5, 40),
)
STAYS = replace(MOVES, name="gain.stays", usual=None)
RULES = (MOVES, STAYS)


def found(value: float) -> list[Finding]:
    return [Finding(rule.name, 1, Verdict.GOOD, value) for rule in RULES]


def test_a_device_on_which_more_is_usual_is_not_blamed_for_it_and_absolute_limits_stay() -> None:
    findings, quality = held_against(ABSOLUTE, found(5.0), RULES)
    assert [f.verdict for f in findings] == [Verdict.POOR, Verdict.POOR]
    assert quality.score == 36.0
    softer = Yardstick(version=3, usual={rule.name: Usual(4.0, 0.5, 10) for rule in RULES})
    findings, quality = held_against(softer, found(5.0), RULES)
    assert [f.verdict for f in findings] == [Verdict.GOOD, Verdict.POOR]
    assert quality.score == 60.0


def test_an_exam_type_has_the_last_word() -> None:
    asked = Yardstick(
        usual={MOVES.name: Usual(4.0, 0.5, 10)}, limits={MOVES.name: Limits(1, 2)}, weights={STAYS.name: 0.0}
    )
    findings, quality = held_against(asked, found(5.0), RULES)
    assert findings[0].verdict is Verdict.POOR
    assert quality.score == 60.0


def test_the_programme_decides_which_score_suggests_which_rating() -> None:
    strict = Yardstick(cut_offs=((99.0, 4), (70.0, 3), (30.0, 2)))
    assert held_against(ABSOLUTE, found(0.0), RULES)[1].suggested_rating == 4
    assert held_against(strict, found(3.5), RULES)[1].suggested_rating == 3


def test_what_was_not_measured_and_rules_that_are_gone_stay_as_they_are() -> None:
    silent = Finding(MOVES.name, 1, Verdict.NOT_MEASURABLE)
    gone = Finding("was.removed", 1, Verdict.POOR, 3.0, 1.0)
    findings, quality = held_against(Yardstick(usual={MOVES.name: Usual(1, 1, 9)}), [silent, gone], RULES)
    assert findings == (silent, gone)
    assert quality.reasons == ()


@settings(deadline=None)
@given(numbers, spreads, numbers, spreads, st.sampled_from((1, -1)))
def test_limits_move_with_the_middle_never_get_stricter_and_keep_their_bounds(
    a: float, b: float, c: float, d: float, bad: int
) -> None:
    limits = Limits(a + bad * b, a + bad * 2 * b)
    there = moved(limits, Usual(a, b, 10), Usual(c, d, 10))
    slack = 1e-9 * (abs(a) + b)
    assert -slack <= bad * (there.good - limits.good) <= b + slack
    assert bad * (there.poor - limits.poor) >= -slack
    assert b - slack <= bad * (there.poor - there.good) <= 2 * b + slack
    same = moved(limits, Usual(a, b, 10), Usual(a, b, 10))
    assert (same.good, same.poor) == pytest.approx((limits.good, limits.poor))


def test_a_better_device_is_held_to_the_rule_as_it_was_made() -> None:
    assert moved(Limits(3, 5), Usual(2, 0.5, 40), Usual(1, 0.1, 10)) == Limits(3, 5)


def test_limits_move_fully_within_their_bounds() -> None:
    there = moved(Limits(3, 5), Usual(2, 0.5, 40), Usual(2.5, 0.75, 10))
    assert (there.good, there.poor) == pytest.approx((4.0, 7.0))


@settings(deadline=None)
@given(st.floats(5, 1e6), spreads)
def test_a_device_whose_clips_are_all_bad_is_never_called_normal_without_limit(middle: float, spread: float) -> None:
    hopeless = Yardstick(usual={MOVES.name: Usual(middle, spread, 1000)})
    findings, _ = held_against(hopeless, found(max(9.0, middle)), RULES)
    assert findings[0].verdict is Verdict.POOR

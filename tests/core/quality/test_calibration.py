"""Is what is usual on a device learnt from its clips, hardly moved by a few, and never further than it may?"""

from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.calibration import (
    FEWEST_REVIEWS,
    PROGRAMME,
    Measured,
    calibration,
    rating_cut_offs,
    shrunk,
    usual_of,
    yardstick_for,
)
from pipeline.quality import suggest_rating
from pipeline.rule import NOT_MEASURABLE, Family, Limits, Rule, Usual
from pipeline.text import Text
from pipeline.yardstick import moved

numbers = st.floats(-1e4, 1e4)
many = st.lists(numbers, min_size=1, max_size=40)
usuals = st.builds(Usual, numbers, st.floats(1e-3, 1e3), st.integers(1, 500))
WORD = Text("word", "mot")
MADE_ON = Usual(2.0, 0.5, 40)
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
    usual=MADE_ON,
)
STAYS = replace(MOVES, name="gain.stays", usual=None)
clips = st.lists(
    st.builds(
        lambda device, value: Measured(device, device[0], {MOVES.name: value, STAYS.name: value}),
        st.sampled_from(("a1", "a2", "b1")),
        numbers,
    ),
    min_size=1,
    max_size=40,
)


def device(name: str, model: str, *values: float) -> list[Measured]:
    return [Measured(name, model, {MOVES.name: value, STAYS.name: value}) for value in values]


@given(many, numbers, st.floats(0.1, 10))
def test_what_is_usual_moves_and_grows_with_the_values(values: list[float], shift: float, times: float) -> None:
    before, after = usual_of(values), usual_of([times * value + shift for value in values])
    assert before is not None
    assert after is not None
    assert after.middle == pytest.approx(times * before.middle + shift, abs=1e-6)
    assert after.spread == pytest.approx(times * before.spread, abs=1e-5)


@given(st.lists(st.floats(-1, 1), min_size=3, max_size=30), st.lists(st.floats(-1e6, 1e6), max_size=30))
def test_fewer_than_half_the_clips_cannot_carry_the_middle_away(good: list[float], wild: list[float]) -> None:
    found = usual_of(good + wild[: (len(good) - 1) // 2] + [float("nan"), float("inf")])
    assert found is not None
    assert -1 <= found.middle <= 1
    assert found.spread <= 1.4826 * 2 + 1e-9


def test_nothing_is_usual_of_nothing() -> None:
    assert usual_of([]) is None
    assert usual_of([float("nan")]) is None


@given(usuals, usuals)
def test_few_clips_are_drawn_to_the_level_above_and_more_clips_less(own: Usual, above: Usual) -> None:
    few, more = shrunk(own, above), shrunk(replace(own, clips=own.clips + 10), above)
    for one in (few, more):
        assert min(own.middle, above.middle) - 1e-9 <= one.middle <= max(own.middle, above.middle) + 1e-9
        assert min(own.spread, above.spread) - 1e-9 <= one.spread <= max(own.spread, above.spread) + 1e-9
    assert abs(more.middle - own.middle) <= abs(few.middle - own.middle) + 1e-9
    assert shrunk(replace(own, clips=1), above).spread == pytest.approx(above.spread)


@settings(max_examples=50)
@given(clips, st.randoms(use_true_random=False))
def test_the_order_of_clips_says_nothing_and_absolute_rules_have_no_usual(
    measured: list[Measured], random: Random
) -> None:
    table = calibration(measured, (MOVES, STAYS))
    mixed = list(measured)
    random.shuffle(mixed)
    assert calibration(mixed, (STAYS, MOVES)) == table
    assert all(set(values) == {MOVES.name} for values in table.values())
    assert set(table) == {PROGRAMME} | {("device", c.device) for c in measured} | {("model", c.model) for c in measured}


@settings(max_examples=50)
@given(clips)
def test_every_level_lies_between_what_its_clips_show_and_what_the_rule_was_made_on(measured: list[Measured]) -> None:
    values = [c.values[MOVES.name] for c in measured] + [MADE_ON.middle]
    for level in calibration(measured, (MOVES,)).values():
        assert min(values) - 1e-6 <= level[MOVES.name].middle <= max(values) + 1e-6


def test_a_device_is_held_against_itself_a_new_one_against_its_model_a_stranger_against_the_programme() -> None:
    soft = device("a1", "a", *[4.0, 4.1, 3.9, 4.05, 3.95] * 8)
    sharp = [one for n in range(3) for one in device(f"b{n}", "b", *[2.0, 2.1, 1.9] * 10)]
    table = calibration(soft + sharp, (MOVES, STAYS))
    own, new, stranger = (yardstick_for(table, *who)[MOVES.name] for who in (("a1", "a"), ("a9", "a"), (None, None)))
    assert 3.7 < own.middle < 4.0
    assert 3.5 < new.middle < own.middle
    assert stranger == table[PROGRAMME][MOVES.name]
    assert 1.9 < stranger.middle < 2.1
    assert yardstick_for({}, "a1", "a") == {}


def test_ten_clips_of_a_soft_device_bring_its_limits_along_and_one_clip_hardly() -> None:
    def limits(*values: float) -> Limits:
        return moved(
            MOVES.limits, MADE_ON, yardstick_for(calibration(device("a", "", *values), (MOVES,)), "a", "")[MOVES.name]
        )

    assert limits(*[2.8, 3.0, 3.2, 3.4, 2.6] * 2).good > 3.2
    assert limits(30.0).good <= MOVES.limits.poor
    assert limits(3.0).good < limits(*[3.0] * 10).good < limits(*[3.0] * 60).good + 1


def test_an_unknown_model_is_no_model() -> None:
    table = calibration(device("a", "", 1.0, 2.0) + device("b", "", 3.0), (MOVES,))
    assert {level for level, _ in table} == {"programme", "device"}
    assert ("model", "") not in table


reviews = st.lists(
    st.tuples(st.floats(0, 100).map(lambda s: round(s, 2)), st.integers(1, 5)),
    min_size=FEWEST_REVIEWS,
    max_size=120,
)


@settings(max_examples=60)
@given(reviews, st.tuples(st.floats(0, 100), st.floats(0, 100)))
def test_a_better_score_never_suggests_a_worse_rating_nor_ever_5(
    pairs: list[tuple[float, int]], two: tuple[float, float]
) -> None:
    cut_offs = rating_cut_offs(pairs)
    assert cut_offs is not None
    assert all(high[0] > low[0] and high[1] > low[1] for high, low in pairwise(cut_offs))
    worse, better = (suggest_rating(score, cut_offs) for score in sorted(two))
    assert 1 <= worse <= better <= 4


def test_reviews_move_the_cut_offs() -> None:
    strict = [(float(score), 1 + (score > 60) + (score > 80) + (score > 95)) for score in range(100)]
    assert rating_cut_offs(strict) == ((95.5, 4), (80.5, 3), (60.5, 2))
    assert rating_cut_offs(strict[: FEWEST_REVIEWS - 1]) is None


def test_a_programme_without_good_scans_is_never_suggested_a_good_rating() -> None:
    cut_offs = rating_cut_offs([(float(score), 1 + (score > 50)) for score in range(100)])
    assert cut_offs == ((50.5, 2),)


def test_where_the_score_says_nothing_one_rating_is_suggested_for_all() -> None:
    assert rating_cut_offs([(float(score), 3) for score in range(60)]) == ((0.0, 3),)

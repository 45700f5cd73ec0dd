"""Is the time to feedback told without forgetting those who still wait?"""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervision.figures import NO_ESTIMATE
from supervision.intervals import wilson
from supervision.turnaround import Turnaround, turnaround

few = settings(max_examples=100, deadline=None)
HOUR = 3600.0


def told(*waits: tuple[float, bool]) -> Turnaround:
    """Return the turnaround of these hours, each answered or open, with a clock of a day."""
    return held_against([24.0] * len(waits), *waits)


def held_against(clocks: Sequence[float], *waits: tuple[float, bool]) -> Turnaround:
    hours, answered = zip(*waits, strict=True) if waits else ((), ())
    return turnaround(HOUR * np.array(hours), HOUR * np.array(clocks), np.array(answered, bool))


@few
@given(st.lists(st.integers(0, 100), min_size=1, max_size=60))
def test_with_nothing_open_it_is_a_plain_count(hours: list[int]) -> None:
    found = told(*((one, True) for one in hours))
    in_time = sum(one <= 24 for one in hours)
    assert found.within.value == pytest.approx(in_time / len(hours))
    assert (found.within.low, found.within.high) == pytest.approx(wilson(in_time, len(hours)))
    ordered = sorted(hours)
    assert found.median == timedelta(hours=ordered[(len(hours) - 1) // 2])
    assert found.p90 == timedelta(hours=ordered[-(-len(hours) * 9 // 10) - 1])


@few
@given(st.lists(st.tuples(st.integers(0, 100), st.booleans()), max_size=40), st.integers(0, 100))
def test_what_still_waits_never_makes_it_look_faster(waits: list[tuple[float, bool]], hours: int) -> None:
    """Left out, the open ones would: here each answered one could only have been hidden by them."""
    here, more = told(*waits), told(*waits, (hours, False))
    if here.median is not None and more.median is not None:
        assert more.median >= here.median
    assert more.median is None or here.median is not None
    if here.within.value is not None and more.within.value is not None:
        assert more.within.value <= here.within.value + 1e-9


def test_a_table_worked_by_hand() -> None:
    """Five exams: answered after 1, 5 and 30 hours, open for 10 and 40."""
    found = told((1, True), (5, True), (30, True), (10, False), (40, False))
    assert (found.total, found.answered) == (5, 3)
    assert found.median == timedelta(hours=30)  # 4/5, 3/5, then 3/5 x 1/2
    assert found.p90 is None
    assert found.within.value == pytest.approx(2 / 5)


def test_each_is_held_against_its_own_clock() -> None:
    found = held_against([72, 5], (24, True), (24, True))
    assert found.within.value == pytest.approx(0.5)


def test_nobody_seen_so_long_says_nothing() -> None:
    assert told() == Turnaround(0, 0, None, None, NO_ESTIMATE)
    assert told((3, False), (2, False)).within == NO_ESTIMATE
    late = told((30, False), (2, False)).within
    assert (late.value, late.low) == (0.0, 0.0)
    assert late.high > 0.7  # one exam was seen past its clock
    with pytest.raises(ValueError, match="clock"):
        held_against([0], (24, True))

"""Does the watch over who was signed off find who falls back, and does it leave the others alone?"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervision.competence.cusum import Cusum
from supervision.competence.simulation import run_lengths


@given(st.lists(st.booleans(), max_size=60))
def test_the_sum_never_falls_below_nothing_and_a_failure_raises_it(outcomes: list[bool]) -> None:
    watch = Cusum()
    assert watch.after([*outcomes, True]) <= watch.after(outcomes) < watch.after([*outcomes, False])
    assert watch.after(outcomes) >= 0


@pytest.mark.parametrize(("failing", "exams"), [(0.10, 346), (0.20, 42), (0.40, 13)])
def test_alarms_come_as_often_as_they_should(failing: float, exams: int) -> None:
    """Within 5 % and an exam of the published run lengths; 4,000 courses leave a standard error of about 1.5 %."""
    assert run_lengths(Cusum(), failing, runs=4000, seed=7).mean() == pytest.approx(exams, rel=0.05, abs=1)


@settings(max_examples=30)
@given(st.lists(st.booleans(), max_size=20))
def test_four_failures_in_a_row_are_an_alarm(before: list[bool]) -> None:
    assert Cusum().alarms([*before, False, False, False, False])
    assert not Cusum().alarms([True, *[True] * len(before), False, False, False])


@given(st.lists(st.booleans(), max_size=60))
def test_what_is_drawn_begins_anew_after_an_alarm(outcomes: list[bool]) -> None:
    watch = Cusum()
    begun = 0
    for number, total in enumerate(watch.path(outcomes), 1):
        assert total == pytest.approx(watch.after(outcomes[begun:number]))
        if total >= watch.alarm:
            begun = number


def test_rates_that_cannot_be_told_apart_are_refused() -> None:
    with pytest.raises(ValueError, match="p0 < p1"):
        Cusum(p0=0.2, p1=0.2)

"""Is what matters most read first, and does nothing wait for ever?"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervision.priority import HOURS, Clock, clock_for, due_at, priority, priority_at, standing

clocks = st.sampled_from(Clock)
scores = st.none() | st.floats(0, 100)
waits = st.floats(0, 24 * 365)
moments = st.integers(0, 10**9).map(lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))
few = settings(max_examples=100, deadline=None)


@few
@given(clocks, scores, waits, st.floats(0.01, 1000))
def test_waiting_raises_priority(clock: Clock, score: float | None, waited: float, more: float) -> None:
    assert priority(clock, score, waited + more) > priority(clock, score, waited)


@few
@given(clocks, waits, st.floats(0, 100), st.floats(0, 100))
def test_of_two_scans_the_poorer_is_not_read_later(clock: Clock, waited: float, one: float, other: float) -> None:
    poorer, better = sorted((one, other))
    assert priority(clock, poorer, waited) >= priority(clock, better, waited)


@few
@given(scores, scores, waits)
def test_what_is_critical_never_waits_behind_routine(
    urgent: float | None, routine: float | None, waited: float
) -> None:
    order = [
        priority(Clock.P0, urgent, 0),
        priority(Clock.P1, urgent, 0),
        max(priority(clock, routine, waited) for clock in (Clock.P2, Clock.P3)),
    ]
    assert order == sorted(order, reverse=True)
    assert len(set(order)) == 3


@few
@given(scores, scores)
def test_an_audit_scan_overtakes_a_fresh_one_within_its_clock(old: float | None, fresh: float | None) -> None:
    assert priority(Clock.P3, old, HOURS[Clock.P3]) > priority(Clock.P2, fresh, 0)


@few
@given(clocks, clocks, scores, scores, moments, moments, st.floats(0, 10_000))
def test_the_order_kept_is_the_order_at_any_moment(
    first: Clock, second: Clock, one: float | None, two: float | None, then: datetime, later: datetime, hours: float
) -> None:
    now = max(then, later) + timedelta(hours=hours)
    waited = [(now - at) / timedelta(hours=1) for at in (then, later)]
    at_once = priority(first, one, waited[0]) - priority(second, two, waited[1])
    kept = standing(first, one, then) - standing(second, two, later)
    assert kept == pytest.approx(at_once, abs=1e-3)
    assert priority_at(standing(first, one, then), now) == pytest.approx(priority(first, one, waited[0]), abs=1e-3)


def test_clocks_are_those_of_the_domain() -> None:
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    hours = {clock: (due_at(clock, now) - now) / timedelta(hours=1) for clock in Clock}
    assert hours == {Clock.P0: 5, Clock.P1: 24, Clock.P2: 72, Clock.P3: 336}
    assert due_at(Clock.P2, now, 48) == now + timedelta(hours=48)
    assert (clock_for(clinical=True), clock_for(clinical=False)) == (Clock.P2, Clock.P3)


@pytest.mark.parametrize("score", [-1, 101, float("nan")])
def test_a_score_outside_its_scale_is_refused(score: float) -> None:
    with pytest.raises(ValueError, match="score"):
        priority(Clock.P2, score, 0)

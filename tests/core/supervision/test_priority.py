"""Is what matters most read first, does nothing wait for ever, and do the reasons say why?"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervision.priority import HOURS, URGENT, Clock, clock_for, due_at, priority_at, reasons, standing, waiting
from supervision.sampling import Phase

clocks = st.sampled_from(Clock)
phases = st.sampled_from(Phase)
flags = st.booleans()
scores = st.none() | st.floats(0, 100)
waits = st.floats(0, 24 * 365)
moments = st.integers(0, 10**9).map(lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))
few = settings(max_examples=100, deadline=None)


def priority(clock: Clock, score: float | None, waited: float, phase: Phase = Phase.LEARNING) -> float:
    return sum(reasons(clock, score, phase).values()) + waited


@few
@given(clocks, waits, phases, st.floats(0, 100), st.floats(0, 100))
def test_of_two_exams_the_poorer_is_not_read_later(
    clock: Clock, waited: float, phase: Phase, one: float, other: float
) -> None:
    poorer, better = sorted((one, other))
    assert priority(clock, poorer, waited, phase) >= priority(clock, better, waited, phase)


@few
@given(scores, scores, waits, phases, phases)
def test_what_is_critical_never_waits_behind_routine(
    urgent: float | None, routine: float | None, waited: float, one: Phase, other: Phase
) -> None:
    order = [
        priority(Clock.P0, urgent, 0, one),
        priority(Clock.P1, urgent, 0, one),
        max(priority(clock, routine, waited, other) for clock in (Clock.P2, Clock.P3)),
    ]
    assert order == sorted(order, reverse=True)
    assert len(set(order)) == 3


@few
@given(scores, scores, phases, phases)
def test_an_audit_overtakes_a_fresh_exam_within_its_clock(
    old: float | None, fresh: float | None, one: Phase, other: Phase
) -> None:
    assert priority(Clock.P3, old, HOURS[Clock.P3], one) > priority(Clock.P2, fresh, 0, other)


@few
@given(clocks, scores)
def test_whoever_is_learning_waits_least(clock: Clock, score: float | None) -> None:
    order = [priority(clock, score, 0, phase) for phase in (Phase.LEARNING, Phase.SIGNED_OFF, Phase.AUTONOMOUS)]
    assert order == sorted(order, reverse=True)
    assert len(set(order)) == 3


@few
@given(clocks, clocks, scores, scores, phases, moments, moments, st.floats(0, 10_000))
def test_the_order_kept_is_the_order_at_any_moment(
    first: Clock,
    second: Clock,
    one: float | None,
    two: float | None,
    phase: Phase,
    then: datetime,
    later: datetime,
    hours: float,
) -> None:
    now = max(then, later) + timedelta(hours=hours)
    both = ((first, one, then), (second, two, later))
    whole = [priority(clock, score, waiting(at, now), phase) for clock, score, at in both]
    kept = [standing(reasons(clock, score, phase), at) for clock, score, at in both]
    assert kept[0] - kept[1] == pytest.approx(whole[0] - whole[1], abs=1e-3)
    assert priority_at(kept[0], now) == pytest.approx(whole[0], abs=1e-3)


def test_clocks_are_those_of_the_domain() -> None:
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    hours = {clock: (due_at(clock, now) - now) / timedelta(hours=1) for clock in Clock}
    assert hours == {Clock.P0: 5, Clock.P1: 24, Clock.P2: 72, Clock.P3: 336}
    assert due_at(Clock.P2, now, 48) == now + timedelta(hours=48)
    assert (clock_for(clinical=True), clock_for(clinical=False)) == (Clock.P2, Clock.P3)
    assert clock_for(clinical=True, phase=Phase.AUTONOMOUS) == Clock.P3
    assert clock_for(clinical=True, phase=Phase.AUTONOMOUS, read=True) == Clock.P2


@given(clinical=flags, critical=flags, red_flag=flags, phase=phases, read=flags)
def test_nothing_critical_waits_in_an_audit(
    *, clinical: bool, critical: bool, red_flag: bool, phase: Phase, read: bool
) -> None:
    clock = clock_for(clinical=clinical, critical=critical, red_flag=red_flag, phase=phase, read=read)
    assert (clock in URGENT) == (critical or red_flag)
    assert (clock is Clock.P0) == critical


@pytest.mark.parametrize("score", [-1, 101, float("nan")])
def test_a_score_outside_its_scale_is_refused(score: float) -> None:
    with pytest.raises(ValueError, match="score"):
        reasons(Clock.P2, score)

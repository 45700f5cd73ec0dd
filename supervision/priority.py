"""Which exam is read next, and until when must it be answered?

Priority counts in hours: the sum of how short the exam's clock is, how low its score, how early its trainee is and how
long it has waited. All exams age at the same speed, so that their order never changes by itself and can be kept in an
index: the `standing` is the sum without the waiting.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from supervision.sampling import Phase

LOW_SCORE_HOURS = 24.0
PHASE_HOURS: dict[Phase, float] = {Phase.LEARNING: 12, Phase.SIGNED_OFF: 4, Phase.AUTONOMOUS: 0}
"""Whoever is learning waits least for an answer."""

YEAR_HOURS = 8766.0
COMMON_MOMENT = datetime(2020, 1, 1, tzinfo=UTC)


class Clock(StrEnum):
    """How soon an exam must be answered: critical, red flag, before sign-off, audit."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"


class Counts(StrEnum):
    """What a priority is made of."""

    CLOCK = "clock"
    SCORE = "score"
    PHASE = "phase"
    WAITING = "waiting"


URGENT = frozenset({Clock.P0, Clock.P1})
"""Clocks that wait for nothing: neither a better match nor a reviewer's wish."""

HOURS: dict[Clock, float] = {Clock.P0: 5, Clock.P1: 24, Clock.P2: 72, Clock.P3: 14 * 24}

# What is critical never waits behind what is not, however old that is.
AHEAD: dict[Clock, float] = {Clock.P0: 20 * YEAR_HOURS, Clock.P1: 10 * YEAR_HOURS, Clock.P2: 0, Clock.P3: 0}


def clock_for(
    *, clinical: bool, critical: bool = False, red_flag: bool = False, phase: Phase = Phase.LEARNING, read: bool = False
) -> Clock:
    """Return the clock of an exam.

    P0 where the scanner says that the patient is critical, P1 with a red flag, whatever else is known. P3 for phantoms
    and for the audit of who has been signed off, P2 for every other; `read` says that the type is always read by an
    expert, so that its readings are no audit.
    """
    if critical:
        return Clock.P0
    if red_flag:
        return Clock.P1
    if not clinical:
        return Clock.P3
    return Clock.P2 if read or phase is Phase.LEARNING else Clock.P3


def reasons(clock: Clock, score: float | None, phase: Phase = Phase.LEARNING) -> dict[str, float]:
    """Return what a priority is made of beside the waiting, in hours.

    score: 0-100, or None where nothing was measured (counts as 50). ValueError for a score outside its scale.
    """
    if score is not None and not 0 <= score <= 100:
        raise ValueError("a score lies between 0 and 100")
    worry = 1 - (50.0 if score is None else score) / 100
    return {
        Counts.CLOCK.value: AHEAD[clock] + HOURS[Clock.P3] - HOURS[clock],
        Counts.SCORE.value: LOW_SCORE_HOURS * worry,
        Counts.PHASE.value: PHASE_HOURS[phase],
    }


def waiting(queued_at: datetime, now: datetime) -> float:
    """Return for how many hours something has waited; moments are aware."""
    return (now - queued_at) / timedelta(hours=1)


def standing(made_of: Mapping[str, float], queued_at: datetime) -> float:
    """Return a number that orders exams by priority at any moment; higher is sooner."""
    return sum(made_of.values()) - waiting(COMMON_MOMENT, queued_at)


def priority_at(standing: float, now: datetime) -> float:
    """Return the priority in hours at `now` of an exam with this `standing`: its reasons and its waiting."""
    return standing + waiting(COMMON_MOMENT, now)


def due_at(clock: Clock, queued_at: datetime, hours: float | None = None) -> datetime:
    """Return when the answer is due; `hours` replaces the clock's own where a programme says so."""
    return queued_at + timedelta(hours=HOURS[clock] if hours is None else hours)

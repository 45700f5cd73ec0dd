"""Which scan is read next, and until when must it be answered?

Priority counts in hours: the sum of how short the scan's clock is, how long it has waited, and up to a day for a low
score. All scans age at the same speed, so that their order never changes by itself and can be kept in an index.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

LOW_SCORE_HOURS = 24.0
YEAR_HOURS = 8766.0
COMMON_MOMENT = datetime(2020, 1, 1, tzinfo=UTC)


class Clock(StrEnum):
    """How soon a scan must be answered: critical, red flag, before sign-off, audit."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"


HOURS: dict[Clock, float] = {Clock.P0: 5, Clock.P1: 24, Clock.P2: 72, Clock.P3: 14 * 24}

# What is critical never waits behind what is not, however old that is.
AHEAD: dict[Clock, float] = {Clock.P0: 20 * YEAR_HOURS, Clock.P1: 10 * YEAR_HOURS, Clock.P2: 0, Clock.P3: 0}


def clock_for(*, clinical: bool) -> Clock:
    """Return the clock of a scan that nobody flagged: P2 for a patient's scan, P3 for a phantom's."""
    return Clock.P2 if clinical else Clock.P3


def priority(clock: Clock, score: float | None, waited_hours: float) -> float:
    """Return the priority in hours, higher first; `score` 0-100 or None where nothing was measured (counts as 50)."""
    if score is not None and not 0 <= score <= 100:
        raise ValueError("a score lies between 0 and 100")
    worry = 1 - (50.0 if score is None else score) / 100
    return AHEAD[clock] + HOURS[Clock.P3] - HOURS[clock] + LOW_SCORE_HOURS * worry + waited_hours


def standing(clock: Clock, score: float | None, queued_at: datetime) -> float:
    """Return a number that orders scans as `priority` does at any later moment; `queued_at` is aware."""
    return priority(clock, score, -_hours_since_common_moment(queued_at))


def priority_at(standing: float, now: datetime) -> float:
    """Return the priority in hours at `now` of a scan with this `standing`."""
    return standing + _hours_since_common_moment(now)


def due_at(clock: Clock, queued_at: datetime, hours: float | None = None) -> datetime:
    """Return when the answer is due; `hours` replaces the clock's own where a programme says so."""
    return queued_at + timedelta(hours=HOURS[clock] if hours is None else hours)


def _hours_since_common_moment(at: datetime) -> float:
    return (at - COMMON_MOMENT) / timedelta(hours=1)

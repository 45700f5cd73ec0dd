"""Which of the most urgent exams suits this reviewer best?

An exam is passed over only for one that is at most half a day behind it, and what is urgent never.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from supervision.priority import URGENT, Clock

LANGUAGE_HOURS = 3.0
CALIBRATED_HOURS = 3.0
FEW_HOURS = 6.0
MOST_HOURS = LANGUAGE_HOURS + CALIBRATED_HOURS + FEW_HOURS
MANY = 4
"""From so many other readers on, nobody needs to keep themselves free for an exam."""

CALIBRATED_PAIRS = 20
CALIBRATED_SEVERITY = 0.5
"""Readings that were compared before a reviewer counts as calibrated, and the mean difference that is allowed."""


class Fit(StrEnum):
    """Why an exam suits a reviewer."""

    LANGUAGE = "language"
    CALIBRATED = "calibrated"
    FEW = "few"


@dataclass(frozen=True)
class Candidate:
    """One exam that waits.

    hours: its priority. speaks: the reviewer speaks the trainee's language. second: it is a second reading or a
    judgement, for which a calibrated reviewer is worth more. others: how many other people could read it today.
    """

    key: int
    hours: float
    clock: Clock
    speaks: bool = True
    second: bool = False
    others: int = MANY


def calibrated(pairs: int, severity: float | None) -> bool:
    """Tell whether a reviewer's readings have been compared often enough and are neither too mild nor too severe."""
    return pairs >= CALIBRATED_PAIRS and severity is not None and abs(severity) <= CALIBRATED_SEVERITY


def fits(candidate: Candidate, *, calibrated: bool) -> dict[Fit, float]:
    """Return for how many hours of priority each reason counts that speaks for this reviewer."""
    found = {
        Fit.LANGUAGE: LANGUAGE_HOURS * candidate.speaks,
        Fit.CALIBRATED: CALIBRATED_HOURS * (calibrated and candidate.second),
        Fit.FEW: FEW_HOURS * max(0, MANY - candidate.others) / MANY,
    }
    return {fit: hours for fit, hours in found.items() if hours}


def ranked(candidates: Sequence[Candidate], *, calibrated: bool) -> list[Candidate]:
    """Return the candidates, given by falling priority, in the order in which this reviewer should read them.

    What is urgent stays ahead in its own order; of the others the one comes first whose priority and fit are highest,
    the earlier one where they are equal.
    """
    urgent = [one for one in candidates if one.clock in URGENT]
    others = [one for one in candidates if one.clock not in URGENT]
    return urgent + sorted(others, key=lambda one: -(one.hours + sum(fits(one, calibrated=calibrated).values())))

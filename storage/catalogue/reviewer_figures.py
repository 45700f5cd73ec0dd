"""How does a reviewer work: how much, how fast, how strictly, and how far do others agree?

Load and times are of the exams that arrived in a period, as every other figure. How strict somebody is and how far
others agree needs more exams than a period has: it is told of those that arrived in the year before its end.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.db.models import Count, QuerySet

from storage.catalogue.models import Arbitration, Exam, Person, Review, ReviewItem, Scan
from storage.catalogue.reporting.reach import Reach
from storage.catalogue.reviewer_calibration import first_ratings, pairs_in, said_before
from supervision.coefficients import HIGHEST, LOWEST
from supervision.figures import Share
from supervision.matching import calibrated
from supervision.period import Days
from supervision.readings import JUDGES
from supervision.reliability import Agreement, Reliability, agreement, reliability
from supervision.severity import Adjusted, Rated, Severity, adjusted, severities


@dataclass(frozen=True)
class Load:
    """What somebody read of the exams of a period.

    exams: how many, of which `judged` as an arbiter. in_time: how many of these were sent by when they were due.
    median, p90: working time a reading; None where none was measured. arbitrated: of the exams that somebody else read
    too, how many went to an arbiter. holds: how many readings they have in hand now.
    """

    exams: int
    judged: int
    in_time: Share
    median: timedelta | None
    p90: timedelta | None
    arbitrated: Share
    holds: int


@dataclass(frozen=True)
class ReviewerFigures:
    """All that is told of one reviewer.

    ratings: how often each rating 1 to 5 was given in the period. adjusted: the period's ratings, raw and as a reader
    of mean severity would have given them. severity: against all who read here, None where no exam was shared.
    """

    person: Person
    load: Load
    ratings: tuple[int, ...]
    adjusted: Adjusted
    severity: Severity | None
    reliability: Reliability

    @property
    def calibrated(self) -> bool:
        """Whether second readings are given to them first."""
        return calibrated(self.reliability.pairs, self.reliability.severity)


@dataclass(frozen=True)
class Team:
    """Everybody who reads, in order of name, and how far they agree among themselves."""

    reviewers: tuple[ReviewerFigures, ...]
    ratings: tuple[int, ...]
    agreement: Agreement


@dataclass(frozen=True)
class _Row:
    """One reading of the period."""

    exam: int
    judged: bool
    overall: int
    seconds: float | None
    in_time: bool


def team_in(exams: QuerySet[Exam], days: Days, now: datetime) -> Team:
    """Return how whoever reads these exams works; load and times of those that arrived in these days."""
    here = Reach(Scan.objects.none(), exams).exams_in(days, now)
    rows = _rows(here, now)
    said = said_before(exams, days, now)
    pairs = pairs_in(said)
    first = first_ratings(said)
    known = severities(first)
    holds = _holds(exams)
    twice = _arbitrated_or_not(here)
    people = Person.objects.filter(pk__in={*rows, *pairs, *holds})
    found = [
        ReviewerFigures(
            person=person,
            load=_load(rows.get(person.pk, []), twice, holds.get(person.pk, 0)),
            ratings=_ratings(rows.get(person.pk, [])),
            adjusted=adjusted((Rated(one.exam, person.pk, one.overall) for one in rows.get(person.pk, [])), known),
            severity=known.get(person.pk),
            reliability=reliability(pairs.get(person.pk, [])),
        )
        for person in people
    ]
    return Team(
        tuple(sorted(found, key=lambda one: (one.person.display_name.casefold(), one.person.pk))),
        _ratings(row for told in rows.values() for row in told),
        agreement(_by_exam(first)),
    )


def _rows(exams: QuerySet[Exam], now: datetime) -> dict[int, list[_Row]]:
    """Return the readings of these exams, as first sent, by who sent them."""
    sent = Review.objects.filter(exam__in=exams.values("pk"), amends=None, submitted_at__lte=now)
    names = ("reviewer", "exam", "reading", "overall", "seconds", "submitted_at", "item__due_at")
    found: dict[int, list[_Row]] = defaultdict(list)
    for who, exam, reading, overall, seconds, at, due in sent.order_by().values_list(*names):
        found[who].append(_Row(exam, reading in JUDGES, overall, seconds, at <= due))
    return dict(found)


def _arbitrated_or_not(exams: QuerySet[Exam]) -> Mapping[int, bool]:
    """Return the exams that more than one person has read, and whether an arbiter was asked."""
    read = Review.objects.filter(exam__in=exams.values("pk"), amends=None).order_by().values("exam")
    again = read.annotate(readers=Count("reviewer", distinct=True)).filter(readers__gt=1)
    asked = Arbitration.objects.filter(item__exam__in=exams.values("pk"))
    arbitrated = set(asked.values_list("item__exam", flat=True))
    return {exam: exam in arbitrated for exam in again.values_list("exam", flat=True)}


def _holds(exams: QuerySet[Exam]) -> dict[int, int]:
    """Return how many readings each person has in hand."""
    held = ReviewItem.objects.filter(done_at=None, claimed_by__isnull=False, exam__in=exams.values("pk"))
    rows = held.order_by().values("claimed_by").annotate(number=Count("pk"))
    return {row["claimed_by"]: row["number"] for row in rows}


def _load(rows: Sequence[_Row], twice: Mapping[int, bool], holds: int) -> Load:
    seconds = [one.seconds for one in rows if one.seconds]
    times = [timedelta(seconds=float(one)) for one in np.quantile(seconds, (0.5, 0.9))] if seconds else [None, None]
    again = [twice[one.exam] for one in rows if one.exam in twice]
    return Load(
        exams=len(rows),
        judged=sum(one.judged for one in rows),
        in_time=Share(sum(one.in_time for one in rows), len(rows)),
        median=times[0],
        p90=times[1],
        arbitrated=Share(sum(again), len(again)),
        holds=holds,
    )


def _ratings(rows: Iterable[_Row]) -> tuple[int, ...]:
    given = [one.overall for one in rows]
    return tuple(given.count(rating) for rating in range(LOWEST, HIGHEST + 1))


def _by_exam(readings: Iterable[Rated]) -> list[list[int]]:
    exams: dict[object, list[int]] = defaultdict(list)
    for one in readings:
        exams[one.exam].append(one.overall)
    return list(exams.values())

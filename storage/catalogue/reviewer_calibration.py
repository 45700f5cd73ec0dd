"""How does a reviewer compare with the others who read the same exams?

A reading is compared with the final one where somebody else gave that, and with the last other reading where it became
the final one itself. So both readers of a concordant exam get the same pair, the other way round.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from storage.catalogue.models import Exam, Person, Review, ReviewerProfile
from supervision.coefficients import Pair
from supervision.period import Days
from supervision.readings import Reading
from supervision.reliability import Reliability, reliability
from supervision.severity import Rated

YEAR = timedelta(days=365)
LAST = 300
"""So many exams count: a reader who has changed is to be seen."""


def update(person: Person) -> Reliability:
    """Compare the person's readings with those of others and keep in their profile what the queue goes by."""
    found = reliability(pairs_of(person))
    ReviewerProfile.objects.update_or_create(person=person, defaults={"pairs": found.pairs, "severity": found.severity})
    return found


def pairs_of(person: Person) -> list[Pair]:
    """Return the person's own overall ratings, as first sent, and what they are compared with; the newest exams only.

    Exams that nobody else has read say nothing, nor do those that are not final.
    """
    by_others = Review.objects.filter(exam=OuterRef("exam"), amends=None).exclude(reviewer=person)
    mine = Review.objects.filter(Exists(by_others), reviewer=person, amends=None, exam__reviews__final=True)
    newest = mine.order_by("-submitted_at", "-pk").values_list("exam", flat=True)[:LAST]
    return pairs_in(said_of(Review.objects.filter(exam__in=list(newest)))).get(person.pk, [])


@dataclass(frozen=True)
class Said:
    """An overall rating of an exam by somebody: the first that they sent (or a later one), and whether it is final."""

    number: int
    exam: int
    reviewer: int
    overall: int
    first: bool
    final: bool
    at: datetime


def said_of(reviews: QuerySet[Review]) -> list[Said]:
    """Return what these readings say; of each exam the final one last, before it the others in order of time."""
    names = ("pk", "exam", "reviewer", "overall", "amends", "final", "submitted_at")
    return [
        Said(number, exam, reviewer, overall, amends is None, final, at)
        for number, exam, reviewer, overall, amends, final, at in reviews.order_by(
            "final", "submitted_at", "pk"
        ).values_list(*names)
    ]


def shared(exams: QuerySet[Exam]) -> QuerySet[Review]:
    """Return the readings of those of these exams that are final and were read by more than one person."""
    again = Review.objects.filter(exam__in=exams.values("pk")).exclude(reading=Reading.FIRST)
    final = Review.objects.filter(exam=OuterRef("exam"), final=True)
    return Review.objects.filter(Exists(final), exam__in=again.values("exam"))


def said_before(exams: QuerySet[Exam], days: Days, now: datetime) -> list[Said]:
    """Return what all readers said of those exams that arrived in the year before the end of these days.

    How strict somebody is needs more exams than a week or a month has.
    """
    recent = exams.filter(arrived_at__gte=days.ends - YEAR, arrived_at__lt=days.ends)
    return said_of(shared(recent).filter(submitted_at__lte=now))


def first_ratings(said: Iterable[Said]) -> list[Rated]:
    """Return what each reader rated first, as supervision.severity compares it."""
    return [Rated(one.exam, one.reviewer, one.overall) for one in said if one.first]


def pairs_in(said: Iterable[Said]) -> dict[int, list[Pair]]:
    """Return for each reviewer what they rated first and what it is compared with, newest first, at most the last 300.

    `said` holds all readings of its exams, in the order of `said_of`.
    """
    exams: dict[int, list[Said]] = defaultdict(list)
    for one in said:
        exams[one.exam].append(one)
    found: dict[int, list[tuple[datetime, int, Pair]]] = defaultdict(list)
    for exam in exams.values():
        for own in (one for one in exam if one.first):
            others = [one.overall for one in exam if one.reviewer != own.reviewer]
            if others and exam[-1].final:
                found[own.reviewer].append((own.at, own.number, (own.overall, others[-1])))
    return {who: [pair for *_, pair in sorted(told, reverse=True)[:LAST]] for who, told in found.items()}

"""How were the exams of a period supervised: how soon, by how many, by whom, and did they agree?"""

from collections import defaultdict
from datetime import datetime
from statistics import median
from typing import Any

import numpy as np
from django.db.models import Count, Exists, F, FilteredRelation, Min, OuterRef, Q

from storage.catalogue.models import Arbitration, FeedbackStep, Person, Project, Review
from storage.catalogue.reporting.counting import rows_of
from storage.catalogue.reporting.expressions import Seconds
from storage.catalogue.reporting.reach import Reach
from storage.catalogue.reviewer_calibration import first_ratings, said_before
from supervision.feedback import Step
from supervision.figures import Share
from supervision.period import Days
from supervision.readings import Reading
from supervision.report.measures import Reader, Supervised
from supervision.severity import severities
from supervision.turnaround import Turnaround, turnaround


def supervised_in(reach: Reach, days: Days, cut_off: datetime) -> Supervised:
    """Return how the exams that arrived in these days were read until `cut_off`."""
    exams = reach.exams_in(days, cut_off)
    rated = exams.filter(reviews__final=True, reviews__submitted_at__lte=cut_off)
    whole, by_project = turnaround_in(reach, days, cut_off)
    agreed = _overall_of_both(exams, cut_off)
    decided = Arbitration.objects.filter(item__exam=OuterRef("pk"), decided_at__lte=cut_off)
    appeals = FeedbackStep.objects.filter(feedback__review__exam=OuterRef("pk"), what=Step.APPEALED, at__lte=cut_off)
    counted = rated.aggregate(
        every=Count("pk"),
        arbitrated=Count("pk", filter=Q(Exists(decided))),
        appealed=Count("pk", filter=Q(Exists(appeals))),
    )
    return Supervised(
        turnaround=whole,
        by_project=by_project,
        twice=Share(len(agreed), max(counted["every"], len(agreed))),
        arbitrated=Share(counted["arbitrated"], counted["every"]),
        appealed=Share(counted["appealed"], counted["every"]),
        within_one=Share(sum(abs(one - other) <= 1 for one, other in agreed), len(agreed)),
        readers=_readers(reach, days, cut_off),
    )


def turnaround_in(reach: Reach, days: Days, cut_off: datetime) -> tuple[Turnaround, dict[str, Turnaround]]:
    """Return the times from the queue to feedback of the exams that arrived in these days, of all and by project.

    What is not answered at the cut-off still waits.
    """
    exams = reach.exams_in(days, cut_off)
    asked = exams.annotate(
        asked=FilteredRelation("items", condition=Q(items__reading=Reading.FIRST)),
        told=FilteredRelation("reviews", condition=Q(reviews__final=True)),
    )
    timed = (
        asked.filter(asked__isnull=False)
        .order_by()
        .values("pk", "project_id")
        .annotate(
            began=Min(Seconds("asked__queued_at")),
            due=Min(Seconds("asked__due_at")),
            answered=Min(Seconds("told__feedback__released_at")),
        )
    )
    found = rows_of(timed.values_list("project_id", "began", "due", "answered"))
    places, began, due, answers = np.array(found, np.float64).reshape(-1, 4).T  # None becomes NaN, which is never early
    end = int(cut_off.timestamp())
    told = answers <= end
    taken, clocks = np.maximum(0, np.where(told, answers, end) - began), np.maximum(1, due - began)
    codes = dict(Project.objects.filter(pk__in={int(one) for one in places}).order_by("code").values_list("pk", "code"))
    here = {code: places == place for place, code in codes.items()}
    return turnaround(taken, clocks, told), {
        code: turnaround(taken[these], clocks[these], told[these]) for code, these in here.items()
    }


def _overall_of_both(exams: Any, cut_off: datetime) -> list[tuple[int, int]]:
    """Return the overall ratings of first and second reading, as first sent, of exams that have both."""
    pairs = Review.objects.filter(
        exam__in=exams.values("pk"),
        reading=Reading.SECOND,
        amends=None,
        submitted_at__lte=cut_off,
        exam__reviews__reading=Reading.FIRST,
        exam__reviews__amends=None,
        exam__reviews__submitted_at__lte=cut_off,
    )
    found = {exam: (one, other) for exam, one, other in pairs.values_list("exam", "exam__reviews__overall", "overall")}
    return list(found.values())


def _readers(reach: Reach, days: Days, cut_off: datetime) -> tuple[Reader, ...]:
    """Return who read the exams of these days, most readings first."""
    exams = reach.exams_in(days, cut_off)
    readings = Review.objects.filter(exam__in=exams.values("pk"), amends=None, submitted_at__lte=cut_off)
    spent: dict[int, list[float | None]] = defaultdict(list)
    for person, seconds in readings.values_list("reviewer", "seconds"):
        spent[person].append(seconds)
    names = {person.pk: person.display_name for person in Person.objects.filter(pk__in=spent)}
    known = severities(first_ratings(said_before(reach.exams, days, cut_off)))
    found = []
    for person, every in spent.items():
        measured = [one for one in every if one is not None]
        seconds = median(measured) if measured else None
        found.append(Reader(person, names[person], len(every), seconds, known.get(person)))
    return tuple(sorted(found, key=lambda one: (-one.readings, one.name, one.person)))


def read_locally(exams: Any, cut_off: datetime) -> Share:
    """Return how many final readings are by people whose role is in the project itself."""
    final = Review.objects.filter(exam__in=exams.values("pk"), final=True, submitted_at__lte=cut_off)
    here = Q(reviewer__memberships__project=F("exam__project"))
    local = final.filter(here).values("pk").distinct()
    return Share(local.count(), final.count())

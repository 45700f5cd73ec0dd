"""How many scans and exams are there in each part, and what became of them?

Three queries, of scans, exams and first readings, whatever the parts are.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Literal

from django.db.models import Count, F, FilteredRelation, IntegerField, Q, QuerySet, Sum
from django.db.models.functions import Cast, Round

from storage.catalogue.reporting.expressions import WeekNumber
from storage.catalogue.reporting.reach import Reach
from supervision.exam_types import critical_codes, non_clinical_codes
from supervision.period import Days
from supervision.readings import Reading
from supervision.report.figures import OVERALL
from supervision.states import Stage, State

PartBy = Literal["project", "exam_type", "trainee", "device"]
FIELDS: Mapping[PartBy, str] = {
    "project": "project__code",
    "exam_type": "exam_type",
    "trainee": "trainee_id",
    "device": "device_id",
}
BY_STATE: Mapping[State, str] = {
    State.RECEIVED: "in_progress",
    State.REJECTED: "rejected",
    State.WITHHELD: "withheld",
    State.FAILED: "failed",
    State.AWAITING_INFO: "awaiting_info",
    State.NOT_CHOSEN: "not_chosen",
    State.QUEUED: "backlog",
    State.FINAL: "reviewed",
}
"""Where the scans of each state are counted."""

Key = tuple[Any, ...]
Found = Iterator[tuple[Key, dict[str, int]]]


def of_scans(reach: Reach, by: tuple[PartBy, ...], days: Days, cut_off: datetime, *, weekly: bool) -> Found:
    """Count scans by their states, and what they scored."""
    fields, scans = _grouping(reach.scans_in(days, cut_off), by, "received_at", weekly=weekly)
    clinical = ~Q(exam_type__in=non_clinical_codes())
    points = Sum(Cast(Round(F("score") * 1000), IntegerField()), filter=clinical)
    rows = scans.values_list(*fields, "state").annotate(
        n_scans=Count("pk"), n_scored=Count("score", filter=clinical), n_points=points
    )
    for *key, state, number, scored, thousandths in rows:
        counts = {"scans_in": number, BY_STATE[State(state)]: number}
        yield tuple(key), counts | {"scored": scored, "score_thousandths": thousandths}


def of_exams(reach: Reach, by: tuple[PartBy, ...], days: Days, cut_off: datetime, *, weekly: bool) -> Found:
    """Count exams, and what the final reading said of them."""
    fields, exams = _grouping(reach.exams_in(days, cut_off), by, "arrived_at", weekly=weekly)
    said = Q(reviews__final=True, reviews__submitted_at__lte=cut_off)
    joined = exams.annotate(said=FilteredRelation("reviews", condition=said))
    counts = _exam_counts(cut_off)
    rows = joined.values_list(*fields).annotate(**{f"n_{name}": one for name, one in counts.items()})
    for row in rows:
        yield tuple(row[: len(fields)]), dict(zip(counts, row[len(fields) :], strict=True))


def _exam_counts(cut_off: datetime) -> dict[str, Count]:
    rated, good = Q(said__isnull=False), Q(said__adequate=True)
    right, told = Q(said__correct=True), Q(said__correct__isnull=False)
    asks = critical_codes()
    released = Q(said__feedback__released_at__lte=cut_off)
    conditions = {
        "exams": Q(),
        "exams_open": Q(stage__in=(Stage.QUEUED, Stage.SECOND_READ, Stage.ARBITRATION)),
        "exams_left_out": Q(stage=Stage.NOT_CHOSEN),
        "rated": rated,
        "adequate": good,
        "judged": rated & (~good | told | ~Q(exam_type__in=asks)),
        "succeeded": good & (right | (Q(said__correct=None) & ~Q(exam_type__in=asks))),
        "answered": rated & told,
        "correct": right,
        "released": released,
        "seen": released & Q(said__feedback__seen_at__lte=cut_off),
    }
    conditions |= {f"overall_{rating}": Q(said__overall=rating) for rating in OVERALL}
    return {name: Count("pk", filter=one) if one else Count("pk") for name, one in conditions.items()}


def of_first_readings(reach: Reach, by: tuple[PartBy, ...], days: Days, cut_off: datetime, *, weekly: bool) -> Found:
    """Count the first readings that were asked for whose clock has told, and those that came in time."""
    fields, exams = _grouping(reach.exams_in(days, cut_off), by, "arrived_at", weekly=weekly)
    asked = exams.annotate(asked=FilteredRelation("items", condition=Q(items__reading=Reading.FIRST)))
    done = Q(asked__done_at__lte=cut_off)
    rows = asked.values_list(*fields).annotate(
        n_due=Count("pk", filter=done | Q(asked__due_at__lt=cut_off)),
        n_in_time=Count("pk", filter=done & Q(asked__done_at__lte=F("asked__due_at"))),
    )
    for *key, due, in_time in rows:
        yield tuple(key), {"due": due, "in_time": in_time}


def _grouping(
    rows: QuerySet[Any], by: tuple[PartBy, ...], moment: str, *, weekly: bool
) -> tuple[tuple[str, ...], QuerySet[Any]]:
    """Return the names by which to group, and the rows with them, in no order."""
    fields = tuple(FIELDS[one] for one in by)
    if not weekly:
        return fields, rows.order_by()
    return (*fields, "week"), rows.annotate(week=WeekNumber(moment)).order_by()

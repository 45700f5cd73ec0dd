"""How many scans and exams are there in each part, and what became of them?

Three queries, of scans, exams and first readings, whatever the parts are.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Case, Count, Expression, F, FilteredRelation, IntegerField, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Cast, Round
from numpy.typing import NDArray

from storage.catalogue.figures import BY_STATE, Dimension
from storage.catalogue.reporting.reach import Reach
from supervision.exam_types import critical_codes, non_clinical_codes
from supervision.period import Days
from supervision.readings import Reading
from supervision.report.figures import OVERALL, Counted
from supervision.states import Stage, State

FIELDS: Mapping[Dimension, str] = {
    "project": "project_id",
    "exam_type": "exam_type",
    "trainee": "trainee_id",
    "device": "device_id",
}

COLUMNS = {one.name: place for place, one in enumerate(fields(Counted))}

Cut = Callable[[str], Expression]
"""In which stretch of time the moment of a field lies: a number."""

Key = tuple[Any, ...]
Table = NDArray[np.int64]
"""A row for each key, a column for each number of `Counted`."""


def of_scans(
    reach: Reach, by: tuple[Dimension, ...], days: Days, cut_off: datetime, cut: Cut | None = None
) -> tuple[list[Key], Table]:
    """Count scans by their states, and what they scored."""
    names, scans = _grouping(reach.scans_in(days, cut_off), by, "received_at", cut)
    clinical = ~Q(exam_type__in=non_clinical_codes())
    points = Sum(Cast(Round(F("score") * 1000), IntegerField()), filter=clinical)
    found = rows_of(
        scans.values_list(*names, "state").annotate(
            n_scans=Count("*"), n_scored=Count("score", filter=clinical), n_points=points
        )
    )
    table = _empty(found)
    if found:
        numbers = np.array([(row[-3], row[-2], row[-1] or 0) for row in found], np.int64)
        states = [COLUMNS[BY_STATE[State(row[-4])]] for row in found]
        table[:, [COLUMNS[name] for name in ("scans_in", "scored", "score_thousandths")]] = numbers
        table[np.arange(len(found)), states] = numbers[:, 0]
    return [row[: len(names)] for row in found], table


def of_exams(
    reach: Reach, by: tuple[Dimension, ...], days: Days, cut_off: datetime, cut: Cut | None = None
) -> tuple[list[Key], Table]:
    """Count exams, and what the final reading said of them."""
    names, exams = _grouping(reach.exams_in(days, cut_off), by, "arrived_at", cut)
    return _counted(with_final_reading(exams, cut_off), names, _exam_counts(cut_off))


def of_first_readings(
    reach: Reach, by: tuple[Dimension, ...], days: Days, cut_off: datetime, cut: Cut | None = None
) -> tuple[list[Key], Table]:
    """Count the first readings that were asked for, those whose clock has told, and those that came in time."""
    names, exams = _grouping(reach.exams_in(days, cut_off), by, "arrived_at", cut)
    asked = exams.annotate(asked=FilteredRelation("items", condition=Q(items__reading=Reading.FIRST)))
    done = Q(asked__done_at__lte=cut_off)
    counts = {
        "asked": Count("asked"),
        "due": Count("pk", filter=done | Q(asked__due_at__lt=cut_off)),
        "in_time": Count("pk", filter=done & Q(asked__done_at__lte=F("asked__due_at"))),
    }
    return _counted(asked, names, counts)


def with_final_reading(exams: QuerySet[Any], cut_off: datetime) -> QuerySet[Any]:
    """Return exams with their final reading as `said`, where it was sent until `cut_off`."""
    final = Q(reviews__final=True, reviews__submitted_at__lte=cut_off)
    found: QuerySet[Any] = exams.annotate(said=FilteredRelation("reviews", condition=final))
    return found


def outcomes() -> dict[str, Q]:
    """Return when an exam `with_final_reading` counts as rated, adequate, judged and succeeded."""
    rated, good, told = Q(said__isnull=False), Q(said__adequate=True), Q(said__correct__isnull=False)
    critical = Q(exam_type__in=critical_codes())
    return {
        "rated": rated,
        "adequate": good,
        "judged": rated & (~good | told | ~critical),
        "succeeded": good & (Q(said__correct=True) | (~told & ~critical)),
    }


def _exam_counts(cut_off: datetime) -> dict[str, Count]:
    released = Q(said__feedback__released_at__lte=cut_off)
    conditions = {
        "exams": Q(),
        "exams_open": Q(stage__in=(Stage.QUEUED, Stage.SECOND_READ, Stage.ARBITRATION)),
        "exams_left_out": Q(stage=Stage.NOT_CHOSEN),
        **outcomes(),
        "answered": Q(said__correct__isnull=False),
        "correct": Q(said__correct=True),
        "released": released,
        "seen": released & Q(said__feedback__seen_at__lte=cut_off),
    }
    conditions |= {f"overall_{rating}": Q(said__overall=rating) for rating in OVERALL}
    return {name: Count("pk", filter=one) if one else Count("*") for name, one in conditions.items()}


def _counted(rows: QuerySet[Any], names: tuple[str, ...], counts: Mapping[str, Count]) -> tuple[list[Key], Table]:
    found = rows_of(rows.values_list(*names).annotate(**{f"n_{name}": one for name, one in counts.items()}))
    table = _empty(found)
    if found:
        table[:, [COLUMNS[name] for name in counts]] = [row[len(names) :] for row in found]
    return [row[: len(names)] for row in found], table


def _empty(rows: list[Key]) -> Table:
    return np.zeros((len(rows), len(COLUMNS)), np.int64)


def rows_of(asked: QuerySet[Any]) -> list[Key]:
    """Return the rows of a query that gives numbers and names alone, as the database has them.

    Of ten thousand groups Django would look at each value, which takes as long as counting them.
    """
    with connection.cursor() as cursor:
        cursor.execute(*asked.query.sql_with_params())
        return [tuple(row) for row in cursor.fetchall()]


def _grouping(
    rows: QuerySet[Any], by: tuple[Dimension, ...], moment: str, cut: Cut | None
) -> tuple[tuple[str, ...], QuerySet[Any]]:
    """Return the names by which to group, and the rows with them, in no order.

    The stretch comes first: rows are found in order of time, so that the database has less to sort.
    """
    names = tuple(FIELDS[one] for one in by)
    if cut is not None:
        return ("stretch", *names), rows.annotate(stretch=cut(moment)).order_by()
    if not by:
        return ("all",), rows.annotate(all=Value("")).order_by()
    return names, rows.order_by()


def place_in(stretches: Sequence[Days]) -> Cut:
    """Return what tells the place of the one of these days in which a moment lies; None where it lies in none."""

    def place(moment: str) -> Expression:
        bounds = ({f"{moment}__gte": one.begins, f"{moment}__lt": one.ends} for one in stretches)
        cases = [When(**within, then=Value(number)) for number, within in enumerate(bounds)]
        return Case(*cases, output_field=IntegerField())

    return place

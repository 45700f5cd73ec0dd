"""Which numbers does a set of scans give, and which scans stand behind each number?

Every figure is a filter on scans (`behind`), so that a page can lead from the number to what it counts. An expert rates
an exam, not its clips: where ratings are counted, the first clip stands for its exam. Scans of a phantom are counted as
scans, never in the quality and adequacy of patients' scans.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Literal

from django.db.models import (
    Avg,
    BooleanField,
    Count,
    DateTimeField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Now, TruncWeek

from storage.catalogue.models import Device, Feedback, Person, Project, Review, ReviewItem, Scan
from supervision.exam_types import critical_codes, exam_types, non_clinical_codes
from supervision.figures import Ages, Mean, Share, ages
from supervision.readings import Reading
from supervision.states import State

Dimension = Literal["project", "trainee", "device", "exam_type"]


class Figure(StrEnum):
    """The name of a number, and of the scans behind it."""

    SCANS_IN = "scans_in"
    IN_PROGRESS = "in_progress"
    REJECTED = "rejected"
    WITHHELD = "withheld"
    FAILED = "failed"
    AWAITING_INFO = "awaiting_info"
    NOT_CHOSEN = "not_chosen"
    BACKLOG = "backlog"
    REVIEWED = "reviewed"
    SCORED = "scored"
    RATED = "rated"
    ADEQUATE = "adequate"
    EXAMS = "exams"
    DUE = "due"
    IN_TIME = "in_time"
    JUDGED = "judged"
    SUCCEEDED = "succeeded"
    ANSWERED = "answered"
    CORRECT = "correct"
    RELEASED = "released"
    SEEN = "seen"
    ASKED = "asked"


COUNTED = tuple(Figure)[: tuple(Figure).index(Figure.ADEQUATE) + 1]
"""Those that `Overview` holds; storage.catalogue.reporting counts the others too, of exams."""


@dataclass(frozen=True)
class Slice:
    """Which scans to look at; what is None does not narrow. `since` and `until` are days of arrival (UTC), both in."""

    project: str | None = None
    trainee: int | None = None
    device: int | None = None
    exam_type: str | None = None
    state: State | None = None
    since: date | None = None
    until: date | None = None
    reviewer: int | None = None

    def of(self, scans: QuerySet[Scan]) -> QuerySet[Scan]:
        """Return those of `scans` that lie in this slice."""
        wanted: dict[str, object] = {
            "project__code": self.project,
            "trainee": self.trainee,
            "device": self.device,
            "exam_type": self.exam_type,
            "state": self.state,
            "received_at__gte": None if self.since is None else _midnight(self.since),
            "received_at__lt": None if self.until is None else _midnight(self.until + timedelta(days=1)),
        }
        found = scans.filter(**{name: value for name, value in wanted.items() if value is not None})
        if self.reviewer is None:
            return found
        return found.filter(Exists(Review.objects.filter(exam=OuterRef("exam"), reviewer=self.reviewer)))


@dataclass(frozen=True)
class Overview:
    """The figures of a set of scans.

    scans_in = in_progress + rejected + withheld + failed + awaiting_info + not_chosen + backlog.total + reviewed.
    mean_score: 0-100 over the clinical scans that have one. mean_overall: 1-5 and adequate: share, over the clinical
    exams with a final reading.
    """

    scans_in: int
    in_progress: int
    rejected: int
    withheld: int
    failed: int
    awaiting_info: int
    not_chosen: int
    backlog: Ages
    reviewed: int
    mean_score: Mean
    mean_overall: Mean
    adequate: Share


@dataclass(frozen=True)
class Row:
    """The figures of one project, trainee, device, exam type or week; `key` is what `Slice` takes, None if unknown.

    `label` is what people read: a name, a code of the exam catalogue, the Monday of a week; empty if unknown.
    """

    key: str | int | None
    label: str
    figures: Overview


def behind(scans: QuerySet[Scan], figure: Figure | str) -> QuerySet[Scan]:
    """Return the scans that a figure counts; ValueError for a name that is none."""
    return _rated(scans).filter({**_filters(), **_of_exams()}[Figure(figure)])


def overview(scans: QuerySet[Scan], now: datetime) -> Overview:
    """Return the figures of all these scans together; ages count until `now`."""
    return _grouped(scans, (), now)[()]


def by(scans: QuerySet[Scan], dimension: Dimension, now: datetime) -> list[Row]:
    """Return the figures per project, trainee, device or exam type, in order of label, unknown last."""
    field = {"project": "project__code", "trainee": "trainee_id", "device": "device_id", "exam_type": "exam_type"}
    groups = _grouped(scans, (field[dimension],), now)
    labels = _labels(dimension, [key for (key,) in groups])
    rows = [Row(key or None, labels.get(key, ""), figures) for (key,), figures in groups.items()]
    return sorted(rows, key=lambda row: (row.key is None, row.label.casefold(), str(row.key)))


def by_week(scans: QuerySet[Scan], now: datetime) -> list[Row]:
    """Return the figures per week of arrival (Monday, UTC) in order of time; `key` is the Monday as YYYY-MM-DD."""
    weekly = scans.annotate(week=TruncWeek("received_at", tzinfo=UTC))
    groups = sorted(_grouped(weekly, ("week",), now).items())
    return [Row(week.date().isoformat(), week.date().isoformat(), figures) for (week,), figures in groups]


def _filters() -> Mapping[Figure, Q]:
    clinical = ~Q(exam_type__in=non_clinical_codes())
    rated = Q(last_overall__isnull=False, pk=F("first_clip")) & clinical
    return {
        Figure.SCANS_IN: Q(pk__isnull=False),
        Figure.IN_PROGRESS: Q(state=State.RECEIVED),
        Figure.REJECTED: Q(state=State.REJECTED),
        Figure.WITHHELD: Q(state=State.WITHHELD),
        Figure.FAILED: Q(state=State.FAILED),
        Figure.AWAITING_INFO: Q(state=State.AWAITING_INFO),
        Figure.NOT_CHOSEN: Q(state=State.NOT_CHOSEN),
        Figure.BACKLOG: Q(state=State.QUEUED),
        Figure.REVIEWED: Q(state=State.FINAL),
        Figure.SCORED: Q(score__isnull=False) & clinical,
        Figure.RATED: rated,
        Figure.ADEQUATE: rated & Q(last_adequate=True),
    }


def _of_exams() -> Mapping[Figure, Q]:
    """Return the filters for clips that stand for the exams which storage.catalogue.reporting counts."""
    exam = Q(exam__isnull=False, pk=F("first_clip")) & ~Q(exam_type__in=non_clinical_codes())
    rated = _filters()[Figure.RATED]
    critical = Q(exam_type__in=critical_codes())
    told = Q(last_correct__isnull=False)
    firsts = ReviewItem.objects.filter(exam=OuterRef("exam"), reading=Reading.FIRST)
    in_time = Q(Exists(firsts.filter(done_at__lte=F("due_at"))))
    answered = Q(Exists(firsts.filter(done_at__isnull=False)))
    late = Q(Exists(firsts.filter(due_at__lt=Now())))
    released = Q(Exists(Feedback.objects.filter(review__exam=OuterRef("exam"), review__final=True)))
    seen = Q(Exists(Feedback.objects.filter(review__exam=OuterRef("exam"), review__final=True, seen_at__isnull=False)))
    return {
        Figure.EXAMS: exam,
        Figure.DUE: exam & (answered | late),
        Figure.IN_TIME: exam & in_time,
        Figure.JUDGED: rated & (Q(last_adequate=False) | told | ~critical),
        Figure.SUCCEEDED: rated & Q(last_adequate=True) & (Q(last_correct=True) | (~told & ~critical)),
        Figure.ANSWERED: rated & told,
        Figure.CORRECT: rated & Q(last_correct=True),
        Figure.RELEASED: exam & released,
        Figure.SEEN: exam & seen,
        Figure.ASKED: exam & Q(Exists(firsts)),
    }


def _rated(scans: QuerySet[Scan]) -> QuerySet[Scan]:
    """Add what the final reading of its exam said, and which clip stands for that."""
    first = Scan.objects.filter(exam=OuterRef("exam")).order_by("pk").values("pk")
    last = Review.objects.filter(exam__clips=OuterRef("pk"), final=True)
    return scans.annotate(
        first_clip=Subquery(first[:1], output_field=IntegerField()),
        last_overall=Subquery(last.values("overall")[:1], output_field=IntegerField()),
        last_adequate=Subquery(last.values("adequate")[:1], output_field=BooleanField()),
        last_correct=Subquery(last.values("correct")[:1], output_field=BooleanField()),
    )


def _grouped(scans: QuerySet[Scan], fields: tuple[str, ...], now: datetime) -> dict[tuple[Any, ...], Overview]:
    """Return the figures for each combination of `fields`, with two queries however many groups there are."""
    filters = _filters()
    counts: dict[str, Any] = {figure.value: Count("pk", filter=condition) for figure, condition in filters.items()}
    means = {
        "mean_score": Avg("score", filter=filters[Figure.SCORED]),
        "mean_overall": Avg("last_overall", filter=filters[Figure.RATED]),
    }
    rated = _rated(scans).order_by()
    rows: Iterable[dict[str, Any]]
    if fields:
        # the group's own name must not hide the column of the same name that a filter needs
        rows = rated.values(*fields).annotate(**{f"n_{name}": value for name, value in {**counts, **means}.items()})
    else:
        rows = [rated.aggregate(**{f"n_{name}": value for name, value in {**counts, **means}.items()})]
    waiting: dict[tuple[Any, ...], list[datetime]] = {}
    asked = ReviewItem.objects.filter(exam=OuterRef("exam"), done_at=None).order_by("queued_at")
    since = Subquery(asked.values("queued_at")[:1], output_field=DateTimeField())
    queued = scans.filter(filters[Figure.BACKLOG]).annotate(since=since).filter(since__isnull=False).order_by()
    for *key, queued_at in queued.values_list(*fields, "since"):
        waiting.setdefault(tuple(key), []).append(queued_at)
    found = ((tuple(row[field] for field in fields), row) for row in rows)
    return {key: _of_row(row, waiting.get(key, []), now) for key, row in found}


def _of_row(row: Mapping[str, Any], waiting: list[datetime], now: datetime) -> Overview:
    count = {figure: int(row.get(f"n_{figure}") or 0) for figure in COUNTED}
    return Overview(
        scans_in=count[Figure.SCANS_IN],
        in_progress=count[Figure.IN_PROGRESS],
        rejected=count[Figure.REJECTED],
        withheld=count[Figure.WITHHELD],
        failed=count[Figure.FAILED],
        awaiting_info=count[Figure.AWAITING_INFO],
        not_chosen=count[Figure.NOT_CHOSEN],
        backlog=ages(waiting, now),
        reviewed=count[Figure.REVIEWED],
        mean_score=Mean(row.get("n_mean_score"), count[Figure.SCORED]),
        mean_overall=Mean(row.get("n_mean_overall"), count[Figure.RATED]),
        adequate=Share(count[Figure.ADEQUATE], count[Figure.RATED]),
    )


def _labels(dimension: Dimension, keys: list[Any]) -> dict[Any, str]:
    match dimension:
        case "project":
            return dict(Project.objects.filter(code__in=keys).values_list("code", "name"))
        case "trainee":
            return {person.pk: person.display_name for person in Person.objects.filter(pk__in=keys)}
        case "device":
            return {device.pk: str(device) for device in Device.objects.filter(pk__in=keys)}
        case "exam_type":
            shipped = [code for code in exam_types() if code in keys]
            return {code: code for code in (*shipped, *sorted({*keys} - {*shipped, ""}))}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)

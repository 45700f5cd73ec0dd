"""Which numbers does a set of scans give, and which scans stand behind each number?

Every figure is a filter on scans (`behind`), so that a page can lead from the number to what it counts. An expert rates
an exam, not its clips: where ratings are counted, the first clip stands for its exam. Scans of a phantom are counted as
scans, never in the quality and adequacy of patients' scans.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Literal

from django.db.models import BooleanField, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now

from storage.catalogue.models import Feedback, Review, ReviewItem, Scan
from supervision.exam_types import critical_codes, non_clinical_codes
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


BY_STATE: Mapping[State, Figure] = {
    State.RECEIVED: Figure.IN_PROGRESS,
    State.REJECTED: Figure.REJECTED,
    State.WITHHELD: Figure.WITHHELD,
    State.FAILED: Figure.FAILED,
    State.AWAITING_INFO: Figure.AWAITING_INFO,
    State.NOT_CHOSEN: Figure.NOT_CHOSEN,
    State.QUEUED: Figure.BACKLOG,
    State.FINAL: Figure.REVIEWED,
}
"""Where the scans of each state are counted."""


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


def behind(scans: QuerySet[Scan], figure: Figure | str) -> QuerySet[Scan]:
    """Return the scans that a figure counts; ValueError for a name that is none."""
    return _rated(scans).filter({**_of_scans(), **_of_exams()}[Figure(figure)])


def _of_scans() -> Mapping[Figure, Q]:
    return {
        Figure.SCANS_IN: Q(pk__isnull=False),
        **{figure: Q(state=state) for state, figure in BY_STATE.items()},
        Figure.SCORED: Q(score__isnull=False) & ~Q(exam_type__in=non_clinical_codes()),
    }


def _of_exams() -> Mapping[Figure, Q]:
    """Return the filters for clips that stand for the exams which storage.catalogue.reporting counts."""
    exam = Q(exam__isnull=False, pk=F("first_clip")) & ~Q(exam_type__in=non_clinical_codes())
    rated = exam & Q(last_overall__isnull=False)
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
        Figure.RATED: rated,
        Figure.ADEQUATE: rated & Q(last_adequate=True),
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


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)

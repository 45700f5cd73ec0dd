"""How are the projects doing?"""

from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field, field_validator

from storage.catalogue.figures import Slice
from supervision.figures import Mean, Share
from supervision.period import Period
from supervision.report.figures import Counted
from supervision.roles import Action
from web.api.access import operation
from web.api.shapes import LARGEST, Words, said
from web.asked import Asked
from web.dashboards.seen import Seen, seen_by
from web.period import USUAL, begun
from web.permissions import person_of

router = Router()


class ShareOut(Schema):
    """A count out of a total; interval: 95 % (Wilson), null of nothing."""

    count: int
    total: int
    interval: tuple[float, float] | None


class MeanOut(Schema):
    """A mean, and of how many."""

    value: float | None
    total: int


class Figures(Schema):
    """The figures of some scans and of their exams; key: of the part, null where it is not known."""

    key: str | int | None = None
    label: str = ""
    scans_in: int
    in_progress: int
    rejected: int
    withheld: int
    failed: int
    awaiting_info: int
    not_chosen: int
    backlog: int
    reviewed: int
    mean_score: MeanOut
    exams: int
    read: ShareOut
    mean_overall: MeanOut
    adequate: ShareOut
    succeeded: ShareOut
    in_time: ShareOut
    feedback_seen: ShareOut


class TimeToFeedback(Schema):
    """How long feedback takes, in seconds; null as long as half, or nine of ten, still wait (Kaplan-Meier)."""

    asked: int
    answered: int
    median: float | None
    p90: float | None


class Overview(Schema):
    """The whole of a period, and its parts where they were asked for.

    hidden: scans that the reader may still be asked to read, left out wherever it would tell whose they are.
    """

    at: datetime
    period: str
    first: date
    last: date
    whole: Figures
    time_to_feedback: TimeToFeedback
    parts: list[Figures]
    hidden: int


class FiguresAsked(Schema):
    """Which scans are counted, and into which parts they are divided.

    period: 2026-W09, 2026-03, 2026-Q1 or 2026, of the days of arrival in UTC; the running quarter by default.
    """

    project: Words | None = None
    trainee: int | None = Field(None, ge=1, le=LARGEST)
    exam_type: Words | None = None
    period: Words | None = None
    by: Literal["project", "trainee", "device", "exam_type", "week"] | None = None

    @field_validator("period")
    @classmethod
    def is_known(cls, value: str | None) -> str | None:
        """Refuse what names no period, and one that has not begun or of which nothing is kept."""
        if value is not None:
            begun(value, timezone.now().date())
        return value


@operation(router, "GET", "/overview", Action.SEE_FIGURES, response=Overview)
def overview(request: HttpRequest, asked: Annotated[FiguresAsked, Query()]) -> Overview:
    """Count scans and exams: what came in, what waits, how good it is, and how sure that is."""
    now = timezone.now()
    period = Period.named(asked.period) if asked.period else Period.holding(USUAL, now.date())
    part = Slice(project=asked.project, trainee=asked.trainee, exam_type=asked.exam_type)
    seen = seen_by(person_of(request), Asked(part), period, now)
    taken = seen.turnaround()
    return Overview(
        at=now,
        period=period.code,
        first=period.first,
        last=period.last,
        whole=_told(seen.activity.whole),
        time_to_feedback=TimeToFeedback(
            asked=taken.total, answered=taken.answered, median=_seconds(taken.median), p90=_seconds(taken.p90)
        ),
        parts=_parts(seen, asked),
        hidden=seen.blinded,
    )


def _parts(seen: Seen, asked: FiguresAsked) -> list[Figures]:
    if asked.by is None:
        return []
    if asked.by == "week":
        weeks = ((one.days.first.isoformat(), one.counted) for one in seen.told_apart.weeks)
        return [_told(counted, first, first) for first, counted in weeks]
    return [_told(part.counted, part.key, said(part.label)) for part in seen.parts(asked.by)]


def share_of(one: Share) -> ShareOut:
    """Return a share as the API says it."""
    return ShareOut(count=one.count, total=one.total, interval=one.interval if one.total else None)


def _told(one: Counted, key: str | int | None = None, label: str = "") -> Figures:
    return Figures(
        key=key,
        label=label,
        scans_in=one.scans_in,
        in_progress=one.in_progress,
        rejected=one.rejected,
        withheld=one.withheld,
        failed=one.failed,
        awaiting_info=one.awaiting_info,
        not_chosen=one.not_chosen,
        backlog=one.backlog,
        reviewed=one.reviewed,
        mean_score=_mean(one.mean_score),
        exams=one.exams,
        read=share_of(one.read_share),
        mean_overall=_mean(one.mean_overall),
        adequate=share_of(one.adequate_share),
        succeeded=share_of(one.success_share),
        in_time=share_of(one.in_time_share),
        feedback_seen=share_of(one.seen_share),
    )


def _seconds(age: timedelta | None) -> float | None:
    return None if age is None else age.total_seconds()


def _mean(one: Mean) -> MeanOut:
    return MeanOut(value=one.value, total=one.total)

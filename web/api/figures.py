"""How are the projects doing?"""

from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from storage.catalogue import figures
from storage.catalogue.figures import Overview, Slice
from storage.catalogue.scope import scans_for
from supervision.figures import Mean, Share
from supervision.roles import Action
from web.api.access import operation
from web.api.shapes import LARGEST, Words
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
    """The figures of some scans; ages in seconds."""

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
    backlog_median: float | None
    backlog_oldest: float | None
    reviewed: int
    mean_score: MeanOut
    mean_overall: MeanOut
    adequate: ShareOut


class Overviews(Schema):
    """The whole, and its parts where they were asked for."""

    at: datetime
    whole: Figures
    parts: list[Figures]


class FiguresAsked(Schema):
    """Which scans are counted (days of arrival in UTC, both included), and into which parts they are divided."""

    project: Words | None = None
    trainee: int | None = Field(None, ge=1, le=LARGEST)
    device: int | None = Field(None, ge=1, le=LARGEST)
    exam_type: Words | None = None
    since: date | None = None
    until: date | None = None
    by: Literal["project", "trainee", "device", "exam_type", "week"] | None = None


@operation(router, "GET", "/overview", Action.SEE_FIGURES, response=Overviews)
def overview(request: HttpRequest, asked: Annotated[FiguresAsked, Query()]) -> Overviews:
    """Count scans: what came in, what waits, how good it is, and how sure that is."""
    now = timezone.now()
    part = Slice(asked.project, asked.trainee, asked.device, asked.exam_type, None, asked.since, asked.until)
    seen = part.of(scans_for(person_of(request), Action.SEE_FIGURES))
    rows = []
    if asked.by is not None:
        rows = figures.by_week(seen, now) if asked.by == "week" else figures.by(seen, asked.by, now)
    parts = [_told(row.figures, row.key, row.label) for row in rows]
    return Overviews(at=now, whole=_told(figures.overview(seen, now)), parts=parts)


def share_of(one: Share) -> ShareOut:
    """Return a share as the API says it."""
    return ShareOut(count=one.count, total=one.total, interval=one.interval if one.total else None)


def _told(one: Overview, key: str | int | None = None, label: str = "") -> Figures:
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
        backlog=one.backlog.total,
        backlog_median=_seconds(one.backlog.median),
        backlog_oldest=_seconds(one.backlog.oldest),
        reviewed=one.reviewed,
        mean_score=_mean(one.mean_score),
        mean_overall=_mean(one.mean_overall),
        adequate=share_of(one.adequate),
    )


def _seconds(age: timedelta | None) -> float | None:
    return None if age is None else age.total_seconds()


def _mean(one: Mean) -> MeanOut:
    return MeanOut(value=one.value, total=one.total)

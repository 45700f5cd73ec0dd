"""How are the projects doing, and who works there?"""

from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from storage.catalogue import figures
from storage.catalogue.figures import Overview, Slice
from storage.catalogue.models import Person
from storage.catalogue.scope import scans_for
from supervision.figures import Mean, Share
from supervision.roles import Action, Role
from web import staff
from web.api.access import operation
from web.api.shapes import LARGEST, Page, Part, Words, page_of
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


class Wanted(Schema):
    """Which scans are counted (days of arrival in UTC, both included), and into which parts they are divided."""

    project: Words | None = None
    trainee: int | None = Field(None, ge=1, le=LARGEST)
    device: int | None = Field(None, ge=1, le=LARGEST)
    exam_type: Words | None = None
    since: date | None = None
    until: date | None = None
    by: Literal["project", "trainee", "device", "exam_type", "week"] | None = None


class RoleOut(Schema):
    """A role, and where it holds: project is null for the whole organisation."""

    role: Role
    organisation: str
    project: str | None


class PersonOut(Schema):
    """Somebody with an account."""

    number: int
    username: str
    name: str
    active: bool
    roles: list[RoleOut]


@operation(router, "GET", "/overview", Action.SEE_FIGURES, response=Overviews)
def overview(request: HttpRequest, asked: Annotated[Wanted, Query()]) -> Overviews:
    """Count scans: what came in, what waits, how good it is, and how sure that is."""
    now = timezone.now()
    part = Slice(asked.project, asked.trainee, asked.device, asked.exam_type, None, asked.since, asked.until)
    seen = part.of(scans_for(person_of(request), Action.SEE_FIGURES))
    rows = []
    if asked.by is not None:
        rows = figures.by_week(seen, now) if asked.by == "week" else figures.by(seen, asked.by, now)
    parts = [_told(row.figures, row.key, row.label) for row in rows]
    return Overviews(at=now, whole=_told(figures.overview(seen, now)), parts=parts)


@operation(router, "GET", "/people", Action.MANAGE_PEOPLE, response=Page[PersonOut])
def people(request: HttpRequest, part: Part) -> dict[str, object]:
    """List the people that the person manages, with their roles there."""
    me = person_of(request)
    rows = staff.known_to(me)
    return page_of(rows, part, lambda several: [_person(one, me) for one in several])


def _person(one: Person, me: Person) -> PersonOut:
    held = staff.manageable(one.memberships.select_related("organisation", "project"), me)
    return PersonOut(
        number=one.pk,
        username=one.username,
        name=one.display_name,
        active=one.is_active,
        roles=[
            RoleOut(
                role=Role(each.role),
                organisation=each.organisation.code,
                project=each.project.code if each.project else None,
            )
            for each in held
        ],
    )


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
        adequate=_share(one.adequate),
    )


def _seconds(age: timedelta | None) -> float | None:
    return None if age is None else age.total_seconds()


def _mean(one: Mean) -> MeanOut:
    return MeanOut(value=one.value, total=one.total)


def _share(one: Share) -> ShareOut:
    return ShareOut(count=one.count, total=one.total, interval=one.interval if one.total else None)

"""What became of each file that was received?"""

from datetime import date, datetime

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema
from pydantic import Field

from storage.catalogue.arrivals import arrivals_for
from storage.catalogue.models import Arrival
from supervision.receipts import Answer
from supervision.roles import Action
from supervision.sources import Way
from web.api.access import operation
from web.api.shapes import Number, Page, Paged, Words, page_of, said
from web.arrivals import Line, Wanted, lines
from web.permissions import person_of

router = Router()


class ArrivalOut(Schema):
    """One file that was received, and what became of it.

    `scan` is the name of its scan, of a duplicate that of the one which came before; `repeats_in` the other project
    where that stands, if it may be known. `code` is a reason of the reference, or what is missing. `project` and `way`
    are null while they are hidden. `archive` begins the digest of the zip archive it came in; `left_out` says how many
    files of that nobody had put there knowingly.
    """

    arrival: int
    received: datetime
    project: str | None
    way: str | None
    answer: Answer
    since: datetime
    scan: str
    code: str
    text: str
    what_to_do: str
    repeats_in: str
    archive: str
    left_out: int


class Filters(Paged):
    """Which arrivals are wanted, the newest first."""

    answer: Answer | None = None
    way: Way | None = None
    project: Words = ""
    since: date | None = None
    until: date | None = None
    archive: str = Field("", pattern="^[0-9a-f]{0,64}$")


@operation(router, "GET", "/arrivals", Action.SEE_ARRIVALS, response=Page[ArrivalOut])
def listed(request: HttpRequest, wanted: Query[Filters]) -> dict[str, object]:
    """List what was received, each file with its answer."""
    person = person_of(request)
    found = Wanted(wanted.answer, wanted.way or "", wanted.project, wanted.since, wanted.until, wanted.archive).of(
        person
    )
    return page_of(found, wanted, lambda some: map(_shown, lines(person, some)))


@operation(router, "GET", "/arrivals/{arrival}", Action.SEE_ARRIVALS, response=ArrivalOut)
def one(request: HttpRequest, arrival: Number) -> ArrivalOut:
    """Tell what became of one file."""
    person = person_of(request)
    found: Arrival = get_object_or_404(arrivals_for(person), pk=arrival)
    return _shown(lines(person, [found])[0])


def _shown(line: Line) -> ArrivalOut:
    answered = line.answered
    return ArrivalOut(
        arrival=line.arrival.pk,
        received=line.arrival.arrived_at,
        project=line.project,
        way=line.arrival.source if line.way else None,
        answer=answered.answer,
        since=answered.since,
        scan=answered.scan,
        code=answered.code,
        text=said(line.word),
        what_to_do=said(line.advice),
        repeats_in=line.elsewhere,
        archive=line.archive,
        left_out=line.arrival.left_out,
    )

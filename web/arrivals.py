"""Which arrivals does an address ask for, and what may this reader know of each?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse

from pipeline.text import Text
from storage.catalogue import arrivals, scope
from storage.catalogue.blinding import hidden_in
from storage.catalogue.models import Arrival, Person, Scan
from supervision.blinding import Hidden
from supervision.receipts import WAYS, Answer, Answered, way_in, what_to_do, words
from supervision.roles import Action
from supervision.states import State

NAMED = 10
"""Digits of a digest that people see."""


@dataclass(frozen=True)
class Wanted:
    """Filters of the list: what became of it, by which way, for which project, on which days, in which archive."""

    answer: Answer | None = None
    way: str = ""
    project: str = ""
    since: date | None = None
    until: date | None = None
    archive: str = ""

    def of(self, person: Person) -> QuerySet[Arrival]:
        """Return the arrivals that are wanted and that `person` may see, the newest first."""
        found = arrivals.arrivals_for(person)
        if self.way or self.project:
            found = arrivals.unblinded(person, found)
        if self.answer is not None:
            found = arrivals.answered_with(found, self.answer)
        if self.way:
            found = found.filter(source=self.way)
        if self.project:
            found = found.filter(project__code=self.project)
        if self.archive:
            found = found.filter(archive__startswith=self.archive)
        if self.since is not None:
            found = found.filter(arrived_at__gte=datetime.combine(self.since, time.min, UTC))
        if self.until is not None:
            found = found.filter(arrived_at__lte=datetime.combine(self.until, time.max, UTC))
        return found.order_by("-arrived_at", "-pk")

    def query(self) -> str:
        """Return the query string that asks for the same."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return urlencode({name: str(value) for name, value in values.items() if value})


@dataclass(frozen=True)
class Line:
    """One arrival as a reader may see it.

    project, way: None where they are hidden from who may be asked to read the exam. elsewhere: the other project whose
    scan it repeats, where the reader knows that. address: the page where its scan stands, or what it waits for.
    """

    arrival: Arrival
    answered: Answered
    project: str | None
    way: Text | None
    elsewhere: str
    address: str

    @property
    def word(self) -> Text:
        """What became of it."""
        return words(self.answered.answer)

    @property
    def advice(self) -> Text:
        """What happened and what to do."""
        return what_to_do(self.answered)

    @property
    def archive(self) -> str:
        """The name of the archive it came in; empty without one."""
        return self.arrival.archive[:NAMED]


def wanted_in(query: QueryDict) -> Wanted:
    """Read a query string; what is not understood does not narrow."""
    answer, way, archive = query.get("answer", ""), query.get("way", ""), query.get("archive", "")
    return Wanted(
        answer=Answer(str(answer)) if answer in set(Answer) else None,
        way=str(way) if way in WAYS else "",
        project=str(query.get("project", "")).replace("\x00", ""),
        since=_day(query.get("since")),
        until=_day(query.get("until")),
        archive=str(archive) if archive and set(archive) <= set("0123456789abcdef") else "",
    )


def lines(person: Person, found: Sequence[Arrival]) -> list[Line]:
    """Return what `person` may know of these arrivals; as few queries as for one."""
    hidden = hidden_in(person, [one.scan.exam for one in found if one.scan.exam is not None])
    pages = _pages(person, {one.scan_id for one in found})
    known = {project.pk for project in scope.projects_for(person, Action.SEE_ARRIVALS)}
    return [
        Line(
            arrival=one,
            answered=arrivals.answer_of(one),
            project=None if (site := Hidden.SITE in hidden.get(one.scan.exam_id or 0, ())) else one.project.name,
            way=None if site else way_in(one.source),
            elsewhere=_elsewhere(one, known) if not site else "",
            address=pages.get(one.scan_id, ""),
        )
        for one in found
    ]


def _elsewhere(arrival: Arrival, known: Iterable[int]) -> str:
    other = arrival.scan.project_id != arrival.project_id and arrival.scan.project_id in known
    return arrival.scan.project.name if other else ""


def _pages(person: Person, scans: set[int]) -> dict[int, str]:
    """Return the page where each of these scans stands for `person`; where something is to be done first of all."""
    shown = Scan.objects.filter(pk__in=scans)
    pages: dict[int, str] = {}
    for action, page in (
        (Action.SEE_OWN_SCANS, "my-scan"),
        (Action.SEE_SCANS, "scan"),
        (Action.SEE_QUARANTINE, "held"),
    ):
        mine = scope.scans_for(person, action).filter(pk__in=shown.values("pk"))
        pages |= {pk: reverse(page, args=[pk]) for pk in mine.values_list("pk", flat=True)}
    asked = scope.scans_for(person, Action.COMPLETE_INFO).filter(pk__in=scans, state=State.AWAITING_INFO)
    return pages | {
        pk: reverse("worksheet", args=[exam]) for pk, exam in asked.values_list("pk", "exam") if exam is not None
    }


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None

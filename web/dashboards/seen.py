"""What may a person count, and what of that may be told apart by trainee, device or project?"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from storage.catalogue.blinding import blinded, reads, unblinded, unblinded_scans
from storage.catalogue.figures import Dimension, Slice
from storage.catalogue.models import Exam, Person, Scan
from storage.catalogue.reading_time import reading_time
from storage.catalogue.reporting import Reach, activity_of, counted_in, parts_of, turnaround_in
from storage.catalogue.scope import may, projects_reached
from supervision.period import Period
from supervision.report.figures import Activity, Part, without
from supervision.roles import Action
from supervision.roles import Reach as Granted
from supervision.turnaround import Turnaround
from web.asked import Asked
from web.dashboards.linked import Table, during, most_active, table_of, whole
from web.dashboards.tiles import Before, tiles
from web.dashboards.weeks import weeks
from web.period import chooser, period_in, up_to
from web.permissions import person_of

OPENED_BY: Mapping[Dimension, Action] = {"trainee": Action.SEE_COMPETENCE, "device": Action.SEE_DEVICES}
"""What one must be allowed to be led from the figures of a part to its page."""


@dataclass(frozen=True)
class Seen:
    """What a page counts: `everything` that the person may; `hidden` is what of it they may still be asked to read.

    asked: the part of it that the page is about, without its days. known: everything that is not hidden. Figures of it
    are those of everything less those of what is hidden: of ten thousand scans few are, and to ask of each whether it
    is takes longer than to count them.
    """

    person: Person
    asked: Asked
    period: Period
    now: datetime
    everything: Reach
    hidden: Reach | None
    known: Reach

    @property
    def during(self) -> Asked:
        """What the page asks for, in its period."""
        return during(self.asked, self.period)

    @cached_property
    def activity(self) -> Activity:
        """The figures of the period, without the scores of what the person may still be asked to read.

        Where the page tells whose scans they are, they are of what is known alone.
        """
        if self.asked.tells_whose:
            return self.told_apart
        told = self.told_apart.whole
        scores = {"scored": told.scored, "score_thousandths": told.score_thousandths}
        return replace(self._all, whole=replace(self._all.whole, **scores))

    @cached_property
    def told_apart(self) -> Activity:
        """The figures of what is known."""
        return self._all if self._left_out is None else self._all - self._left_out

    @cached_property
    def _all(self) -> Activity:
        return activity_of(self.everything, self.period, self.now)

    @cached_property
    def _left_out(self) -> Activity | None:
        return None if self.hidden is None else activity_of(self.hidden, self.period, self.now)

    def parts(self, dimension: Dimension) -> tuple[Part, ...]:
        """Return the figures of each part, of what the person may be told apart."""
        parts = parts_of(self.everything, self.period, self.now, dimension)
        if self.hidden is not None:
            parts = without(parts, parts_of(self.hidden, self.period, self.now, dimension))
        return parts

    def table(self, dimension: Dimension) -> Table:
        """Return the parts with the most scans."""
        opens = dimension not in OPENED_BY or may(self.person, OPENED_BY[dimension])
        return table_of(dimension, most_active(self.parts(dimension)), self.during, self.period, opens=opens)

    def past(self) -> Before:
        """Return the figures of the periods before and, last, of this one."""
        *before, _ = periods = up_to(self.period)
        found = counted_in(self.everything, before, self.now)
        if self.hidden is not None and self.asked.tells_whose:
            less = counted_in(self.hidden, before, self.now)
            found = tuple(one - other for one, other in zip(found, less, strict=True))
        every = [*found, self.activity.whole]
        return [(one, whole(told, during(self.asked, one))) for one, told in zip(periods, every, strict=True)]

    def turnaround(self) -> Turnaround:
        """Return how long feedback takes, in what the figures of the whole page are of."""
        told = self.known if self.asked.tells_whose else self.everything
        return turnaround_in(told, self.period, self.now)[0]

    @property
    def blinded(self) -> int:
        """How many scans of the period are left out where it is told whose they are."""
        return self._left_out.whole.scans_in if self._left_out else 0

    def context(self, query: QueryDict) -> dict[str, object]:
        """Return what every page of figures shows; query: that of its address."""
        now, activity = self.now, self.activity
        return {
            "now": now,
            "chooser": chooser(self.period, query, now.date()),
            "whole": whole(activity.whole, self.during),
            "tiles": tiles(self.past()),
            "simulated": self.everything.scans_in(self.period, now).filter(simulated=True).count(),
            "blinded": self.blinded,
            "reading_time": reading_time(self.known, self.period, now),
            "may_see_arrivals": may(self.person, Action.SEE_ARRIVALS),
            **weeks(activity.weeks, self.asked),
        }


def seen_in(request: HttpRequest, asked: Asked) -> Seen:
    """Return what a request for a page of figures counts; `asked` is of a project, a trainee or an exam type."""
    now = timezone.now()
    return seen_by(person_of(request), asked, period_in(request.GET, now.date()), now)


def seen_by(person: Person, asked: Asked, period: Period, now: datetime) -> Seen:
    """Return what somebody may count of a project, a trainee or an exam type in a period."""
    # looked up once, since a page asks for many figures of the same projects
    reached = projects_reached(person, Action.SEE_FIGURES, Granted.ALL)
    if asked.part.project is not None:
        reached = reached.filter(code=asked.part.project)
    projects = list(reached.values_list("pk", flat=True))
    part = replace(asked.part, project=None)
    scans = replace(asked, part=part).of(Scan.objects.filter(project__in=projects))
    exams = _exams_in(part, Exam.objects.filter(project__in=projects))
    everything = Reach(scans, exams)
    if not reads(person):
        return Seen(person, asked, period, now, everything, None, everything)
    blind = blinded(person, exams)
    hidden = Reach(scans.filter(exam__in=blinded(person, Exam.objects.all()).values("pk")), blind)
    known = Reach(unblinded_scans(person, scans), unblinded(person, exams))
    return Seen(person, asked, period, now, everything, hidden, known)


def _exams_in(part: Slice, exams: QuerySet[Exam]) -> QuerySet[Exam]:
    """Return those of these exams that are of a slice's person and type."""
    wanted = {"trainee": part.trainee, "exam_type": part.exam_type}
    return exams.filter(**{name: value for name, value in wanted.items() if value is not None})

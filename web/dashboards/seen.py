"""What may a person count, and what of that may be told apart by trainee, device or project?"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from storage.catalogue.blinding import unblinded, unblinded_scans
from storage.catalogue.figures import Slice
from storage.catalogue.models import Exam, Scan
from storage.catalogue.reading_time import reading_time
from storage.catalogue.reporting import PartBy, Reach, activity_of, counted_in, counted_of, parts_of
from storage.catalogue.scope import may, projects_reached
from supervision.period import Period
from supervision.report.figures import Activity, Counted
from supervision.roles import Action
from supervision.roles import Reach as Granted
from web.asked import Asked
from web.dashboards.linked import Table, during, most_active, table_of, whole
from web.dashboards.tiles import Before, tiles
from web.dashboards.weeks import weeks
from web.period import chooser, period_in, up_to
from web.permissions import person_of

OPENED_BY: Mapping[PartBy, Action] = {"trainee": Action.SEE_COMPETENCE, "device": Action.SEE_DEVICES}
"""What one must be allowed to be led from the figures of a part to its page."""


@dataclass(frozen=True)
class Seen:
    """What a page counts: `everything` that the person may, `known` without what they may still be asked to read.

    asked: the part of it that the page is about, without its days.
    """

    request: HttpRequest
    asked: Asked
    period: Period
    now: datetime
    everything: Reach
    known: Reach

    @property
    def during(self) -> Asked:
        """What the page asks for, in its period."""
        return during(self.asked, self.period)

    def counted(self) -> Activity:
        """Return the figures of the period, without the scores of what the person may still be asked to read.

        Where the page tells whose scans they are, they are of what is known alone.
        """
        if self.asked.tells_whose or not self.blinded:
            return activity_of(self.known, self.period, self.now)
        activity = activity_of(self.everything, self.period, self.now)
        told = counted_of(self.known, self.period, self.now)
        scores = {"scored": told.scored, "score_thousandths": told.score_thousandths}
        return replace(activity, whole=replace(activity.whole, **scores))

    @property
    def told(self) -> Reach:
        """What the figures of the whole page are of."""
        return self.known if self.asked.tells_whose else self.everything

    def table(self, dimension: PartBy) -> Table:
        """Return the parts with the most scans, of what the person may be told apart."""
        parts = most_active(parts_of(self.known, self.period, self.now, dimension))
        opens = dimension not in OPENED_BY or may(person_of(self.request), OPENED_BY[dimension])
        return table_of(dimension, parts, self.during, self.period, opens=opens)

    def past(self, now: Counted) -> Before:
        """Return the figures of the periods before and, last, of this one."""
        *before, _ = periods = up_to(self.period)
        found = [*counted_in(self.told, before, self.now), now]
        return [(one, whole(told, during(self.asked, one))) for one, told in zip(periods, found, strict=True)]

    @cached_property
    def blinded(self) -> int:
        """How many scans of the period are left out where it is told whose they are."""
        return sum(factor * self._scans(reach).count() for factor, reach in ((1, self.everything), (-1, self.known)))

    def context(self, activity: Activity) -> dict[str, object]:
        """Return what every page of figures shows."""
        now = self.now
        return {
            "now": now,
            "chooser": chooser(self.period, self.request.GET, now.date()),
            "whole": whole(activity.whole, self.during),
            "tiles": tiles(self.past(activity.whole)),
            "simulated": self._scans(self.everything).filter(simulated=True).count(),
            "blinded": self.blinded,
            "reading_time": reading_time(self._scans(self.known)),
            "may_see_arrivals": may(person_of(self.request), Action.SEE_ARRIVALS),
            **weeks(activity.weeks, self.asked),
        }

    def _scans(self, reach: Reach) -> QuerySet[Scan]:
        return reach.scans_in(self.period, self.now)


def seen_in(request: HttpRequest, asked: Asked) -> Seen:
    """Return what a request for a page of figures counts; `asked` is of a project, a trainee or an exam type."""
    person, now = person_of(request), timezone.now()
    # looked up once, since a page asks for many figures of the same projects
    projects = list(projects_reached(person, Action.SEE_FIGURES, Granted.ALL).values_list("pk", flat=True))
    scans = asked.of(Scan.objects.filter(project__in=projects))
    exams = _exams_in(asked.part, Exam.objects.filter(project__in=projects))
    everything = Reach(scans, exams)
    known = Reach(unblinded_scans(person, scans), unblinded(person, exams))
    return Seen(request, asked, period_in(request.GET, now.date()), now, everything, known)


def _exams_in(part: Slice, exams: QuerySet[Exam]) -> QuerySet[Exam]:
    """Return those of these exams that lie in a slice."""
    wanted = {"project__code": part.project, "trainee": part.trainee, "exam_type": part.exam_type}
    return exams.filter(**{name: value for name, value in wanted.items() if value is not None})

"""How are the projects doing: what came in, what waits, how good is it, and how sure are we?"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from storage.catalogue import figures
from storage.catalogue.blinding import unblinded_scans
from storage.catalogue.figures import Dimension, Figure, Overview, Row
from storage.catalogue.reading_time import reading_time
from storage.catalogue.scope import projects_for, scans_for
from supervision.roles import Action
from web.asked import Asked, asked_in
from web.permissions import person_of, requires
from web.words import Word

TITLES: dict[Dimension, Word] = {
    "project": _("By project"),
    "exam_type": _("By exam type"),
    "trainee": _("By trainee"),
    "device": _("By device"),
}
CHART_HEIGHT = 100
BAR = 10


@dataclass(frozen=True)
class Linked:
    """Figures with the address of the scans behind each; `label` and `key` are empty for the whole."""

    figures: Overview
    links: dict[str, str]
    key: str | int | None = None
    label: str = ""


@dataclass(frozen=True)
class Table:
    """One dimension's rows."""

    dimension: Dimension
    title: str | Promise
    rows: list[Linked]


@dataclass(frozen=True)
class Bar:
    """A week in the chart: place and heights in SVG units, and its figures."""

    x: int
    tall: float
    reviewed: float
    monday: date
    week: Linked

    @property
    def top(self) -> float:
        """Where the column of scans in begins, from above."""
        return CHART_HEIGHT - self.tall

    @property
    def reviewed_top(self) -> float:
        """Where the column of reviewed scans begins, from above."""
        return CHART_HEIGHT - self.reviewed


@requires(Action.SEE_FIGURES)
@require_safe
def overview(request: HttpRequest) -> HttpResponseBase:
    """Show the figures of the projects that the person may see; every number leads to its scans."""
    person = person_of(request)
    now = timezone.now()
    asked = asked_in(request.GET)
    asked = Asked(asked.part, asked.unknown)
    everything = scans_for(person, Action.SEE_FIGURES)
    known = asked.of(unblinded_scans(person, everything))
    seen = known if asked.tells_whose else asked.of(everything)
    blinded = seen.count() - known.count()
    weeks = [
        Linked(row.figures, _links(asked.during(_monday(row), _monday(row) + timedelta(days=6))), row.key, row.label)
        for row in figures.by_week(seen, now, scored=known)
    ]
    bars = _bars(weeks)
    context = {
        "now": now,
        "asked": asked,
        "projects": projects_for(person, Action.SEE_FIGURES).order_by("name"),
        "blinded": blinded,
        "whole": Linked(figures.overview(seen, now, scored=known), _links(asked)),
        "simulated": seen.filter(simulated=True).count(),
        "tables": [Table(one, TITLES[one], _rows(asked, one, figures.by(known, one, now))) for one in TITLES],
        "reading_time": reading_time(known),
        "weeks": weeks,
        "bars": bars,
        "chart_width": max(8 * BAR, bars[-1].x + BAR - 1) if bars else BAR,
        "most": max((week.figures.scans_in for week in weeks), default=0),
    }
    return render(request, "overview.html", context)


def _rows(asked: Asked, dimension: Dimension, rows: list[Row]) -> list[Linked]:
    return [Linked(row.figures, _links(asked.narrowed(dimension, row.key)), row.key, row.label) for row in rows]


def _links(asked: Asked) -> dict[str, str]:
    """Return for each figure the address of the list of its scans."""
    return {figure.value: f"{reverse('scans')}?{asked.counted(figure).query()}" for figure in Figure}


def _monday(row: Row) -> date:
    return date.fromisoformat(str(row.key))


def _bars(weeks: list[Linked]) -> list[Bar]:
    """Draw scans in and reviewed as columns; a week in which nothing came stays an empty place."""
    if not weeks:
        return []
    most = max(week.figures.scans_in for week in weeks)
    first = date.fromisoformat(weeks[0].label)
    return [
        Bar(
            x=BAR * ((date.fromisoformat(week.label) - first).days // 7) + 1,
            tall=round(CHART_HEIGHT * week.figures.scans_in / most, 1),
            reviewed=round(CHART_HEIGHT * week.figures.reviewed / most, 1),
            monday=date.fromisoformat(week.label),
            week=week,
        )
        for week in weeks
    ]

"""How do the reviewers read: how much, how soon, how strictly, and how far do they agree?

In order of name, never of a coefficient. A reviewer sees what is theirs; whoever sees all reviewers is told nothing of
exams that they may still be asked to read.
"""

from dataclasses import dataclass

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from storage.catalogue.blinding import unblinded
from storage.catalogue.figures import Figure, Slice
from storage.catalogue.models import Exam, Person
from storage.catalogue.reviewer_figures import ReviewerFigures, Team, team_in
from storage.catalogue.scope import may, projects_for, projects_reached
from supervision.period import Period
from supervision.roles import Action, Reach
from web.asked import Asked
from web.charts.severity_scale import severity_scale
from web.dashboards.linked import during
from web.period import chooser, period_in
from web.permissions import person_of, requires
from web.templatetags.sonorelay import points

FEWEST_TOLD_APART = 3
"""Readers from whom on what all gave does not tell what the other one gave."""


@dataclass(frozen=True)
class Shown:
    """A reviewer's figures, the list of the exams that they read where one may open it, and the severity drawn."""

    figures: ReviewerFigures
    exams: str
    scale: SafeString | None


@requires(Action.SEE_REVIEWERS)
@require_safe
def reviewers(request: HttpRequest) -> HttpResponseBase:
    """List who reads in the projects of which the person sees all reviewers; show the others their own page."""
    viewer, now = person_of(request), timezone.now()
    projects = projects_reached(viewer, Action.SEE_REVIEWERS, Reach.ALL)
    if not projects.exists():
        return reviewer(request, viewer.pk)
    period = period_in(request.GET, now.date())
    team = team_in(unblinded(viewer, Exam.objects.filter(project__in=projects)), period, now)
    context = {
        "now": now,
        "chooser": chooser(period, request.GET, now.date()),
        "rows": [_shown(one, viewer, period) for one in team.reviewers],
        "agreement": team.agreement,
    }
    return render(request, "reviewers.html", context)


@requires(Action.SEE_REVIEWERS)
@require_safe
def reviewer(request: HttpRequest, person_id: int) -> HttpResponseBase:
    """Show how one reviewer reads, beside all who read the same projects."""
    viewer, now = person_of(request), timezone.now()
    period = period_in(request.GET, now.date())
    own = viewer.pk == person_id
    team = _team(viewer, period, own=own)
    found = next((one for one in team.reviewers if one.person.pk == person_id), None)
    if found is None and not own:
        raise Http404
    context = {
        "now": now,
        "own": own,
        "reviewer": viewer if found is None else found.person,
        "chooser": chooser(period, request.GET, now.date()),
        "shown": _shown(found, viewer, period) if found else None,
        "ratings": _ratings(found, team, own=own) if found else [],
        "sees_all": projects_reached(viewer, Action.SEE_REVIEWERS, Reach.ALL).exists(),
    }
    return render(request, "reviewer.html", context)


def _team(viewer: Person, period: Period, *, own: bool) -> Team:
    """Return who reads where the person sees all reviewers, or, for what is their own, where they read."""
    if own:
        here = projects_for(viewer, Action.SEE_REVIEWERS)
        return team_in(Exam.objects.filter(project__in=here), period, timezone.now())
    here = projects_reached(viewer, Action.SEE_REVIEWERS, Reach.ALL)
    return team_in(unblinded(viewer, Exam.objects.filter(project__in=here)), period, timezone.now())


def _shown(one: ReviewerFigures, viewer: Person, period: Period) -> Shown:
    asked = during(Asked(Slice(reviewer=one.person.pk)), period).counted(Figure.EXAMS)
    opens = may(viewer, Action.SEE_SCANS) and may(viewer, Action.SEE_FIGURES)
    scale = None
    if one.severity is not None:
        low, value, high = (points(part) for part in (one.severity.low, one.severity.value, one.severity.high))
        words = _("%(value)s points against the mean of all, 95%% interval %(low)s to %(high)s")
        words %= {"value": value, "low": low, "high": high}
        scale = severity_scale(one.severity.value, one.severity.low, one.severity.high, words)
    return Shown(one, f"{reverse('scans')}?{asked.query()}" if opens else "", scale)


def _ratings(found: ReviewerFigures, team: Team, *, own: bool) -> list[dict[str, object]]:
    """Return how often each rating was given, by the reviewer and by all."""
    mine, all_of_them = sum(found.ratings), sum(team.ratings)
    beside = not own or len(team.reviewers) >= FEWEST_TOLD_APART
    return [
        {
            "rating": number_format(rating),
            "count": count,
            "share": count / mine if mine else None,
            "of_all": every / all_of_them if all_of_them and beside else None,
        }
        for rating, (count, every) in enumerate(zip(found.ratings, team.ratings, strict=True), 1)
    ]

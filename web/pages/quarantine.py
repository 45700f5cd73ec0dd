"""Which scans were held back or refused, why, for how long, and which of them come from the same screen?"""

from collections import Counter
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from storage.catalogue.models import Person, Question, Scan, SectorLayout
from storage.catalogue.quarantine import alike_to_layout
from storage.catalogue.scope import may, projects_for, scans_for
from supervision.figures import ages
from supervision.roles import Action
from supervision.states import State
from web.held import HOLDS, OTHER, hold_of
from web.permissions import person_of, requires

ON_A_PAGE = 50


@dataclass(frozen=True)
class Screen:
    """An outline that is known, and how many held scans come from its screen."""

    layout: SectorLayout
    scans: int


@requires(Action.SEE_QUARANTINE)
@require_safe
def quarantine(request: HttpRequest) -> HttpResponseBase:
    """List withheld scans, or refused ones with `?show=refused`; only reasons are shown, never a picture."""
    person = person_of(request)
    projects = projects_for(person, Action.SEE_QUARANTINE)
    withheld = scans_for(person, Action.SEE_QUARANTINE)
    refused = scans_for(person, Action.SEE_SCANS).filter(state=State.REJECTED, project__in=projects)
    refusals = request.GET.get("show") == "refused"
    project, reason = request.GET.get("project", ""), request.GET.get("reason", "")
    here = (refused if refusals else withheld).filter(**({"project__code": project} if project else {}))
    counts = Counter(here.values_list("reason", flat=True))
    shown = here.filter(**({"reason": reason} if reason else {}))
    page = Paginator(_ordered(shown, refusals=refusals), ON_A_PAGE).get_page(request.GET.get("page"))
    asked = {one.scan_id: one for one in Question.objects.filter(scan__in=list(page)).order_by("asked_at", "pk")}
    kept = {"show": "refused" if refusals else "", "project": project, "reason": reason}
    context = {
        "refusals": refusals,
        "withheld_count": withheld.count(),
        "refused_count": refused.count(),
        "waiting": ages([at for at in shown.values_list("processed_at", flat=True) if at], timezone.now()),
        "projects": projects.order_by("name"),
        "project": project,
        "reason": reason,
        "reasons": [(code, HOLDS.get(code, OTHER).short, number) for code, number in counts.most_common()],
        "page": page,
        "rows": [(scan, hold_of(scan), asked.get(scan.pk)) for scan in page],
        "query": "".join(f"{name}={value}&" for name, value in kept.items() if value.replace("-", "").isidentifier()),
        "screens": [] if refusals else _screens(person),
    }
    return render(request, "quarantine.html", context)


def _ordered(scans: QuerySet[Scan], *, refusals: bool) -> QuerySet[Scan]:
    """Return what has waited longest first; of refusals the newest first."""
    whole = scans.select_related("project").annotate(times=Count("arrivals"))
    return whole.order_by("-received_at", "-pk") if refusals else whole.order_by("processed_at", "pk")


def _screens(person: Person) -> list[Screen]:
    """Return the known outlines from whose screens scans are held, those of most scans first."""
    if not may(person, Action.RELEASE_SCANS):
        return []
    mine = scans_for(person, Action.RELEASE_SCANS)
    sizes = set(mine.values_list("project", "kind", "rows", "columns"))
    known = SectorLayout.objects.filter(retired_at=None, project__in=projects_for(person, Action.RELEASE_SCANS))
    layouts = [
        layout
        for layout in known.select_related("project", "device")
        if (layout.project_id, layout.kind, layout.rows, layout.columns) in sizes
    ]
    screens = [Screen(layout, alike_to_layout(layout).filter(pk__in=mine.values("pk")).count()) for layout in layouts]
    return sorted((one for one in screens if one.scans), key=lambda one: -one.scans)

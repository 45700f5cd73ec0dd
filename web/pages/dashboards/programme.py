"""How is the programme doing: what came in, what waits, how good is it, what calls for attention, and where?"""

from collections import Counter
from collections.abc import Mapping, Sequence

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from storage.catalogue.programme import current
from storage.catalogue.reporting import alerts_of
from storage.catalogue.scope import projects_for
from supervision.roles import Action
from web.asked import Asked
from web.charts.project_map import Site, project_map
from web.dashboards.attention import shown
from web.dashboards.linked import Linked, Table, table_of
from web.dashboards.seen import seen_in
from web.permissions import person_of, requires


@requires(Action.SEE_FIGURES)
@require_safe
def programme(request: HttpRequest) -> HttpResponseBase:
    """Show the figures of all projects that the person may see; every number leads to its scans."""
    seen = seen_in(request, Asked())
    by_project = table_of("project", seen.told_apart.projects, seen.during, seen.period)
    person = person_of(request)
    alerts = alerts_of(seen.known, projects_for(person, Action.SEE_FIGURES), seen.now)
    context = seen.context(request.GET) | {
        "by_project": by_project,
        "by_exam_type": table_of("exam_type", seen.activity.exam_types, seen.during, seen.period),
        "map": _map(by_project, Counter(one.project for one in alerts)),
        "alerts": shown(alerts, person),
        "turnaround": seen.turnaround(),
    }
    return render(request, "programme.html", context)


def _map(projects: Table, alerts: Mapping[str, int]) -> SafeString | None:
    """Draw those projects whose place the programme tells; None where there is none."""
    places = {one.code: (one.latitude, one.longitude) for one in current().projects}
    sites = [
        site
        for row in projects.rows
        if (site := _site(row, places.get(str(row.key), (None, None)), alerts.get(str(row.key), 0)))
    ]
    return project_map(sites) if sites else None


def _site(row: Linked, place: Sequence[float | None], alerts: int) -> Site | None:
    latitude, longitude = place
    if latitude is None or longitude is None:
        return None
    return Site(row.label, latitude, longitude, row.counted.scans_in, alerts, row.page)

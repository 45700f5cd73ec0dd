"""How is one project doing: its activity, its people, its exam types and its devices?"""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from storage.catalogue.figures import Slice
from storage.catalogue.scope import projects_for
from supervision.roles import Action
from web.asked import Asked
from web.dashboards.linked import table_of
from web.dashboards.seen import seen_in
from web.permissions import person_of, requires


@requires(Action.SEE_FIGURES)
@require_safe
def project(request: HttpRequest, code: str) -> HttpResponseBase:
    """Show the figures of one project; every number leads to its scans."""
    found = get_object_or_404(projects_for(person_of(request), Action.SEE_FIGURES), code=code)
    seen = seen_in(request, Asked(Slice(project=found.code)))
    by_type = table_of("exam_type", seen.activity.exam_types, seen.during, seen.period)
    tables = [by_type, seen.table("trainee"), seen.table("device")]
    context = {"project": found, "tables": tables, "turnaround": seen.turnaround()}
    return render(request, "project.html", seen.context(request.GET) | context)

"""How does one exam type go: where it is made, by whom, and how well?"""

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from storage.catalogue.exam_catalogue import types_of_all
from storage.catalogue.figures import Slice
from storage.catalogue.scope import projects_for
from supervision.roles import Action
from web.asked import Asked
from web.dashboards.seen import seen_in
from web.permissions import person_of, requires


@requires(Action.SEE_FIGURES)
@require_safe
def exam_type(request: HttpRequest, code: str) -> HttpResponseBase:
    """Show the figures of one exam type in all projects that the person may see."""
    organisations = projects_for(person_of(request), Action.SEE_FIGURES).values_list("organisation", flat=True)
    if code not in types_of_all(organisations.distinct()):
        raise Http404
    seen = seen_in(request, Asked(Slice(exam_type=code)))
    tables = [seen.table("project"), seen.table("trainee")]
    return render(request, "exam_type_figures.html", seen.context(request.GET) | {"code": code, "tables": tables})

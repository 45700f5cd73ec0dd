"""What stands in the registers: training sessions, requests, and how long devices could be used?"""

from datetime import timedelta
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from storage.catalogue.models import Project
from storage.catalogue.registers.figures import registers_of
from storage.catalogue.registers.requests import requests_for
from storage.catalogue.registers.training import sessions_for
from storage.catalogue.scope import projects_for, projects_reached
from supervision.registers import PENDING
from supervision.roles import Action, Reach
from web.permissions import person_of, requires

ON_A_PAGE = 20
LATELY = timedelta(days=89)
"""Today and this long before make 90 days."""


@requires(Action.SEE_REGISTERS)
@require_safe
def registers(request: HttpRequest) -> HttpResponseBase:
    """Show the registers of the person's projects; a trainee's own sessions and requests."""
    person, now = person_of(request), timezone.now()
    wanted = request.GET.get("project", "")
    places = projects_for(person, Action.SEE_REGISTERS).order_by("name")
    whole = _only(list(projects_reached(person, Action.SEE_REGISTERS, Reach.ALL)), wanted)
    sessions, asked = sessions_for(person), requests_for(person)
    if wanted:
        sessions, asked = sessions.filter(project__code=wanted), asked.filter(project__code=wanted)
    context = {
        "projects": places,
        "project": wanted,
        "page": Paginator(sessions, ON_A_PAGE).get_page(request.GET.get("page")),
        "query": urlencode({"project": wanted}) + "&" if wanted else "",
        "pending": asked.filter(state__in=PENDING),
        "settled": asked.exclude(state__in=PENDING)[:ON_A_PAGE],
        "figures": registers_of(whole, (now - LATELY).date(), now.date(), now) if whole else None,
        "device_pages": set(projects_for(person, Action.SEE_DEVICES).values_list("code", flat=True)),
        "keeps": projects_for(person, Action.KEEP_TRAINING).exists(),
        "asks": projects_for(person, Action.MAKE_REQUESTS).exists(),
    }
    return render(request, "registers.html", context)


def _only(projects: list[Project], code: str) -> list[Project]:
    return [one for one in projects if not code or one.code == code]

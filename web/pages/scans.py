"""Which scans are these: all of my projects, or those behind a number?"""

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from storage.catalogue.blinding import hidden_from, hidden_in, unblinded_scans
from storage.catalogue.exam_catalogue import types_of_all
from storage.catalogue.figures import Figure
from storage.catalogue.models import Device, Person, Review
from storage.catalogue.scope import may, projects_for, scans_for
from supervision.blinding import Hidden
from supervision.reidentification import PURPOSES
from supervision.roles import Action
from supervision.states import State
from web.asked import asked_in
from web.final_reading import FINAL_READING
from web.findings import judgement_of
from web.media import picture_of
from web.permissions import person_of, requires
from web.release_report import report_of
from web.words import FIGURES, STATES

ON_A_PAGE = 50


@requires(Action.SEE_SCANS)
@require_safe
def scans(request: HttpRequest) -> HttpResponseBase:
    """List scans with filters; with `figure=` exactly those that the number on the overview counts."""
    person = person_of(request)
    asked = asked_in(request.GET)
    projects = projects_for(person, Action.SEE_SCANS)
    counts = asked.figure is not None and may(person, Action.SEE_FIGURES)
    scope = scans_for(person, Action.SEE_FIGURES if counts else Action.SEE_SCANS)
    if asked.tells_whose:
        scope = unblinded_scans(person, scope)
    found = asked.of(scope).select_related("project", "trainee", "exam").prefetch_related(FINAL_READING)
    page = Paginator(found.order_by("-received_at", "-pk"), ON_A_PAGE).get_page(request.GET.get("page"))
    query = asked.query()
    hidden = hidden_in(person, [one.exam for one in page.object_list if one.exam is not None])
    context = {
        "asked": asked,
        "page": page,
        "rows": [(one, hidden.get(one.exam_id or 0, frozenset())) for one in page.object_list],
        "blinded": any(hidden.values()),
        "query": f"{query}&" if query else "",
        "figure_word": FIGURES.get(asked.figure) if asked.figure else None,
        "projects": projects.order_by("name"),
        "exam_types": types_of_all(projects.values_list("organisation", flat=True).distinct()),
        "states": [(state.value, STATES[state][0]) for state in State],
        "figures": [(figure.value, FIGURES[figure]) for figure in Figure],
        "trainee": Person.objects.filter(pk=asked.part.trainee or 0, scans__in=scope).first(),
        "reviewer": Person.objects.filter(pk=asked.part.reviewer or 0, reviews__exam__clips__in=scope).first(),
        "device": Device.objects.filter(pk=asked.part.device or 0, scans__in=scope).first(),
    }
    return render(request, "scans.html", context)


@requires(Action.SEE_SCANS)
@require_safe
def scan(request: HttpRequest, scan_id: int) -> HttpResponseBase:
    """Show one scan with findings and the final reading, without what a reader of its exam must not know yet."""
    person = person_of(request)
    visible = scans_for(person, Action.SEE_SCANS).select_related("project", "device", "trainee", "exam")
    found = get_object_or_404(visible, pk=scan_id)
    hidden = frozenset() if found.exam is None else hidden_from(person, found.exam)
    final = Review.objects.filter(exam__clips=found, final=True).select_related("reviewer", "feedback")
    context = {
        "scan": found,
        "reviews": final.none() if Hidden.FIRST_READ in hidden else final,
        "hidden": hidden,
        "picture": picture_of(found),
        "judgement": None if Hidden.SCORE in hidden else judgement_of(found),
        "show_trainee": Hidden.TRAINEE not in hidden,
        "report": report_of(found),
        "purposes": PURPOSES.items() if scans_for(person, Action.REIDENTIFY).filter(pk=found.pk).exists() else (),
        "held_page": scans_for(person, Action.SEE_QUARANTINE).filter(pk=found.pk).exists(),
        "back": "scans",
    }
    return render(request, "scan.html", context)

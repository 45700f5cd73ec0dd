"""Which scans were held back or refused, and why?"""

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from storage.catalogue.scope import scans_for
from supervision.roles import Action
from supervision.states import State
from web.permissions import person_of, requires

ON_A_PAGE = 50


@requires(Action.SEE_QUARANTINE)
@require_safe
def quarantine(request: HttpRequest) -> HttpResponseBase:
    """List withheld scans, or refused ones with `?show=refused`; only reasons are shown, never a picture."""
    person = person_of(request)
    withheld = scans_for(person, Action.SEE_QUARANTINE)
    refused = scans_for(person, Action.SEE_SCANS).filter(state=State.REJECTED)
    refusals = request.GET.get("show") == "refused"
    shown = (refused if refusals else withheld).select_related("project").annotate(times=Count("arrivals"))
    context = {
        "refusals": refusals,
        "withheld_count": withheld.count(),
        "refused_count": refused.count(),
        "page": Paginator(shown.order_by("-received_at", "-pk"), ON_A_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "quarantine.html", context)

"""Whose scan is it? One person asks with a purpose, another consents, and for 24 hours the first may look."""

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from pipeline.errors import Rejected
from storage.catalogue import reidentification
from storage.catalogue.models import Reidentification
from storage.catalogue.scope import projects_for, scans_for
from supervision.reidentification import LASTS, PURPOSES
from supervision.roles import Action
from web.failures import said
from web.permissions import person_of, requires

SHOWN = 50


@requires(Action.REIDENTIFY)
@require_safe
def requests(request: HttpRequest) -> HttpResponseBase:
    """List what waits for the person's consent, what they asked for themselves, and what is over."""
    person, now = person_of(request), timezone.now()
    waiting = reidentification.to_approve(person, now)
    here = Reidentification.objects.filter(scan__project__in=projects_for(person, Action.REIDENTIFY))
    open_for_me = Q(approved_at__gt=now - LASTS) & Q(asked_by=person)
    listed = here.exclude(pk__in=waiting.values("pk")).select_related("scan", "asked_by", "approved_by")
    context = {
        "waiting": waiting,
        "open": here.filter(open_for_me).select_related("scan", "approved_by").order_by("-approved_at"),
        "others": listed.exclude(open_for_me).order_by("-asked_at", "-pk")[:SHOWN],
    }
    return render(request, "reidentification.html", context)


@requires(Action.REIDENTIFY)
@require_POST
def ask(request: HttpRequest, scan_id: int) -> HttpResponseBase:
    """Ask to learn whose scan this is, with one of the known purposes."""
    person = person_of(request)
    scan = get_object_or_404(scans_for(person, Action.REIDENTIFY), pk=scan_id)
    purpose = request.POST.get("purpose", "")
    if purpose not in PURPOSES:
        messages.error(request, _("Nothing was asked: choose a purpose."))
        return redirect("scan", scan.pk)
    reidentification.ask(scan.pk, person, purpose, timezone.now())
    messages.success(request, _("Asked. Another person of the project must consent; then it is shown to you here."))
    return redirect("reidentify")


@requires(Action.REIDENTIFY)
@require_POST
def approve(request: HttpRequest, request_id: int) -> HttpResponseBase:
    """Consent to somebody else's request."""
    found = _in_reach(request, request_id)
    reidentification.approve(found.pk, person_of(request), timezone.now())
    messages.success(request, _("You consented. The other person may see it for 24 hours; each time is noted."))
    return redirect("reidentify")


@requires(Action.REIDENTIFY)
@require_POST
@sensitive_variables("patient")
def show(request: HttpRequest, request_id: int) -> HttpResponseBase:
    """Show name and number in the answer to this one request, which the browser may not keep."""
    found = _in_reach(request, request_id)
    try:
        patient = reidentification.reveal(found.pk, person_of(request), timezone.now())
    except Rejected as error:
        messages.error(request, said(error))
        return redirect("reidentify")
    response = render(request, "revealed.html", {"found": found, "patient": patient})
    response["Cache-Control"] = "private, no-store"
    return response


def _in_reach(request: HttpRequest, request_id: int) -> Reidentification:
    projects = projects_for(person_of(request), Action.REIDENTIFY)
    return get_object_or_404(Reidentification.objects.select_related("scan"), pk=request_id, scan__project__in=projects)

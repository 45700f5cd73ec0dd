"""How does the exchange with another installation stand, and which of two worksheets counts?"""

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from pipeline.errors import Conflict
from pipeline.reasons import REASONS
from storage.catalogue.blinding import unblinded
from storage.catalogue.models import SheetConflict
from storage.catalogue.scope import exams_for, projects_for
from storage.sync import sheets
from storage.sync.standing import standing
from supervision.roles import Action
from web.permissions import person_of, requires
from web.words import Word

HELD: Mapping[str, Word] = {
    "project_unknown": gettext_lazy("of a project that is not in the programme here"),
    "other_project": gettext_lazy("of an exam that is in another project here"),
    "exam_type_unknown": gettext_lazy("of an exam type in a version that is not here yet"),
    "exam_type_differs": gettext_lazy("of an exam type that was changed on both sides under one number"),
    "contradicts": gettext_lazy("in contradiction to what is here"),
    "not_understood": gettext_lazy("not understood; is one of the installations older?"),
}
MOST = 100


@requires(Action.SEE_SYNC)
@require_safe
def page(request: HttpRequest) -> HttpResponseBase:
    """Show the last exchange, what waits on each side, and worksheets that differ."""
    person = person_of(request)
    mine = unblinded(person, exams_for(person, Action.SEE_SYNC))
    differing = SheetConflict.objects.filter(settled_at=None, exam__in=mine).select_related("exam__project")
    now = standing(timezone.now(), projects_for(person, Action.SEE_SYNC))
    told = [
        (
            peer,
            REASONS[peer.problem].format(answer="401/403") if peer.problem in REASONS else None,
            [(HELD.get(code, HELD["contradicts"]), count) for code, count in peer.held.items()],
        )
        for peer in now.peers
    ]
    context = {"standing": now, "peers": told, "differing": differing.order_by("found_at")[:MOST]}
    return render(request, "sync.html", context)


@requires(Action.COMPLETE_INFO)
@require_POST
def choose(request: HttpRequest, conflict_id: int) -> HttpResponseBase:
    """Let one of two worksheets count."""
    person = person_of(request)
    mine = unblinded(person, exams_for(person, Action.COMPLETE_INFO))
    found = get_object_or_404(SheetConflict.objects.filter(exam__in=mine), pk=conflict_id)
    try:
        sheets.settle(found.pk, request.POST.get("kept", ""), person, timezone.now())
    except (Conflict, ValueError):
        messages.error(request, _("It was decided otherwise meanwhile; nothing was changed."))
    else:
        messages.success(request, _("This worksheet counts now, on both sides after the next exchange."))
    if exams_for(person, Action.SEE_SCANS).filter(pk=found.exam_id).exists():
        return redirect("exam", found.exam_id)
    return redirect("home")

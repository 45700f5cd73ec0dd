"""Which other scans come from the same screen, and does the same outline fit them?"""

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from storage.catalogue import layouts, quarantine
from storage.catalogue.models import SectorLayout
from storage.catalogue.scope import evidence_for, projects_for, scans_for
from supervision.roles import Action
from web.held import points_of
from web.permissions import person_of, requires

SHOWN = 24


@requires(Action.RELEASE_SCANS)
@require_safe
def alike(request: HttpRequest, layout_id: int) -> HttpResponseBase:
    """Show the held scans of one screen under one outline; only what was looked at can be released."""
    layout = _layout(request, layout_id)
    person = person_of(request)
    mine = scans_for(person, Action.RELEASE_SCANS).values("pk")
    pictured = evidence_for(person).filter(role="evidence").values("scan")
    fitting = quarantine.alike_to_layout(layout).filter(pk__in=mine).filter(pk__in=pictured)
    context = {
        "layout": layout,
        "outlines": [points_of(polygon) for polygon in layout.polygons],
        "scans": list(fitting.select_related("device")[:SHOWN]),
        "total": fitting.count(),
    }
    return render(request, "alike.html", context)


@requires(Action.RELEASE_SCANS)
@require_POST
def release_alike(request: HttpRequest, layout_id: int) -> HttpResponseBase:
    """Release the ticked scans with the outline."""
    layout = _layout(request, layout_id)
    chosen = [int(number) for number in request.POST.getlist("scan") if number.isdecimal() and len(number) < 19]
    if not chosen:
        messages.error(request, _("Nothing was released: tick the scans whose picture you have looked at."))
        return redirect("alike", layout.pk)
    done = len(quarantine.release_alike(layout.pk, chosen, person_of(request), timezone.now()))
    left = len(set(chosen)) - done
    messages.success(
        request,
        ngettext(
            "%(count)d scan goes on with this outline; every check runs again.",
            "%(count)d scans go on with this outline; every check runs again.",
            done,
        )
        % {"count": done},
    )
    if left:
        messages.warning(
            request,
            ngettext(
                "%(count)d scan was left out: somebody else decided on it meanwhile.",
                "%(count)d scans were left out: somebody else decided on them meanwhile.",
                left,
            )
            % {"count": left},
        )
    return redirect("alike", layout.pk)


@requires(Action.RELEASE_SCANS)
@require_POST
def retire(request: HttpRequest, layout_id: int) -> HttpResponseBase:
    """Let an outline guide nothing any more."""
    layouts.retire(_layout(request, layout_id).pk, person_of(request), timezone.now())
    messages.success(request, _("This outline is used no more. Scans released with it stay as they are."))
    return redirect("quarantine")


def _layout(request: HttpRequest, layout_id: int) -> SectorLayout:
    projects = projects_for(person_of(request), Action.RELEASE_SCANS)
    return get_object_or_404(SectorLayout, pk=layout_id, retired_at=None, project__in=projects)

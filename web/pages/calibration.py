"""Against what are scores held, since when, and what did that change?"""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pipeline.calibration import FEWEST_REVIEWS
from storage.catalogue.models import Calibration, Organisation
from storage.catalogue.scope import projects_for
from supervision.roles import Action
from web import calibration as values
from web.permissions import person_of, requires

VERSIONS_SHOWN = 12


@requires(Action.SEE_CALIBRATION)
@require_safe
def calibration(request: HttpRequest) -> HttpResponseBase:
    """Show what is usual in an organisation and the limits that follow; with `rule=` at every level."""
    projects = projects_for(person_of(request), Action.SEE_CALIBRATION)
    organisations = list(Organisation.objects.filter(projects__in=projects).distinct().order_by("name"))
    wanted = request.GET.get("organisation", "")
    chosen = next((one for one in organisations if one.code == wanted), organisations[0] if organisations else None)
    versions = list(Calibration.objects.filter(organisation=chosen).order_by("-version")[: VERSIONS_SHOWN + 1])
    current = next((one for one in versions if one.current), None)
    context: dict[str, object] = {
        "organisations": organisations,
        "chosen": chosen,
        "current": current,
        "earlier": [one for one in versions if one is not current],
        "absolute": values.absolute_rules(),
        "fewest": FEWEST_REVIEWS,
    }
    if current is not None:
        here = projects.filter(organisation=chosen)
        rules = values.moving_rules()
        asked = [rule for rule in rules if rule.name == request.GET.get("rule")]
        since = values.cut_offs_since(versions[versions.index(current) :])
        context |= {
            "tables": [values.table_of(rule, current, here) for rule in rules],
            "one": values.table_of(asked[0], current, here) if asked else None,
            "cut_offs": values.cut_offs_of(current),
            "since": since,
            "moved": values.moved_by(current, here),
        }
    return render(request, "calibration.html", context)

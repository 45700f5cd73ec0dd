"""What can be taken to other systems: the numbers of a period for DHIS2 and FHIR, and each final reading?"""

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from storage.catalogue.programme import current
from storage.catalogue.scope import projects_for
from storage.export import readings
from supervision.period import Period, PeriodKind
from supervision.roles import Action
from web.permissions import person_of, requires

ON_A_PAGE = 25
PERIODS = {PeriodKind.WEEK: 6, PeriodKind.MONTH: 6, PeriodKind.QUARTER: 4, PeriodKind.YEAR: 2}
"""How many of each kind are offered, the last one that is over first."""


@requires(Action.EXPORT)
@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """Offer the files; each is made when it is asked for, by the same operation as programs ask."""
    person, mapping = person_of(request), current().dhis2
    offered = [period for kind in PERIODS for period in _last(kind)]
    places = projects_for(person, Action.EXPORT).order_by("name")
    wanted = request.GET.get("period", "")
    usual = next(one for one in offered if one.kind is (mapping.period if mapping else PeriodKind.MONTH))
    chosen = next((one for one in offered if one.code == wanted), usual)
    page = Paginator(readings.readings_for(person), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "offered": offered,
        "chosen": chosen,
        "projects": places,
        "mapped": mapping is not None and places.filter(code__in=mapping.org_units).exists(),
        "fits": mapping is not None and mapping.period is chosen.kind,
        "page": page,
        "query": f"period={chosen.code}&",
    }
    return render(request, "export.html", context)


def _last(kind: PeriodKind) -> list[Period]:
    periods = [Period.holding(kind, timezone.now().date()).previous()]
    while len(periods) < PERIODS[kind]:
        periods.append(periods[-1].previous())
    return periods

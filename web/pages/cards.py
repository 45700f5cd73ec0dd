"""How does a set of clips leave as picture cards, for where no screen is?"""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from storage.catalogue import library
from storage.catalogue.models import Event
from supervision.roles import Action
from web.cards.card import MOST_CARDS, cards_of
from web.permissions import person_of, requires

TYPES = {
    "pdf": "application/pdf",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


@requires(Action.SEE_LIBRARY)
@require_safe
def cards(request: HttpRequest, form: str) -> HttpResponseBase:
    """Give the clips of a search, at most 40, as a PDF to print and cut or as slides; it is noted as an export."""
    if form not in TYPES:
        raise Http404
    person = person_of(request)
    asked = {name: request.GET.get(name, "") for name in ("exam_type", "defect", "finding")}
    if not asked["finding"].isidentifier():
        asked["finding"] = ""
    found = library.library(
        person, exam_type=asked["exam_type"], defect=asked["defect"], finding=asked["finding"]
    ).select_related("review")[:MOST_CARDS]
    made = cards_of(found)
    if not made:
        messages.info(request, _("No clip fits, so there is no card."))
        return redirect("library")
    note = _("Sonorelay teaching library, %(day)s. De-identified; for teaching only.") % {
        "day": timezone.localdate().isoformat()
    }
    if form == "pdf":
        from web.cards.pdf import as_pdf  # the typesetter is only wanted here

        content = as_pdf(made, language=get_language() or "en", note=note)
    else:
        from web.cards.pptx import as_pptx

        content = as_pptx(made, note=note)
    facts = {"cards": len(made), "form": form}
    Event.objects.create(at=timezone.now(), what="cards_exported", person=person, facts=facts)
    response = HttpResponse(content, content_type=TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="sonorelay-cards.{form}"'
    return response

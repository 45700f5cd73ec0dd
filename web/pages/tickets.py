"""What is wrong with a device, what was done about it, and what is to be done now?"""

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from storage.catalogue import tickets
from storage.catalogue.models import Person, Ticket
from storage.catalogue.scope import projects_for
from supervision.roles import Action
from supervision.tickets import LONGEST_NOTE, Fault, What, downtime
from web import devices as words
from web.charts.face_now import face_now
from web.permissions import person_of, requires

NEXT = (What.ACKNOWLEDGED, What.SENT_FOR_REPAIR, What.RESOLVED, What.REOPENED)
"""What is the next step, the first that is possible."""


@requires(Action.SEE_DEVICES)
@require_safe
def ticket(request: HttpRequest, ticket_id: int) -> HttpResponseBase:
    """Show a ticket with its evidence, which is numbers and a curve: no scan, no patient."""
    person = person_of(request)
    found = get_object_or_404(tickets.tickets_for(person), pk=ticket_id)
    entries = list(found.entries.all())
    acts = _acts(person, found)
    context = {
        "ticket": found,
        "said": words.fault_in_words(found.kind, found.facts) if found.kind != Fault.REPORTED else "",
        "advice": words.ADVICE[found.kind],
        "face": face_now(found.face, _marks(found)) if found.face else "",
        "entries": [(entry, words.ENTRIES.get(entry.what, entry.what)) for entry in entries],
        "downtime": downtime([(entry.at, What(entry.what)) for entry in entries], timezone.now()),
        "acts": [(what.value, words.ACTS[what]) for what in acts if what is not What.NOTE],
        "next": next((what.value for what in NEXT if what in acts), ""),
        "notes": What.NOTE in acts,
        "longest": LONGEST_NOTE,
    }
    return render(request, "ticket.html", context)


@requires(Action.REPORT_DEVICES)
@require_POST
def act(request: HttpRequest, ticket_id: int) -> HttpResponseBase:
    """Do one thing with a ticket; a note may go with it."""
    person = person_of(request)
    found = get_object_or_404(tickets.tickets_for(person), pk=ticket_id)
    what = request.POST.get("what", "")
    if what not in {one.value for one in _acts(person, found)}:
        messages.error(request, _("Nothing was changed: that cannot be done with this ticket now."))
        return redirect("ticket", found.pk)
    try:
        tickets.act(found.pk, What(what), person, timezone.now(), request.POST.get("note", ""))
    except ValueError:
        messages.error(request, _("Nothing was changed: write a note of at most 500 characters."))
        return redirect("ticket", found.pk)
    messages.success(request, _("Noted with your name."))
    return redirect("ticket", found.pk)


def _acts(person: Person, found: Ticket) -> tuple[What, ...]:
    """Return what this person may do with the ticket now."""
    here = found.device.project_id
    if projects_for(person, Action.TEND_DEVICES).filter(pk=here).exists():
        return tickets.possible_acts(found)
    return (What.NOTE,) if projects_for(person, Action.REPORT_DEVICES).filter(pk=here).exists() else ()


def _marks(found: Ticket) -> list[tuple[float, float, str]]:
    facts = found.facts
    if found.kind not in (Fault.ELEMENT, Fault.IN_AIR) or "place" not in facts:
        return []
    return words.marks_of([(facts["place"], facts.get("width", 0.02), facts.get("hearing", ""))])

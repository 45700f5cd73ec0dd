"""How does an arbiter decide between two readings, once their own is in?"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pipeline.errors import Conflict
from storage.catalogue import arbitration
from storage.catalogue.models import Person, ReviewItem
from supervision.readings import JUDGES, Decided, Reading
from supervision.review_form import form_of
from supervision.roles import Action
from web.exam_to_read import exam_to_read
from web.failures import tell_conflict
from web.pages.review import item_for
from web.permissions import person_of, requires
from web.reading_words import DECIDED, DIFFERENCES, SENTENCES
from web.two_readings import lines_of

DIGITS = "4567890"  # after those of the three readings


@requires(Action.ARBITRATE)
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, item_id: int) -> HttpResponseBase:
    """Show what was read side by side with the arbiter's own reading, and keep the decision."""
    person = person_of(request)
    item = item_for(item_id, person)
    if Reading(item.reading) not in JUDGES:
        return redirect("review", item.pk)
    if request.method == "POST":
        return _decide(request, person, item)
    if item.done_at is not None:
        raise Conflict("already_reviewed")
    if not item.reviews.filter(reviewer=person).exists():
        return redirect("review", item.pk)
    return _show(request, person, item)


def _decide(request: HttpRequest, person: Person, item: ReviewItem) -> HttpResponseBase:
    chosen, note = request.POST.get("chosen", ""), request.POST.get("note", "")
    reasons = [Decided(one) for one in request.POST.getlist("reasons") if one in list(Decided)]
    error = ""
    if chosen not in ("first", "second", "own"):
        error = _("Choose the reading that counts.")
    elif not reasons:
        error = _("Choose at least one reason.")
    elif len(note) > arbitration.LONGEST_NOTE or "\x00" in note:
        error = _("The note is too long.")
    if error:
        return _show(request, person, item, error, status=422)
    try:
        arbitration.decide(item.pk, person, chosen, reasons, note, timezone.now())  # type: ignore[arg-type]
    except Conflict as conflict:
        return tell_conflict(request, conflict, kept_text=note)
    except ValueError:  # a second reading is asked for where there is none: an appeal
        return _show(request, person, item, _("Choose the reading that counts."), status=422)
    messages.success(request, _("Decided. The trainee gets the reading that counts."))
    return redirect("queue")


def _show(request: HttpRequest, person: Person, item: ReviewItem, error: str = "", status: int = 200) -> HttpResponse:
    both = arbitration.both(item.pk, person)
    exam = exam_to_read(item, person, timezone.now())
    named = [("first", both.first), ("second", both.second), ("own", both.blind)]
    shown = [(code, review) for code, review in named if review is not None]
    context = {
        "exam": exam,
        "appeal": both.second is None,
        "columns": [(n, code, review) for n, (code, review) in enumerate(shown, 1)],
        "lines": lines_of([form_of(review.form) for _code, review in shown], exam.exam_type),
        "differences": [DIFFERENCES[one] for one in both.differences],
        "reasons": list(zip(DIGITS, DECIDED.items(), strict=True)),
        "chosen": request.POST.get("chosen", ""),
        "given": request.POST.getlist("reasons"),
        "note": request.POST.get("note", ""),
        "words": {name: str(SENTENCES[name]) for name in ("minutes", "signed_out")},
        "longest": arbitration.LONGEST_NOTE,
        "error": error,
    }
    return render(request, "arbitration.html", context, status=status)

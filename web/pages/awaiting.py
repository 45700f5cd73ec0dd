"""Which scans cannot be read yet because somebody must say who made them, what they show, or answer a question?"""

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from storage.catalogue import quarantine, worksheets
from storage.catalogue.models import Person, Scan
from storage.catalogue.scope import scans_for
from storage.catalogue.trainees import trainees_of
from supervision.exam_types import exam_types
from supervision.roles import Action
from supervision.worksheet import Worksheet
from web.media import picture_of
from web.permissions import person_of, requires

SHOWN = 25


@requires(Action.COMPLETE_INFO)
@require_safe
def awaiting(request: HttpRequest) -> HttpResponseBase:
    """List scans with missing details, oldest first, each with its own small form."""
    waiting = scans_for(person_of(request), Action.COMPLETE_INFO)
    shown = list(waiting.select_related("project", "trainee").order_by("received_at", "pk")[:SHOWN])
    trainees = {
        scan.project_id: list(trainees_of(scan.project).order_by("last_name", "username"))
        for scan in shown
        if scan.trainee_id is None
    }
    rows = [
        {"scan": scan, "picture": picture_of(scan), "trainees": trainees.get(scan.project_id, [])} for scan in shown
    ]
    context = {
        "rows": rows,
        "total": waiting.count(),
        "exam_types": exam_types(),
        "questions": quarantine.open_questions(person_of(request)).select_related("scan__project")[:SHOWN],
    }
    return render(request, "awaiting.html", context)


@requires(Action.COMPLETE_INFO)
@require_POST
def complete(request: HttpRequest, scan_id: int) -> HttpResponseBase:
    """Keep what was missing and send the scan to the queue."""
    person = person_of(request)
    scan = get_object_or_404(scans_for(person, Action.COMPLETE_INFO), pk=scan_id)
    exam_type = exam_types().get(request.POST.get("exam_type", scan.exam_type))
    trainee = _trainee(request, scan)
    if exam_type is None or trainee is None:
        messages.error(request, _("Choose the exam type and who scanned; nothing was changed."))
    else:
        worksheets.complete(scan.exam_id, Worksheet(exam_type), trainee, person, timezone.now())
        messages.success(request, _("Scan %(scan)s now waits for review.") % {"scan": scan.short_id})
    return redirect("awaiting")


@requires(Action.ANSWER_QUESTIONS)
@require_POST
def answer(request: HttpRequest, scan_id: int) -> HttpResponseBase:
    """Keep the sender's answer to the question about a scan that is held back."""
    person = person_of(request)
    scan = get_object_or_404(scans_for(person, Action.ANSWER_QUESTIONS), pk=scan_id)
    try:
        quarantine.answer(scan.pk, request.POST.get("answer", ""), person, timezone.now())
    except ValueError:
        messages.error(request, _("Choose an answer; nothing was changed."))
    else:
        messages.success(request, _("Thank you. The data officer reads your answer and decides."))
    own = scan.trainee_id == person.pk and request.POST.get("from") == "my-scans"
    return redirect("my-scans" if own else "awaiting")


def _trainee(request: HttpRequest, scan: Scan) -> Person | None:
    if scan.trainee is not None:
        return scan.trainee
    chosen = request.POST.get("trainee", "")
    return trainees_of(scan.project).filter(pk=int(chosen)).first() if chosen.isdecimal() else None

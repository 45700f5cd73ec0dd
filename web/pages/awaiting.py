"""Which exams cannot be read yet because somebody must say who made them and what they show, or answer a question?"""

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from storage.catalogue import quarantine
from storage.catalogue.blinding import hidden_in
from storage.catalogue.scope import exams_for, scans_for
from supervision.blinding import Hidden
from supervision.roles import Action
from supervision.states import Stage
from web.media import picture_of
from web.permissions import person_of, requires

SHOWN = 25


@requires(Action.COMPLETE_INFO)
@require_safe
def awaiting(request: HttpRequest) -> HttpResponseBase:
    """List exams with missing details, oldest first; each leads to its worksheet."""
    person = person_of(request)
    waiting = exams_for(person, Action.COMPLETE_INFO).filter(stage=Stage.AWAITING_INFO)
    shown = waiting.select_related("project", "trainee").prefetch_related("clips__objects_stored")
    exams = list(shown.order_by("began_at", "pk")[:SHOWN])
    hidden = hidden_in(person, exams)
    rows = [
        {
            "exam": exam,
            "pictures": [picture_of(clip) for clip in exam.clips.all()],
            "site": None if Hidden.SITE in hidden[exam.pk] else exam.project.name,
            "trainee": None if Hidden.TRAINEE in hidden[exam.pk] or exam.trainee == person else exam.trainee,
        }
        for exam in exams
    ]
    context = {
        "rows": rows,
        "total": waiting.count(),
        "questions": quarantine.open_questions(person).select_related("scan__project")[:SHOWN],
    }
    return render(request, "awaiting.html", context)


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

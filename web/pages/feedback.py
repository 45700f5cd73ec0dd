"""What does the trainee do with feedback, and what does the expert answer?"""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pipeline.errors import Conflict
from storage.catalogue import feedback, readings
from storage.catalogue.models import Exam, Feedback
from supervision.feedback import LONGEST_REPLY, Step
from supervision.roles import Action
from web.feedback_sheet import FeedbackSheet, Said, sheet_of, steps_of
from web.pages.trainee import exam_of
from web.permissions import person_of, requires

LATEST = 25


@requires(Action.SEE_OWN_SCANS)
@require_POST
def acknowledge(request: HttpRequest, exam_id: int) -> HttpResponseBase:
    """Note that the trainee has read and understood."""
    person = person_of(request)
    exam = exam_of(person, exam_id)
    feedback.acknowledge(_named(request, exam).pk, person, timezone.now())
    messages.success(request, _("Noted. It stays open for questions for 30 days."))
    return redirect("my-exam", exam.pk)


@requires(Action.SEE_OWN_SCANS)
@require_POST
def reply(request: HttpRequest, exam_id: int) -> HttpResponseBase:
    """Send the trainee's words to the expert."""
    return _say(request, exam_id, Step.REPLIED)


@requires(Action.SEE_OWN_SCANS)
@require_POST
def appeal(request: HttpRequest, exam_id: int) -> HttpResponseBase:
    """Ask for another reading, by an arbiter."""
    return _say(request, exam_id, Step.APPEALED)


def _say(request: HttpRequest, exam_id: int, what: Step) -> HttpResponseBase:
    person = person_of(request)
    exam = exam_of(person, exam_id)
    send = feedback.appeal if what is Step.APPEALED else feedback.reply
    try:
        send(_named(request, exam).pk, person, request.POST.get("text", ""), timezone.now())
    except ValueError:
        messages.error(request, _nothing_sent())
    except Conflict as conflict:
        messages.error(request, conflict.text.say(get_language() or "en"))
    else:
        appealed = _("Your appeal is with an arbiter, who reads the exam without knowing what was said of it.")
        messages.success(request, appealed if what is Step.APPEALED else _("Sent to the expert."))
    return redirect("my-exam", exam.pk)


@requires(Action.REVIEW)
@require_safe
def replies(request: HttpRequest) -> HttpResponseBase:
    """Show what trainees wrote back on the person's readings, waiting ones first; and what can be amended."""
    person = person_of(request)
    waiting = list(feedback.unanswered_by(person).values_list("feedback", flat=True))
    shown = feedback.replied_to(person).select_related("review__reviewer", "review__exam__project")
    shown = shown.select_related("review__exam__trainee")
    open_ones = sorted(shown.filter(pk__in=waiting), key=lambda one: waiting.index(one.pk))
    answered = shown.exclude(pk__in=waiting)[:LATEST]
    context = {
        "waiting": _rows(open_ones),
        "answered": _rows(answered),
        "amendable": readings.amendable_by(person)[:LATEST],
        "longest": LONGEST_REPLY,
    }
    return render(request, "replies.html", context)


@requires(Action.REVIEW)
@require_POST
def answer(request: HttpRequest, feedback_id: int) -> HttpResponseBase:
    """Send the expert's answer to the trainee."""
    person = person_of(request)
    found = get_object_or_404(feedback.replied_to(person), pk=feedback_id)
    try:
        feedback.answer(found.pk, person, request.POST.get("text", ""), timezone.now())
    except ValueError:
        messages.error(request, _nothing_sent())
    else:
        messages.success(request, _("Sent to the trainee."))
    return redirect("replies")


def _rows(several: Iterable[Feedback]) -> list[tuple[FeedbackSheet, Exam, list[Said]]]:
    return [(sheet_of(one, one.review.exam), one.review.exam, steps_of(one)) for one in several]


def _named(request: HttpRequest, exam: Exam) -> Feedback:
    """Return the feedback that the page showed when it was sent."""
    number = request.POST.get("feedback", "")
    return get_object_or_404(Feedback, review__exam=exam, pk=number if number.isdecimal() else 0)


def _nothing_sent() -> str:
    return _("Nothing was sent: write between 1 and %(most)d characters.") % {"most": LONGEST_REPLY}

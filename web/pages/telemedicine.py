"""Which questions about patients wait for a specialist, and what came of mine?"""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from storage.catalogue import telemedicine
from storage.catalogue.models import Escalation, Person
from storage.catalogue.scope import exams_for, may
from supervision.escalation import DONE, LONGEST_NOTE, OUTCOMES, QUESTIONS, SPECIALTIES, What
from supervision.roles import Action
from web.media import picture_of
from web.permissions import person_of, requires
from web.telemedicine import ACTS, acts_for, lines_of, missing_in_words, site_of

SHOWN = 50


class Asking(forms.Form):
    """The question to a specialist as the browser sends it."""

    question = forms.ChoiceField(
        choices=[(code, code) for code in QUESTIONS],
        error_messages={"required": gettext_lazy("Choose what you want to know.")},
    )
    specialty = forms.ChoiceField(
        choices=[(code, code) for code in SPECIALTIES],
        error_messages={"required": gettext_lazy("Choose who should answer.")},
    )
    consent = forms.BooleanField(
        error_messages={"required": gettext_lazy("Ask the patient first; without consent nothing is sent.")}
    )
    critical = forms.BooleanField(required=False)
    note = forms.CharField(required=False, max_length=LONGEST_NOTE, strip=True)


@requires(Action.COORDINATE, Action.ESCALATE)
@require_safe
def inbox(request: HttpRequest) -> HttpResponseBase:
    """List what waits for the coordinator, and what the person asked, scanned or read."""
    person = person_of(request)
    mine = telemedicine.concerning(person)
    context = {
        "coordinates": may(person, Action.COORDINATE),
        "waiting": [(one, site_of(person, one.exam)) for one in telemedicine.inbox(person)[:SHOWN]],
        "waiting_total": telemedicine.inbox(person).count(),
        "mine": [(one, site_of(person, one.exam)) for one in mine[:SHOWN]],
        "now": timezone.now(),
    }
    return render(request, "telemedicine.html", context)


@requires(Action.ESCALATE)
@require_http_methods(["GET", "HEAD", "POST"])
def escalate(request: HttpRequest, exam_id: int) -> HttpResponseBase:
    """Ask a specialist about the patient of this exam; what a specialist would ask back for is told first."""
    person = person_of(request)
    exam = get_object_or_404(telemedicine.escalable(person).select_related("project"), pk=exam_id)
    pending = exam.escalations.filter(closed_at=None).first()
    if pending is not None and request.method != "POST":
        return redirect("escalation", pending.pk)
    form = Asking(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        raised = telemedicine.escalate(exam.pk, person, now=timezone.now(), **form.cleaned_data)
        messages.success(request, _("The question is with the coordinator of telemedicine."))
        return redirect("escalation", raised.pk)
    lacking = [path for path in telemedicine.lacking(exam) if path not in ("question", "consent")]
    context = {
        "exam": exam,
        "form": form,
        "lacking": missing_in_words(exam, lacking),
        "completes": exams_for(person, Action.COMPLETE_INFO).filter(pk=exam.pk).exists(),
        "questions": QUESTIONS.items(),
        "specialties": SPECIALTIES.items(),
        "longest": LONGEST_NOTE,
    }
    return render(request, "escalate.html", context, status=422 if form.errors else 200)


@requires(Action.COORDINATE, Action.ESCALATE, Action.SEE_SCANS, Action.SEE_OWN_SCANS, Action.REVIEW)
@require_safe
def escalation(request: HttpRequest, escalation_id: int) -> HttpResponseBase:
    """Show a question to telemedicine with its pictures, its history and what can be done now."""
    person = person_of(request)
    found = _visible(person, escalation_id)
    return _show(request, person, found)


@requires(Action.COORDINATE, Action.ESCALATE)
@require_POST
def act(request: HttpRequest, escalation_id: int) -> HttpResponseBase:
    """Do one thing with it; a note and a code may go with it."""
    person = person_of(request)
    found = _visible(person, escalation_id)
    what = request.POST.get("what", "")
    if what not in {one.value for one in acts_for(person, found)}:
        messages.error(request, _("Nothing was changed: that cannot be done with this question now."))
        return redirect("escalation", found.pk)
    code = request.POST.get("outcome" if what == What.ANSWERED else "done", "")
    try:
        telemedicine.act(found.pk, What(what), person, timezone.now(), code=code, note=request.POST.get("note", ""))
    except ValueError:
        messages.error(request, _("Nothing was changed: choose an answer from the list, or write what you ask."))
        return _show(request, person, found, kept=request.POST.get("note", ""), status=422)
    messages.success(request, _("Noted with your name."))
    return redirect("escalation", found.pk)


def _visible(person: Person, escalation_id: int) -> Escalation:
    return get_object_or_404(telemedicine.visible(person).select_related("exam__project", "taken_by"), pk=escalation_id)


def _show(
    request: HttpRequest, person: Person, found: Escalation, *, kept: str = "", status: int = 200
) -> HttpResponse:
    acts = acts_for(person, found)
    clips = found.exam.clips.prefetch_related("objects_stored").order_by("captured_at", "pk")
    context = {
        "escalation": found,
        "exam": found.exam,
        "site": site_of(person, found.exam),
        "question": QUESTIONS[found.question],
        "specialty": SPECIALTIES[found.specialty],
        "outcome": OUTCOMES.get(found.outcome),
        "done": DONE.get(found.done),
        "missing": missing_in_words(found.exam, found.missing),
        "pictures": [picture for picture in (picture_of(clip) for clip in clips) if picture],
        "lines": lines_of(found, person),
        "acts": [(what.value, ACTS[what]) for what in acts],
        "outcomes": OUTCOMES.items() if What.ANSWERED in acts else (),
        "deeds": DONE.items() if What.DONE in acts else (),
        "exam_page": exams_for(person, Action.SEE_SCANS).filter(pk=found.exam_id).exists(),
        "kept": kept,
        "longest": LONGEST_NOTE,
        "now": timezone.now(),
    }
    return render(request, "escalation.html", context, status=status)

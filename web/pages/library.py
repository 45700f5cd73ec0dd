"""Which clips teach, and who decides what is in the library?"""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from storage.catalogue import library
from storage.catalogue.exam_catalogue import types_of
from storage.catalogue.models import Person
from storage.catalogue.scope import may
from supervision.exam_types import ExamType
from supervision.rating import Cause
from supervision.roles import Action
from supervision.teaching import Nomination
from web.library import lesson_of
from web.permissions import person_of, requires
from web.reading_words import CAUSES

ON_A_PAGE = 24


@requires(Action.SEE_LIBRARY)
@require_safe
def browse(request: HttpRequest) -> HttpResponseBase:
    """List the clips by exam, defect and finding."""
    person = person_of(request)
    everything = library.library(person)
    known = _types(person)
    asked = {name: request.GET.get(name, "") for name in ("exam_type", "defect", "finding")}
    exam_type = known.get(asked["exam_type"])
    findings = {one.code: one.label for one in exam_type.questions} if exam_type else {}
    if asked["finding"] not in findings:
        asked["finding"] = ""
    found = library.library(person, exam_type=asked["exam_type"], defect=asked["defect"], finding=asked["finding"])
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    there = set(everything.order_by().values_list("exam_type", flat=True))
    context = {
        "page": page,
        "lessons": [lesson_of(clip) for clip in page.object_list],
        "asked": asked,
        "query": "".join(f"{name}={value}&" for name, value in asked.items() if value),
        "exam_types": [(code, one.label) for code, one in known.items() if code in there],
        "defects": [(cause.value, CAUSES[cause]) for cause in Cause],
        "findings": findings.items(),
        "waiting": library.nominated(person).count() if may(person, Action.DECIDE_TEACHING) else 0,
        "learns": everything.exclude(answers={}).exists(),
    }
    return render(request, "library.html", context)


@requires(Action.SEE_LIBRARY, Action.DECIDE_TEACHING)
@require_safe
def clip(request: HttpRequest, clip_id: int) -> HttpResponseBase:
    """Show one clip with what it teaches; whoever decides finds the decision here."""
    person = person_of(request)
    found = library.library(person).filter(pk=clip_id).first()
    decides = library.decidable(person).filter(pk=clip_id).select_related("scan", "nominated_by", "review").first()
    shown = decides or found
    if shown is None:
        get_object_or_404(library.library(person), pk=clip_id)
    assert shown is not None  # noqa: S101 - the line above has answered 404
    lesson = lesson_of(shown)
    context: dict[str, Any] = {
        "lesson": lesson,
        "pictures": [lesson.picture] if lesson.picture else [],
        "decides": decides,
        "state": shown.state,
    }
    return render(request, "library_clip.html", context)


@requires(Action.DECIDE_TEACHING)
@require_safe
def nominations(request: HttpRequest) -> HttpResponseBase:
    """List what was proposed, oldest first."""
    waiting = library.nominated(person_of(request)).select_related("scan", "nominated_by")
    page = Paginator(waiting, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "lessons": [lesson_of(one) for one in page.object_list]}
    return render(request, "nominations.html", context)


@requires(Action.DECIDE_TEACHING)
@require_POST
def decide(request: HttpRequest, clip_id: int) -> HttpResponseBase:
    """Let a clip in, decline it, or take it out."""
    person = person_of(request)
    found = get_object_or_404(library.decidable(person), pk=clip_id)
    state = request.POST.get("state", "")
    if state not in (Nomination.APPROVED, Nomination.DECLINED, Nomination.WITHDRAWN):
        messages.error(request, _("Nothing was changed: choose what is to become of the clip."))
        return redirect("library-clip", found.pk)
    try:
        library.decide(found.pk, Nomination(state), person, timezone.now(), consent="consent" in request.POST)
    except ValueError:
        messages.error(request, _("Nothing was changed: a clip teaches only with the patient's consent on paper."))
        return redirect("library-clip", found.pk)
    messages.success(request, _SAID[Nomination(state)]())
    return redirect("nominations" if state != Nomination.WITHDRAWN else "library")


_SAID = {
    Nomination.APPROVED: lambda: _("The clip is in the teaching library."),
    Nomination.DECLINED: lambda: _("The clip stays out of the library."),
    Nomination.WITHDRAWN: lambda: _("The clip is out of the library, for everybody, from now on."),
}


def _types(person: Person) -> dict[str, ExamType]:
    """Return the exam types of the organisations whose library the person may see."""
    known: dict[str, ExamType] = {}
    organisations = library.library(person).order_by().values_list("organisation", flat=True).distinct()
    for organisation in organisations:
        known |= types_of(organisation)
    return known

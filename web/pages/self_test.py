"""Do I recognise what a clip shows? A test that nobody else sees."""

from random import SystemRandom

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from storage.catalogue import library
from storage.catalogue.models import Person, TeachingClip
from supervision.rating import Answer
from supervision.roles import Action
from web.library import Lesson, lesson_of
from web.permissions import person_of, requires
from web.reading_words import ANSWERS

SAYABLE = (Answer.POSITIVE, Answer.NEGATIVE, Answer.INDETERMINATE)
_random = SystemRandom()


@requires(Action.SEE_LIBRARY)
@require_safe
def overview(request: HttpRequest) -> HttpResponseBase:
    """List what one can be tested on, and how well it went so far."""
    person = person_of(request)
    results = library.results(person)
    rows = [
        {"code": code, "clips": clips, "new": new, "result": results.get(code)}
        for code, clips, new in library.types_to_test(person)
    ]
    return render(request, "self_test.html", {"rows": rows, "all": results[""]})


@requires(Action.SEE_LIBRARY)
@require_safe
def start(request: HttpRequest, exam_type: str) -> HttpResponseBase:
    """Open a clip of this type, one that is new to the person as long as there is one."""
    clip = library.next_to_test(person_of(request), exam_type, _random)
    if clip is None:
        messages.info(request, _("There is no clip of this kind to test yourself on."))
        return redirect("self-test")
    return redirect("self-test-clip", clip.pk)


@requires(Action.SEE_LIBRARY)
@require_http_methods(["GET", "HEAD", "POST"])
def clip(request: HttpRequest, clip_id: int) -> HttpResponseBase:
    """Ask what the clip shows, without saying it; tell the truth after the answer."""
    person = person_of(request)
    found = get_object_or_404(library.testable(person), pk=clip_id)
    lesson = lesson_of(found)
    if request.method != "POST":
        return _ask(request, lesson)
    said = {code: request.POST.get(f"q.{code}", "") for code in found.answers}
    if any(one not in SAYABLE for one in said.values()):
        return _ask(request, lesson, said, status=422)
    told = library.answer(found.pk, person, {code: Answer(one) for code, one in said.items()}, timezone.now())
    return _tell(request, person, found, lesson, told)


def _ask(request: HttpRequest, lesson: Lesson, said: dict[str, str] | None = None, status: int = 200) -> HttpResponse:
    """Give the page no more than it may show: not the defect, not the truth."""
    kept = said or {}
    context = {
        "clip": lesson.clip.pk,
        "exam": lesson.exam,
        "pictures": [lesson.picture] if lesson.picture else [],
        "questions": [(one.code, one.label, kept.get(one.code, "")) for one in lesson.questions],
        "answers": [(answer.value, ANSWERS[answer]) for answer in SAYABLE],
        "incomplete": said is not None,
    }
    return render(request, "self_test_clip.html", context, status=status)


def _tell(
    request: HttpRequest,
    person: Person,
    clip: TeachingClip,
    lesson: Lesson,
    told: library.Told,
) -> HttpResponse:
    labels = {one.code: one.label for one in lesson.questions}
    rows = [
        {"label": labels[code], "said": ANSWERS[said], "truth": ANSWERS[truth], "right": said is truth}
        for code, (said, truth) in told.items()
    ]
    context = {
        "lesson": lesson,
        "pictures": [lesson.picture] if lesson.picture else [],
        "rows": rows,
        "code": clip.exam_type,
        "result": library.results(person)[clip.exam_type],
    }
    return render(request, "self_test_told.html", context)

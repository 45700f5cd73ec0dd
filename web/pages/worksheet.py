"""What did I see? The worksheet of one exam, for a phone: usually three taps."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from pipeline.errors import Conflict
from storage.catalogue import exams, grouping, worksheets
from storage.catalogue.blinding import hidden_from
from storage.catalogue.models import Exam, Person, ReviewItem
from storage.catalogue.programme import current
from storage.catalogue.scope import exams_for
from storage.catalogue.trainees import trainees_of
from supervision.blinding import Hidden
from supervision.exam_types import ExamType
from supervision.priority import Clock
from supervision.roles import Action
from supervision.states import Stage
from supervision.worksheet import AgeBand, Sex, Urgency
from web.media import picture_of
from web.permissions import person_of, requires
from web.reading_words import AGES, SEXES
from web.worksheet import APART, CAN_BE_SAID, Filled, blank, chosen_type, filled_in, rows_of, types_for

COULD_BELONG = 6


@requires(Action.COMPLETE_INFO)
@require_http_methods(["GET", "HEAD", "POST"])
def worksheet(request: HttpRequest, exam_id: int) -> HttpResponseBase:
    """Show the worksheet of an exam and keep what is sent; once somebody reads the exam it is only shown."""
    person = person_of(request)
    exam = get_object_or_404(exams_for(person, Action.COMPLETE_INFO).select_related("project", "trainee"), pk=exam_id)
    if exams.begun(exam):
        return render(request, "worksheet_said.html", _said(exam, person))
    exam_type = chosen_type(exam, request.POST.get("exam_type") or request.GET.get("type"))
    if request.method != "POST" or exam_type is None:
        if "sent" in request.GET:
            return render(request, "worksheet_sent.html", _sent(exam, person))
        filled = blank(exam, exam_type, worksheets.sheet_of(exam)) if exam_type else None
        return render(request, "worksheet.html", _asked(exam, person, exam_type, filled))
    filled = filled_in(request.POST, exam, exam_type)
    unsure = filled.sheet.urgency is Urgency.CRITICAL and not filled.sure
    if filled.errors or unsure:
        return render(request, "worksheet.html", _asked(exam, person, exam_type, filled, confirm=unsure))
    try:
        _keep(exam, filled, person)
    except Conflict:
        return redirect("worksheet", exam.pk)
    return redirect(f"{reverse('worksheet', args=[exam.pk])}?sent=1")


def _keep(exam: Exam, filled: Filled, person: Person) -> None:
    """Split, join and complete in one; Conflict where somebody has begun to read one of the exams."""
    now = timezone.now()
    offered = _could_belong(exam, person).filter(pk__in=filled.joined).order_by("pk").values_list("pk", flat=True)
    with transaction.atomic():
        for other in list(offered):
            grouping.join(exam.pk, other, person, now)
        if filled.apart:
            grouping.split(exam.pk, filled.apart, person, now)
        worksheets.complete(exam.pk, filled.sheet, filled.trainee, person, now)


def _asked(
    exam: Exam, person: Person, exam_type: ExamType | None, filled: Filled | None, *, confirm: bool = False
) -> dict[str, object]:
    """Return what the form shows: the clips, the types to choose from, and what stands in it so far."""
    lately, others = types_for(exam, person)
    near = list(_could_belong(exam, person)[:COULD_BELONG])
    said, shows = {}, {}
    if filled is not None:
        said = dict(filled.sheet.answers)
        shows = {**filled.sheet.views, **dict.fromkeys(filled.apart, APART)}
    shown = _shown(exam, person)
    return {
        **shown,
        "clips": [(clip, picture, shows.get(clip.pk, "")) for clip, picture in shown["clips"]],
        "questions": [(one, said.get(one.code)) for one in exam_type.questions] if exam_type else [],
        "exam_type": exam_type,
        "lately": lately,
        "others": others,
        "filled": filled,
        "confirm": confirm,
        "critical_hours": current().clocks.hours(Clock.P0),
        "trainees": [] if exam.trainee else list(trainees_of(exam.project).order_by("last_name", "username")),
        "answers": CAN_BE_SAID.items(),
        "ages": [(code, word) for code, word in AGES.items() if code is not AgeBand.UNKNOWN],
        "sexes": [(code, word) for code, word in SEXES.items() if code is not Sex.UNKNOWN],
        "near": [(one, [picture_of(clip) for clip in one.clips.all()[:3]]) for one in near],
        "apart": APART,
    }


def _sent(exam: Exam, person: Person) -> dict[str, object]:
    """Return what happens next with an exam whose worksheet was sent, and what else waits."""
    waiting = exams_for(person, Action.COMPLETE_INFO).filter(stage=Stage.AWAITING_INFO)
    return {
        **_shown(exam, person),
        "item": ReviewItem.objects.filter(exam=exam, done_at=None).first(),
        "next": waiting.exclude(pk=exam.pk).order_by("began_at", "pk").first(),
        "waiting": waiting.count(),
    }


def _said(exam: Exam, person: Person) -> dict[str, object]:
    """Return what was said of an exam that somebody reads or has read."""
    return {**_shown(exam, person), "rows": rows_of(worksheets.sheet_of(exam))}


def _shown(exam: Exam, person: Person) -> dict[str, Any]:
    hidden = hidden_from(person, exam)
    clips = exam.clips.order_by("captured_at", "pk").prefetch_related("objects_stored")
    pairs = [(clip, picture_of(clip)) for clip in clips]
    return {
        "exam": exam,
        "clips": pairs,
        "pictures": [picture for _, picture in pairs],
        "trainee": None if Hidden.TRAINEE in hidden or exam.trainee_id == person.pk else exam.trainee,
        "site": None if Hidden.SITE in hidden else exam.project.name,
    }


def _could_belong(exam: Exam, person: Person) -> QuerySet[Exam]:
    mine = exams_for(person, Action.COMPLETE_INFO).values("pk")
    return grouping.could_belong(exam).filter(pk__in=mine).prefetch_related("clips__objects_stored")

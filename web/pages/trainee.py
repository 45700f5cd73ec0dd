"""What became of my exams, what did the expert say, and what should I change next?"""

from django.core.paginator import Paginator
from django.db.models import Exists, F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from storage.catalogue import feedback, plans
from storage.catalogue.exam_catalogue import type_of
from storage.catalogue.models import Exam, Feedback, Person, Scan
from storage.catalogue.quarantine import open_questions
from storage.catalogue.scope import exams_for, scans_for
from supervision.feedback import LONGEST_REPLY, Step
from supervision.rating import Cause
from supervision.roles import Action
from supervision.states import Stage, State
from web.feedback_sheet import sheet_of, steps_of
from web.findings import judgement_of
from web.media import Picture, picture_of
from web.permissions import person_of, requires
from web.release_report import report_of

ON_A_PAGE = 25
MOST_ON_THE_WAY = 50
ON_THE_WAY = (State.RECEIVED, State.REJECTED, State.WITHHELD, State.FAILED)


@requires(Action.SEE_OWN_SCANS)
@require_safe
def my_scans(request: HttpRequest) -> HttpResponseBase:
    """List the person's own exams, unread and newest feedback first, and the files that are on their way or refused."""
    person = person_of(request)
    unread = feedback.unread_of(person)
    released = Feedback.objects.filter(review__exam=OuterRef("pk")).order_by("-released_at").values("released_at")[:1]
    exams = (
        exams_for(person, Action.SEE_OWN_SCANS)
        .select_related("project")
        .annotate(fresh=Exists(unread.filter(review__exam=OuterRef("pk"))), released=Subquery(released))
    )
    shown = exams.order_by("-fresh", Coalesce(F("released"), F("began_at")).desc(), "-pk")
    page = Paginator(shown, ON_A_PAGE).get_page(request.GET.get("page"))
    current = feedback.current_for([exam.pk for exam in page])
    files = scans_for(person, Action.SEE_OWN_SCANS).filter(exam=None, state__in=ON_THE_WAY).select_related("project")
    questions = {one.scan_id: one for one in open_questions(person).filter(scan__in=files)}
    asked = Exists(open_questions(person).filter(scan=OuterRef("pk")).order_by())
    on_the_way = files.annotate(asked=asked).order_by("-asked", "-received_at", "-pk")[:MOST_ON_THE_WAY]
    context = {
        "page": page,
        "rows": [(exam, current.get(exam.pk)) for exam in page],
        "files": [(scan, questions.get(scan.pk)) for scan in on_the_way],
        "plans": plans.plans_for(person).filter(trainee=person, closed_at=None),
        "unread": unread.count(),
        "oldest_unread": unread.select_related("review").first(),
        "missing": exams_for(person, Action.COMPLETE_INFO).filter(trainee=person, stage=Stage.AWAITING_INFO).count(),
    }
    return render(request, "my_scans.html", context)


@requires(Action.SEE_OWN_SCANS)
@require_safe
def my_scan(request: HttpRequest, scan_id: int) -> HttpResponseBase:
    """Show one clip or file with what the software measured and removed; the expert's words stand with its exam."""
    person = person_of(request)
    mine = scans_for(person, Action.SEE_OWN_SCANS).select_related("project", "device", "exam")
    scan = get_object_or_404(mine, pk=scan_id)
    context = {
        "scan": scan,
        "picture": picture_of(scan),
        "judgement": judgement_of(scan),
        "report": report_of(scan),
        "asked": open_questions(person).filter(scan=scan).first(),
    }
    return render(request, "my_scan.html", context)


@requires(Action.SEE_OWN_SCANS)
@require_safe
def my_exam(request: HttpRequest, exam_id: int) -> HttpResponseBase:
    """Show one exam with the expert's feedback on top, and note that it was seen."""
    person, now = person_of(request), timezone.now()
    exam = exam_of(person, exam_id)
    clips = list(exam.clips.order_by("captured_at", "pk").prefetch_related("objects_stored"))
    pictures = _pictures(exam, clips)
    current = feedback.current_of(exam)
    context: dict[str, object] = {
        "exam": exam,
        "clips": clips,
        "pictures": pictures,
        "longest": LONGEST_REPLY,
        "next_unread": feedback.unread_of(person).exclude(review__exam=exam).select_related("review").first(),
    }
    if current is not None:
        current.review.exam = exam
        done = {step.what for step in current.steps.all()}
        exemplar = feedback.exemplar_for(current)
        context |= {
            "sheet": sheet_of(current, exam, pictures),
            "steps": steps_of(current),
            "earlier": [(sheet_of(one, exam), steps_of(one)) for one in feedback.earlier_of(exam, current)],
            "open": feedback.is_open(current, now),
            "acknowledged": Step.ACKNOWLEDGED in done,
            "appealed": Step.APPEALED in done,
            "decided": Step.DECIDED in done,
            "may_appeal": not feedback.why_not_appeal(current, now),
            "exemplar": picture_of(exemplar) if exemplar else None,
            "exemplar_shows_defect": exemplar is not None and exemplar.teaching.defect != Cause.NO_DEFECT,
        }
        if request.method == "GET":
            feedback.see(current.pk, person, now)
    return render(request, "my_exam.html", context)


def exam_of(person: Person, exam_id: int) -> Exam:
    """Return an exam of this trainee; Http404 for any other."""
    return get_object_or_404(exams_for(person, Action.SEE_OWN_SCANS).select_related("project"), pk=exam_id)


def _pictures(exam: Exam, clips: list[Scan]) -> list[Picture]:
    exam_type = type_of(exam)
    labels = {view.code: view.label.say(get_language() or "en") for view in exam_type.views} if exam_type else {}
    pictures = (picture_of(clip, labels.get(clip.view, "")) for clip in clips)
    return [picture for picture in pictures if picture is not None]

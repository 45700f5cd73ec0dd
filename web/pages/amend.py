"""How does a reader correct a reading that is final already? By a new version; the one before stays."""

import uuid
from collections.abc import Mapping

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pipeline.errors import Conflict
from storage.catalogue import readings
from storage.catalogue.exam_catalogue import type_at
from storage.catalogue.models import Person, Review
from storage.catalogue.scope import exams_for
from supervision.exam_types import ExamType
from supervision.readings import Decided
from supervision.review_form import form_of
from supervision.roles import Action
from supervision.states import Stage
from web.failures import tell_conflict
from web.media import picture_of
from web.pages.review import WRITTEN, refuse, submission_of
from web.permissions import person_of, requires, wants_json
from web.reading_form import Wrong, errors_of, fields_of, fields_sent, form_from
from web.reading_sheet import sheet_of
from web.reading_words import DECIDED, SENTENCES

AMENDED = tuple(one for one in Decided if one is not Decided.OPEN_TO_BOTH)


@requires(Action.REVIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, review_id: int) -> HttpResponseBase:
    """Open one's own final reading again, and keep the new version."""
    person = person_of(request)
    theirs = Q(reviewer=person) | Q(chosen_by__blind__reviewer=person)
    mine = Review.objects.filter(theirs, exam__in=exams_for(person, Action.REVIEW)).distinct()
    review = get_object_or_404(mine.select_related("exam__project"), pk=review_id)
    exam_type = type_at(review.exam.project.organisation_id, review.exam.exam_type, review.exam_type_version)
    if request.method == "POST":
        return _amend(request, person, review, exam_type)
    if Review.objects.filter(amends=review).exists():
        raise Conflict("stale")
    if not review.final and review.exam.stage != Stage.SECOND_READ:
        raise Conflict("not_final")
    return _show(request, review, exam_type, fields_of(form_of(review.form)))


def _amend(request: HttpRequest, person: Person, review: Review, exam_type: ExamType) -> HttpResponseBase:
    fields, submission = fields_sent(request.POST), submission_of(request)
    why = [Decided(one) for one in request.POST.getlist("why") if one in list(Decided)]
    try:
        if submission is None:
            raise Wrong({"submission": _("The form was too old: load the page again.")})
        if not why:
            raise Wrong({"why": _("Choose at least one reason.")})
        new = readings.amend(review.pk, person, submission, form_from(fields, exam_type), timezone.now(), why=why)
    except Conflict as conflict:
        kept_text = "\n".join(fields[name] for name in WRITTEN if fields.get(name))
        return tell_conflict(request, conflict, kept_text=kept_text)
    except (Wrong, readings.Incomplete) as wrong:
        errors = wrong.errors if isinstance(wrong, Wrong) else errors_of(wrong.paths)
        return refuse(request, errors) or _show(request, review, exam_type, fields, errors, status=422)
    counts = _("The new version counts from now on; the trainee is told.")
    messages.success(request, counts if new.final else _("The new version is kept; another expert looks at it."))
    return JsonResponse({"next": "/queue/"}) if wants_json(request) else redirect("queue")


def _show(
    request: HttpRequest,
    review: Review,
    exam_type: ExamType,
    fields: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    clips = list(review.exam.clips.order_by("captured_at", "pk").prefetch_related("objects_stored"))
    pictures = [picture for clip in clips if (picture := picture_of(clip)) is not None]
    views = {clip.pk: clip.view for clip in clips}
    context = {
        "review": review,
        "exam_type": exam_type,
        "pictures": pictures,
        "sheet": sheet_of(exam_type, fields, {}, [views[one.clip] for one in pictures], errors),
        "reasons": list(enumerate(((code, DECIDED[code]) for code in AMENDED), 1)),
        "given": fields.get("why", "").split(),
        "submission": fields.get("submission") or uuid.uuid4(),
        "words": {name: str(word) for name, word in SENTENCES.items()},
        "kept": {"version": 0, "seconds": 0, "content": {}},
    }
    return render(request, "review_amend.html", context, status=status)

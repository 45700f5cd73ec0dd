"""How does an expert read an exam and say what they think of it?"""

import json
import math
import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pipeline.errors import Conflict
from storage.catalogue import drafts, readings
from storage.catalogue import queue as review_queue
from storage.catalogue.models import Person, Review, ReviewItem
from storage.catalogue.scope import exams_for
from supervision.blinding import Hidden
from supervision.readings import JUDGES, Reading
from supervision.roles import Action
from supervision.skipping import SkipReason
from web.exam_to_read import Kept, exam_to_read
from web.failures import said, tell_conflict
from web.media import picture_of
from web.permissions import person_of, requires, wants_json
from web.reading_form import Wrong, errors_of, fields_sent, form_from
from web.reading_sheet import sheet_of
from web.reading_words import HIDDEN, SENTENCES, SKIP_REASONS

WRITTEN = ("keep_text", "change_text", "next_text", "comment")


@requires(Action.REVIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, item_id: int) -> HttpResponseBase:
    """Show an exam that the person holds; keep their reading."""
    person = person_of(request)
    item = item_for(item_id, person)
    if request.method == "POST":
        return _submit(request, person, item)
    if item.done_at is None and item.claimed_by_id is None:
        return redirect("queue")
    if item.done_at is not None or item.claimed_by_id != person.pk:
        lost = Conflict("already_reviewed" if item.done_at is not None else "already_claimed")
        return tell_conflict(request, lost, kept_text=_written(drafts.draft_of(item.pk, person)))
    if Reading(item.reading) in JUDGES and item.reviews.filter(reviewer=person).exists():
        return redirect("decide", item.pk)
    return _show(request, person, item)


@requires(Action.REVIEW)
@require_POST
def draft(request: HttpRequest, item_id: int) -> HttpResponseBase:
    """Keep what was typed so far; 409 with the newer draft where another tab or device has saved since."""
    person = person_of(request)
    item = item_for(item_id, person)
    try:
        content, version = json.loads(request.POST.get("content", "")), int(request.POST.get("version", ""))
        seconds = float(request.POST.get("seconds", ""))
        kept = drafts.save(item.pk, person, dict(content), seconds, version, timezone.now())
    except Conflict as conflict:
        newest = drafts.draft_of(item.pk, person)
        if conflict.code != "stale" or newest is None:
            raise
        told = {"code": conflict.code, "text": said(conflict), "version": newest.version}
        return JsonResponse({**told, "content": newest.content, "seconds": newest.seconds}, status=409)
    except (ValueError, TypeError, RecursionError):
        return JsonResponse({"code": "not_a_draft", "text": _("This could not be kept as a draft.")}, status=422)
    return JsonResponse({"version": kept.version})


@requires(Action.REVIEW)
@require_POST
def renew(request: HttpRequest, item_id: int) -> HttpResponseBase:
    """Prolong the lease and answer {"minutes": left}; 409 with a sentence when somebody else has the exam."""
    person = person_of(request)
    now = timezone.now()
    until = review_queue.renew(item_for(item_id, person).pk, person, now)
    return JsonResponse({"minutes": int((until - now).total_seconds() // 60)})


@requires(Action.REVIEW)
@require_POST
def give_back(request: HttpRequest, item_id: int) -> HttpResponseBase:
    """Put the exam back into the queue."""
    person = person_of(request)
    review_queue.give_back(item_for(item_id, person).pk, person, timezone.now())
    messages.info(request, _("The exam is back in the queue."))
    return redirect("queue")


@requires(Action.REVIEW)
@require_POST
def pause(request: HttpRequest, item_id: int) -> HttpResponseBase:
    """Leave the exam for later: it stays with the person, who finds the draft again."""
    person = person_of(request)
    review_queue.pause(item_for(item_id, person).pk, person, timezone.now())
    messages.info(request, _("Paused. What you wrote is kept; the exam stands at the top of the queue for you."))
    return redirect("queue")


@requires(Action.REVIEW)
@require_POST
def skip(request: HttpRequest, item_id: int) -> HttpResponseBase:
    """Leave the exam to somebody else, with a reason."""
    person = person_of(request)
    item = item_for(item_id, person)
    reason = request.POST.get("reason", "")
    if reason not in list(SkipReason):
        messages.error(request, _("Choose why you leave this exam to somebody else."))
        return redirect("review", item.pk)
    review_queue.skip(item.pk, person, SkipReason(reason), timezone.now())
    messages.info(request, _("Left to somebody else."))
    return redirect("queue")


def item_for(item_id: int, person: Person) -> ReviewItem:
    """Return the item if its exam is in the person's reach; 404 if not."""
    items = ReviewItem.objects.select_related("exam__project", "exam__trainee")
    return get_object_or_404(items, pk=item_id, exam__in=exams_for(person, Action.REVIEW))


def submission_of(request: HttpRequest) -> uuid.UUID | None:
    """Return the number of the form that was sent, None where it has none."""
    try:
        return uuid.UUID(request.POST.get("submission", ""))
    except ValueError:
        return None


def refuse(request: HttpRequest, errors: Mapping[str, str]) -> JsonResponse | None:
    """Answer a script what is wrong where; None for a browser without it, which gets the page again."""
    if not wants_json(request):
        return None
    text = _("Not sent: %(number)d things are missing or wrong.") % {"number": len(errors)}
    return JsonResponse({"text": text, "errors": dict(errors)}, status=422)


def _submit(request: HttpRequest, person: Person, item: ReviewItem) -> HttpResponseBase:
    exam = exam_to_read(item, person, timezone.now())
    fields, submission = fields_sent(request.POST), submission_of(request)
    try:
        if submission is None:
            raise Wrong({"submission": _("The form was too old: load the page again.")})
        form = form_from(fields, exam.exam_type)
        seconds, seen = _seconds(request.POST.get("seconds", "")), fields["seen"].split()
        review = readings.submit(item.pk, person, submission, form, timezone.now(), seconds=seconds, seen=seen)
    except Conflict as conflict:
        kept_text = "\n".join(fields[name] for name in WRITTEN if fields.get(name))
        return tell_conflict(request, conflict, kept_text=kept_text)
    except (Wrong, readings.Incomplete) as wrong:
        errors = wrong.errors if isinstance(wrong, Wrong) else errors_of(wrong.paths)
        return refuse(request, errors) or _show(request, person, item, fields, errors, status=422)
    onward = _onward(review)
    if onward == reverse("queue"):
        messages.success(request, _("Your reading of exam %(exam)s is saved.") % {"exam": exam.name})
    return JsonResponse({"next": onward}) if wants_json(request) else redirect(onward)


def _onward(review: Review) -> str:
    """Return where a reader goes from here: to the queue, and an arbiter to what others have read."""
    judged = Reading(review.reading) in JUDGES and review.item.done_at is None
    return reverse("decide", args=[review.item_id]) if judged else reverse("queue")


def _show(
    request: HttpRequest,
    person: Person,
    item: ReviewItem,
    fields: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    exam = exam_to_read(item, person, now)
    filled = _typed(exam.draft) if fields is None else dict(fields)
    views = dict(item.exam.clips.values_list("pk", "view"))
    shown = [views.get(clip.clip, "") for clip in exam.clips]
    context = {
        "exam": exam,
        "exam_pk": item.exam_id,
        "sheet": sheet_of(exam.exam_type, filled, exam.prefill, shown, errors),
        "submission": filled.get("submission") or uuid.uuid4(),
        "seconds": exam.draft.seconds if exam.draft else 0,
        "told": filled.get("told", ""),
        "hidden": [HIDDEN[one] for one in Hidden if one in exam.hidden],
        "skips": SKIP_REASONS.items(),
        "ahead": json.dumps(_ahead(person)),
        "words": {name: str(word) for name, word in SENTENCES.items()},
        "kept": _as_json(exam.draft),
    }
    return render(request, "review.html", context, status=status)


def _ahead(person: Person) -> list[str]:
    """Return the addresses of the clips that this person will probably be given next."""
    items = review_queue.upcoming(person, timezone.now(), most=2)
    clips = [clip for item in items for clip in item.exam.clips.order_by("captured_at", "pk")]
    pictures = [picture for clip in clips if (picture := picture_of(clip)) is not None]
    return [address for picture in pictures for address in (picture.poster, picture.ahead) if address]


def _as_json(draft: Kept | None) -> dict[str, Any]:
    if draft is None:
        return {"version": 0, "seconds": 0, "content": {}}
    return {"version": draft.version, "seconds": draft.seconds, "content": draft.content}


def _typed(draft: Kept | None) -> dict[str, str]:
    """Return the fields of a draft; each is kept as its text and the time it was typed."""
    content = draft.content if draft else {}
    pairs = ((name, value) for name, value in content.items() if isinstance(value, list) and value)
    return {name: value[0] for name, value in pairs if isinstance(value[0], str)}


def _written(draft: object) -> str:
    """Return the words of a draft, for somebody who can no longer send it."""
    fields = _typed(draft) if draft is not None else {}  # type: ignore[arg-type]
    return "\n".join(fields[name] for name in WRITTEN if fields.get(name))


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and 0 < seconds <= drafts.LONGEST_SECONDS else None

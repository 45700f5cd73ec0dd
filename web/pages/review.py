"""How does an expert read a scan and say what they think of it?"""

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from pipeline.errors import Conflict
from storage.catalogue import queue as review_queue
from storage.catalogue import readings
from storage.catalogue.models import Person, ReviewItem
from storage.catalogue.scope import exams_for
from supervision.review_form import LONGEST_COMMENT, ReviewForm
from supervision.roles import Action
from web.failures import tell_conflict
from web.findings import judgement_of
from web.media import picture_of
from web.permissions import person_of, requires, wants_json
from web.words import ANCHORS


class Reading(forms.Form):
    """The rating form as the browser sends it."""

    submission = forms.UUIDField(widget=forms.HiddenInput)
    overall = forms.TypedChoiceField(
        choices=list(ANCHORS.items()),
        coerce=int,
        error_messages={"required": gettext_lazy("Choose an overall rating from 1 to 5.")},
    )
    comment = forms.CharField(required=False, max_length=LONGEST_COMMENT, strip=True)

    def said(self) -> ReviewForm:
        """Return the reading as the core knows it."""
        clean = self.cleaned_data
        return ReviewForm(clean["overall"], comment=clean["comment"])


@requires(Action.REVIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, item_id: int) -> HttpResponseBase:
    """Show a scan that the person holds; keep their reading."""
    person = person_of(request)
    item = _item(item_id, person)
    if request.method == "POST":
        return _submit(request, person, item)
    if item.done_at is not None:
        raise Conflict("already_reviewed")
    if item.claimed_by_id is None:
        return redirect("queue")
    if item.claimed_by_id != person.pk:
        raise Conflict("already_claimed")
    return _show(request, item, Reading(initial={"submission": uuid.uuid4()}))


@requires(Action.REVIEW)
@require_POST
def renew(request: HttpRequest, item_id: int) -> HttpResponseBase:
    """Prolong the lease and answer {"minutes": left}; 409 with a sentence when somebody else has the scan."""
    person = person_of(request)
    now = timezone.now()
    until = review_queue.renew(_item(item_id, person).pk, person, now)
    return JsonResponse({"minutes": int((until - now).total_seconds() // 60)})


@requires(Action.REVIEW)
@require_POST
def give_back(request: HttpRequest, item_id: int) -> HttpResponseBase:
    """Put the scan back into the queue."""
    person = person_of(request)
    review_queue.give_back(_item(item_id, person).pk, person, timezone.now())
    messages.info(request, _("The scan is back in the queue."))
    return redirect("queue")


def _submit(request: HttpRequest, person: Person, item: ReviewItem) -> HttpResponseBase:
    form = Reading(request.POST)
    if not form.is_valid():
        if wants_json(request):
            return JsonResponse(
                {"text": " ".join(str(one) for lines in form.errors.values() for one in lines)}, status=422
            )
        return _show(request, item, form, status=422)
    try:
        readings.submit(item.pk, person, form.cleaned_data["submission"], form.said(), timezone.now())
    except Conflict as conflict:
        return tell_conflict(request, conflict, kept_text=form.cleaned_data["comment"])
    messages.success(request, _("Your review of scan %(scan)s is saved.") % {"scan": item.exam.name})
    if wants_json(request):
        return JsonResponse({"next": reverse("queue")})
    return redirect("queue")


def _item(item_id: int, person: Person) -> ReviewItem:
    """Return the item if its scan is in the person's scope; 404 if not."""
    items = ReviewItem.objects.select_related("exam__project")
    return get_object_or_404(items, pk=item_id, exam__in=exams_for(person, Action.REVIEW))


def _show(request: HttpRequest, item: ReviewItem, form: Reading, status: int = 200) -> HttpResponse:
    left = (item.lease_until - timezone.now()).total_seconds() if item.lease_until else 0
    scan = item.exam.clips.order_by("captured_at", "pk").first()
    assert scan is not None  # noqa: S101 - an exam is made of its clips
    context = {
        "item": item,
        "scan": scan,
        "form": form,
        "anchors": ANCHORS,
        "longest": LONGEST_COMMENT,
        "picture": picture_of(scan),
        "judgement": judgement_of(scan),
        "minutes": max(0, int(left // 60)),
    }
    return render(request, "review.html", context, status=status)

"""Which scan does a reviewer read next, and why that one?"""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from storage.catalogue import queue as review_queue
from storage.catalogue.models import Person, ReviewItem
from storage.catalogue.scope import exams_for, may
from supervision.roles import Action
from web.permissions import person_of, requires

SHOWN = 50


@dataclass(frozen=True)
class Waiting:
    """One line of the queue: the item, and what it is to the reader."""

    item: ReviewItem
    mine: bool
    taken: bool
    can_take: bool


@requires(Action.SEE_QUEUE)
@require_safe
def queue(request: HttpRequest) -> HttpResponseBase:
    """List what waits, most urgent first; whoever may review finds the next scan one key away."""
    person = person_of(request)
    waiting = review_queue.open_queue(person)
    rows = _rows(list(waiting[:SHOWN]), person, timezone.now())
    context = {
        "rows": rows,
        "total": waiting.count(),
        "reviews": may(person, Action.REVIEW),
        "mine": next((row.item for row in rows if row.mine), None),
        "can_take": any(row.can_take for row in rows),
    }
    return render(request, "queue_rows.html" if getattr(request, "htmx", False) else "queue.html", context)


def _rows(items: list[ReviewItem], person: Person, now: datetime) -> list[Waiting]:
    """Return the lines in the queue's order, those that the person holds first."""
    exams = [item.exam_id for item in items]
    readable = set(exams_for(person, Action.REVIEW).filter(pk__in=exams).values_list("pk", flat=True))
    rows = []
    for item in items:
        mine = item.claimed_by_id == person.pk
        held = item.claimed_by_id is not None and item.lease_until is not None and item.lease_until >= now
        taken = held and not mine
        rows.append(Waiting(item, mine, taken, not taken and item.exam_id in readable))
    return sorted(rows, key=lambda row: not row.mine)


@requires(Action.REVIEW)
@require_POST
def take_next(request: HttpRequest) -> HttpResponseBase:
    """Claim the most urgent scan and open it."""
    item = review_queue.next_item(person_of(request), timezone.now())
    if item is None:
        messages.info(request, _("Nothing waits for you now. New scans appear here by themselves."))
        return redirect("queue")
    return redirect("review", item.pk)


@requires(Action.REVIEW)
@require_POST
def take(request: HttpRequest, item_id: int) -> HttpResponseBase:
    """Claim this scan and open it."""
    person = person_of(request)
    known = get_object_or_404(ReviewItem, pk=item_id, exam__in=exams_for(person, Action.REVIEW))
    item = review_queue.claim(known.pk, person, timezone.now())
    return redirect("review", item.pk)

"""Which scan does a reviewer read next, and why that one?"""

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from storage.catalogue import queue as review_queue
from storage.catalogue.scope import may, scans_for
from supervision.roles import Action
from web.permissions import person_of, requires

SHOWN = 50


@requires(Action.SEE_QUEUE)
@require_safe
def queue(request: HttpRequest) -> HttpResponseBase:
    """List what waits, most urgent first; whoever may review finds the next scan one key away."""
    person = person_of(request)
    now = timezone.now()
    waiting = review_queue.open_queue(person)
    items = list(waiting.select_related("scan__project", "claimed_by")[:SHOWN])
    reviews = may(person, Action.REVIEW)
    takeable = set(scans_for(person, Action.REVIEW).filter(pk__in=[item.scan_id for item in items]).values_list("pk", flat=True))  # noqa: E501
    for item in items:
        held = item.lease_until is not None and item.lease_until >= now and item.claimed_by_id is not None
        item.mine = item.claimed_by_id == person.pk  # type: ignore[attr-defined]
        item.taken = held and item.claimed_by_id != person.pk  # type: ignore[attr-defined]
        item.own_scan = item.scan_id not in takeable  # type: ignore[attr-defined]
    items.sort(key=lambda item: not item.mine)  # type: ignore[attr-defined]
    context = {
        "items": items,
        "total": waiting.count(),
        "reviews": reviews,
        "mine": next((item for item in items if item.mine), None),  # type: ignore[attr-defined]
        "can_take": any(not (item.taken or item.own_scan) for item in items),  # type: ignore[attr-defined]
    }
    return render(request, "queue_rows.html" if getattr(request, "htmx", False) else "queue.html", context)


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
    scan = get_object_or_404(scans_for(person, Action.REVIEW), review_item=item_id)
    item = review_queue.claim(scan.review_item.pk, person, timezone.now())
    return redirect("review", item.pk)

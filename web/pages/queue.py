"""Which exam does a reviewer read next, and why that one?"""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from storage.catalogue import blinding
from storage.catalogue import queue as review_queue
from storage.catalogue.models import Person, ReviewItem
from storage.catalogue.offers import Reader
from storage.catalogue.places import Why, whys
from storage.catalogue.scope import exams_for, may
from supervision.blinding import Hidden
from supervision.roles import Action
from web.permissions import person_of, requires
from web.queue_words import against, sentence

SHOWN = 50
CHOOSABLE = frozenset({"skipped", "other_type", "other_language", "away", "day_full"})
"""Whoever decides to read such an exam all the same may; the queue only does not offer it."""


@dataclass(frozen=True)
class Waiting:
    """One line of the queue: what of the item its reader may know, and what it is to them."""

    item: ReviewItem
    hidden: frozenset[Hidden]
    whys: tuple[Why, ...]
    reviews: bool

    @property
    def project(self) -> str:
        """Where it was made; empty while the reader must not know."""
        return "" if Hidden.SITE in self.hidden else self.item.exam.project.name

    @property
    def score(self) -> float | None:
        """Its quality score; None while the reader must not know."""
        return None if Hidden.SCORE in self.hidden else self.item.exam.score

    @property
    def mine(self) -> bool:
        """Whether the reader holds it."""
        return any(why.code == "yours" for why in self.whys)

    @property
    def not_for_one(self) -> str:
        """Why the reader is not offered it; empty where they are."""
        why = against(self.whys)
        return sentence(why) if why and self.reviews else ""

    @property
    def can_take(self) -> bool:
        """Whether the reader may open it."""
        why = against(self.whys)
        return self.reviews and not self.mine and (why is None or why.code in CHOOSABLE)

    @property
    def reasons(self) -> list[str]:
        """All reasons in words."""
        return [sentence(why) for why in self.whys if self.reviews or why.code != "elsewhere"]


@requires(Action.SEE_QUEUE)
@require_safe
def queue(request: HttpRequest) -> HttpResponseBase:
    """List what waits, most urgent first; whoever may review finds the next exam one key away."""
    person, now = person_of(request), timezone.now()
    rows, total = _rows(person, now)
    context = {
        "rows": rows,
        "total": total,
        "reviews": may(person, Action.REVIEW),
        "mine": next((row.item for row in rows if row.mine and row.item.paused_at is None), None),
        "can_take": any(row.can_take or row.mine for row in rows),
        "sites": any(row.project for row in rows),
        "scores": any(Hidden.SCORE not in row.hidden for row in rows),
    }
    return render(request, "queue_rows.html" if getattr(request, "htmx", False) else "queue.html", context)


def _rows(person: Person, now: datetime) -> tuple[list[Waiting], int]:
    """Return the lines in the queue's order, those that the person holds first, and how many exams wait in all."""
    waiting = review_queue.open_queue(person)
    reader = Reader(person, now)
    held = reader.held()
    others = [item for item in waiting[:SHOWN] if item.pk not in {one.pk for one in held}]
    items = [*held, *others][:SHOWN]
    hidden = blinding.hidden_in(person, [item.exam for item in items])
    told = whys(items, person, now)
    reviews = bool(reader.projects)
    rows = [Waiting(item, hidden[item.exam_id], told[item.pk], reviews) for item in items]
    return rows, waiting.order_by().count()


@requires(Action.REVIEW)
@require_POST
def take_next(request: HttpRequest) -> HttpResponseBase:
    """Claim what the person should read next and open it."""
    item = review_queue.next_item(person_of(request), timezone.now())
    if item is None:
        messages.info(request, _("Nothing waits for you now. New exams appear here by themselves."))
        return redirect("queue")
    return redirect("review", item.pk)


@requires(Action.REVIEW)
@require_POST
def take(request: HttpRequest, item_id: int) -> HttpResponseBase:
    """Claim this exam and open it."""
    person = person_of(request)
    known = get_object_or_404(ReviewItem, pk=item_id, exam__in=exams_for(person, Action.REVIEW))
    try:
        item = review_queue.claim(known.pk, person, timezone.now())
    except ReviewItem.DoesNotExist:  # a judgement, for arbiters
        return redirect("queue")
    return redirect("review", item.pk)

"""What waits to be read, and who takes it?"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from storage.catalogue import places, reviewers
from storage.catalogue import queue as review_queue
from storage.catalogue.exam_catalogue import types_of
from storage.catalogue.models import Person, ReviewerProfile, ReviewItem
from storage.catalogue.scope import projects_for
from supervision.priority import Clock
from supervision.readings import Reading
from supervision.roles import Action
from supervision.skipping import SkipReason
from web.api.access import operation
from web.api.failures import checked
from web.api.reading import ExamToReadOut, held_by, known_item, shown
from web.api.shapes import Done, Moment, Number, Page, Part, page_of, plain
from web.permissions import person_of

router = Router()


class Why(Schema):
    """One reason why an item is where it is; hours: for how many hours of waiting it counts."""

    code: str
    hours: float | None
    facts: dict[str, Any]


class Waiting(Schema):
    """One reading that is asked for."""

    item: int
    name: str
    exam_type: str
    reading: Reading
    clock: Clock
    queued: datetime
    due: datetime
    held: Literal["by_me", "by_another", "free"]
    why: list[Why]


class Lease(Schema):
    """Until when an exam is kept for its reader."""

    until: datetime


class Skipped(Schema):
    """Why an exam is left to somebody else."""

    reason: SkipReason


class Profile(Schema):
    """What suits a reviewer; no language or exam type: all of them. severity: mean signed difference to the final."""

    languages: list[str]
    exam_types: list[str]
    most_a_day: int | None
    paused_until: datetime | None
    severity: float | None = None
    pairs: int = 0


class Suits(Schema):
    """What suits a reviewer from now on."""

    languages: list[Literal["en", "fr"]] = []
    exam_types: list[str] = []
    most_a_day: int | None = None
    paused_until: Moment | None = None


@operation(router, "GET", "/queue", Action.SEE_QUEUE, response=Page[Waiting])
def waiting(request: HttpRequest, part: Part) -> dict[str, object]:
    """List what waits to be read, most urgent first, and why it is where it is."""
    person, now = person_of(request), timezone.now()
    return page_of(review_queue.open_queue(person), part, lambda items: _listed(items, person, now))


@operation(router, "GET", "/queue/upcoming", Action.REVIEW, response=list[Waiting])
def upcoming(request: HttpRequest) -> list[Waiting]:
    """List the two readings that would come after what the person holds; nothing is taken."""
    person, now = person_of(request), timezone.now()
    return list(_listed(review_queue.upcoming(person, now), person, now))


@operation(router, "POST", "/queue/next", Action.REVIEW, response=ExamToReadOut | None)
def take_next(request: HttpRequest) -> ExamToReadOut | None:
    """Take what the person should read next; null when nothing waits for them."""
    person, now = person_of(request), timezone.now()
    item = review_queue.next_item(person, now)
    return None if item is None else shown(item, person, now)


@operation(router, "POST", "/queue/{item}/take", Action.REVIEW, response=ExamToReadOut)
def take(request: HttpRequest, item: Number) -> ExamToReadOut:
    """Take this reading."""
    person, now = person_of(request), timezone.now()
    return shown(review_queue.claim(known_item(item, person).pk, person, now), person, now)


@operation(router, "POST", "/queue/{item}/renew", Action.REVIEW, response=Lease)
def renew(request: HttpRequest, item: Number) -> dict[str, object]:
    """Prolong the lease."""
    person = person_of(request)
    return {"until": review_queue.renew(known_item(item, person).pk, person, timezone.now())}


@operation(router, "POST", "/queue/{item}/give-back", Action.REVIEW, response=Done)
def give_back(request: HttpRequest, item: Number) -> Done:
    """Put the exam back into the queue; what was typed stays as a draft."""
    person = person_of(request)
    review_queue.give_back(known_item(item, person).pk, person, timezone.now())
    return Done()


@operation(router, "POST", "/queue/{item}/pause", Action.REVIEW, response=Lease)
def pause(request: HttpRequest, item: Number) -> dict[str, object]:
    """Put the exam aside: others come first as long as the lease lasts."""
    person = person_of(request)
    held = review_queue.pause(held_by(item, person).pk, person, timezone.now())
    return {"until": held.lease_until}


@operation(router, "POST", "/queue/{item}/skip", Action.REVIEW, response=Done)
def skip(request: HttpRequest, item: Number, body: Skipped) -> Done:
    """Leave the exam to somebody else; a conflict of interest is remembered."""
    person = person_of(request)
    review_queue.skip(known_item(item, person).pk, person, body.reason, timezone.now())
    return Done()


@operation(router, "GET", "/reviewing", Action.REVIEW, response=Profile)
def reviewing(request: HttpRequest) -> ReviewerProfile:
    """Say what suits the person as a reviewer, and how their readings compare with the final ones."""
    return reviewers.profile_of(person_of(request))


@operation(router, "PUT", "/reviewing", Action.REVIEW, response=Profile)
def change_reviewing(request: HttpRequest, body: Suits) -> ReviewerProfile:
    """Say what suits the person from now on."""
    person = person_of(request)
    with checked("body.exam_types"):
        if not set(body.exam_types) <= _exam_types(person):
            raise ValueError("unknown exam type")
    with checked():
        return reviewers.save_profile(person, **body.dict(), now=timezone.now())


def _exam_types(person: Person) -> set[str]:
    organisations = projects_for(person, Action.REVIEW).values_list("organisation", flat=True).distinct()
    return {code for organisation in organisations for code in types_of(organisation)}


def _listed(items: list[ReviewItem], person: Person, now: datetime) -> Iterable[Waiting]:
    reasons = places.whys(items, person, now)
    for item in items:
        taken = item.claimed_by_id is not None and item.lease_until is not None and item.lease_until >= now
        mine = item.claimed_by_id == person.pk
        yield Waiting(
            item=item.pk,
            name=item.exam.name,
            exam_type=item.exam.exam_type,
            reading=Reading(item.reading),
            clock=Clock(item.clock),
            queued=item.queued_at,
            due=item.due_at,
            held="by_me" if mine else "by_another" if taken else "free",
            why=[Why(code=one.code, hours=one.hours, facts=plain(one.facts)) for one in reasons[item.pk]],
        )

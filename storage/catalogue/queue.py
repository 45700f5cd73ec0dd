"""Who reads which exam now?

A claim is a lease that runs out by itself. It is given under locks of the exam and then the item, so that two people
never hold the same exam; a lease that ran out still belongs to its holder until somebody else takes the exam.
"""

from contextlib import suppress
from datetime import datetime, timedelta

from django.db.models import QuerySet

from pipeline.errors import Conflict
from storage.catalogue import handovers, reviewers, scope
from storage.catalogue.models import Event, Exam, Person, Review, ReviewItem, Skip
from storage.catalogue.offers import Reader, open_items
from storage.catalogue.places import Why, why
from storage.catalogue.programme import current
from storage.catalogue.transaction import one_transaction
from supervision.priority import URGENT, Clock
from supervision.readings import JUDGES
from supervision.roles import Action
from supervision.skipping import SkipReason
from supervision.states import OPEN_STAGES

__all__ = [
    "Why",
    "claim",
    "give_back",
    "held",
    "lease",
    "locked_item",
    "next_item",
    "open_queue",
    "pause",
    "renew",
    "skip",
    "upcoming",
    "why",
]

ROUNDS = 5
"""How often what is offered is read anew when others were faster, before there is nothing for now."""


def lease() -> timedelta:
    """Return for how long a claim holds."""
    return timedelta(minutes=current().review.lease_minutes)


def open_queue(person: Person) -> QuerySet[ReviewItem]:
    """Return what waits to be read in the projects whose queue `person` may see, most urgent first."""
    projects = scope.projects_for(person, Action.SEE_QUEUE).values_list("pk", flat=True)
    return open_items().filter(exam__project__in=list(projects))


def next_item(person: Person, now: datetime) -> ReviewItem | None:
    """Claim and return what `person` should read next, None when there is nothing.

    First what the person holds, even if the lease ran out; then the best match among the most urgent that they may
    read; last what they have put aside.
    """
    reader = Reader(person, now)
    mine = reader.held()
    working = [item for item in mine if item.paused_at is None]
    if given := _first_of(working, reader):
        return given
    for _ in range(ROUNDS):
        offered = reader.ranked()
        if given := _first_of(offered, reader):
            return given
        if not offered:
            break
    return _first_of(mine, reader)


def upcoming(person: Person, now: datetime, most: int = 2) -> list[ReviewItem]:
    """Return what `person` would be given after what they hold now, best first; nothing is claimed."""
    return Reader(person, now).ranked()[:most]


def claim(item_id: int, person: Person, now: datetime) -> ReviewItem:
    """Give this exam to `person` for the length of a lease.

    Conflict: already_claimed, own_scan, read_before, conflict_of_interest, already_reviewed, stale.
    ReviewItem.DoesNotExist outside the person's projects, and of a judgement for who does not arbitrate there.
    """
    return _claim(item_id, Reader(person, now))


def locked_item(item_id: int) -> ReviewItem:
    """Return the item with its exam, both locked, the exam first; ReviewItem.DoesNotExist for a number that is none."""
    exam_id = ReviewItem.objects.values_list("exam", flat=True).get(pk=item_id)
    exam = Exam.objects.select_for_update(of=("self",)).select_related("trainee", "project").get(pk=exam_id)
    item = ReviewItem.objects.select_for_update().get(pk=item_id)
    item.exam = exam
    return item


def held(item_id: int, person: Person) -> ReviewItem:
    """Return the item as by `locked_item`, if `person` is its last holder; to be called in a transaction.

    Conflict: lease_lost when somebody else took the exam or it was given back, and what `claim` may say.
    """
    item = _readable(item_id, Reader(person))
    if item.claimed_by_id != person.pk:
        raise Conflict("lease_lost")
    return item


def renew(item_id: int, person: Person, now: datetime) -> datetime:
    """Prolong the lease of an exam that `person` holds and return its new end; Conflict as by `held`."""
    with one_transaction():
        item = held(item_id, person)
        item.lease_until, item.paused_at = now + lease(), None
        item.save(update_fields=["lease_until", "paused_at"])
        return item.lease_until


def give_back(item_id: int, person: Person, now: datetime) -> None:
    """Put an exam that `person` holds back into the queue; without effect when they no longer hold it."""
    with one_transaction():
        item = ReviewItem.objects.select_for_update().filter(pk=item_id, claimed_by=person, done_at=None).first()
        if item is not None:
            _free(item)
            _note("given_back", item, person, now)


def pause(item_id: int, person: Person, now: datetime) -> ReviewItem:
    """Put an exam aside that `person` holds: `next_item` gives them others first; Conflict as by `held`.

    It is kept for them until the lease ends; what is urgent may be taken by others at once.
    """
    with one_transaction():
        item = held(item_id, person)
        item.paused_at = now
        if Clock(item.clock) in URGENT:
            item.lease_until = now
        item.save(update_fields=["paused_at", "lease_until"])
        _note("paused", item, person, now)
        return item


def skip(item_id: int, person: Person, reason: SkipReason, now: datetime) -> None:
    """Leave an exam to somebody else, whether `person` holds it or not; a conflict of interest is remembered.

    It is offered to them again when supervision.skipping says so. Conflict as by `claim`, without already_claimed.
    """
    with one_transaction():
        item = _readable(item_id, Reader(person, now))
        Skip.objects.create(item=item, person=person, reason=reason, at=now)
        if item.claimed_by_id == person.pk:
            _free(item)
        _note("skipped", item, person, now, reason=reason.value)
        if reason is SkipReason.CONFLICT_OF_INTEREST and item.exam.trainee is not None:
            reviewers.add_conflict(person, now, trainee=item.exam.trainee)


def _first_of(items: list[ReviewItem], reader: Reader) -> ReviewItem | None:
    """Claim the first that is still to be had."""
    for item in items:
        # no lock is waited for where somebody was faster
        if ReviewItem.objects.filter(pk=item.pk, version=item.version, done_at=None).exists():
            with suppress(Conflict, ReviewItem.DoesNotExist):
                return _claim(item.pk, reader)
    return None


def _claim(item_id: int, reader: Reader) -> ReviewItem:
    person, now = reader.person, reader.now
    with one_transaction():
        item = _readable(item_id, reader)
        if item.claimed_by_id not in (None, person.pk) and item.lease_until is not None and item.lease_until >= now:
            raise Conflict("already_claimed")
        return _give(item, person, now)


def _readable(item_id: int, reader: Reader) -> ReviewItem:
    """Return the item as by `locked_item`, if the reader may read it and nobody has yet."""
    item, person = locked_item(item_id), reader.person
    exam = item.exam
    if exam.project_id not in (reader.judges_in if item.reading in JUDGES else reader.projects):
        raise ReviewItem.DoesNotExist
    if not handovers.may_read(item, person.pk):
        raise Conflict("other_side")
    if exam.trainee_id == person.pk:
        raise Conflict("own_scan")
    if item.done_at is not None:
        raise Conflict("already_reviewed")
    # whoever holds what was read on another side meanwhile may finish it
    to_finish = item.claimed_by_id == person.pk and exam.reviews.filter(final=True).exists()
    if exam.stage not in OPEN_STAGES and not to_finish:
        raise Conflict("stale")
    trainees, projects = reader.avoids
    if exam.trainee_id in trainees or exam.project_id in projects:
        raise Conflict("conflict_of_interest")
    if Review.objects.filter(exam=exam, reviewer=person).exclude(item=item).exists():
        raise Conflict("read_before")
    return item


def _free(item: ReviewItem) -> None:
    item.claimed_by = item.claimed_at = item.lease_until = item.paused_at = None
    item.version += 1
    item.save(update_fields=["claimed_by", "claimed_at", "lease_until", "paused_at", "version"])


def _give(item: ReviewItem, person: Person, now: datetime) -> ReviewItem:
    """Write the lease of a locked item."""
    renewed = item.claimed_by_id == person.pk
    item.claimed_at = item.claimed_at if renewed else now
    item.claimed_by, item.lease_until, item.paused_at = person, now + lease(), None
    item.version += 1
    item.save(update_fields=["claimed_by", "claimed_at", "lease_until", "paused_at", "version"])
    if not renewed:
        _note("claimed", item, person, now)
    return item


def _note(what: str, item: ReviewItem, person: Person, now: datetime, **facts: str) -> None:
    Event.objects.create(at=now, what=what, scan=item.exam.clips.first(), person=person, facts=facts)

"""Who reviews which scan now?

A claim is a lease that runs out by itself. It is given by compare-and-set under a lock of the row, so that two people
never hold the same scan; a lease that ran out still belongs to its holder until somebody else takes the scan.
"""

from datetime import datetime, timedelta

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from pipeline.errors import Conflict
from storage.catalogue import scope
from storage.catalogue.models import Event, Person, ReviewItem
from storage.catalogue.programme import current
from storage.catalogue.transaction import one_transaction
from supervision.roles import Action
from supervision.states import OPEN_STAGES


def lease() -> timedelta:
    """Return for how long a claim holds."""
    return timedelta(minutes=current().review.lease_minutes)


def open_queue(person: Person) -> QuerySet[ReviewItem]:
    """Return what waits for a review in the projects whose queue `person` may see, most urgent first."""
    return _open_items().filter(exam__in=scope.exams_for(person, Action.SEE_QUEUE))


def next_item(person: Person, now: datetime) -> ReviewItem | None:
    """Claim and return the scan that `person` should review next, None when there is none.

    A scan that the person already holds comes first, even if the lease ran out. Never a scan of their own.
    """
    with one_transaction():
        free = Q(claimed_by=None) | Q(lease_until__lt=now) | Q(claimed_by=person)
        own_first = Case(When(claimed_by=person, then=Value(0)), default=Value(1), output_field=IntegerField())
        candidates = (
            _open_items()
            .filter(free, exam__in=scope.exams_for(person, Action.REVIEW))
            .order_by(own_first, "-priority", "queued_at", "pk")
        )
        item = candidates.select_for_update(skip_locked=True, of=("self",)).first()
        return None if item is None else _give(item, person, now)


def claim(item_id: int, person: Person, now: datetime) -> ReviewItem:
    """Give this scan to `person` for the length of a lease.

    Conflict: already_claimed, own_scan, already_reviewed. ReviewItem.DoesNotExist outside the person's projects.
    """
    with one_transaction():
        item = _locked(item_id, person)
        if item.claimed_by_id not in (None, person.pk) and item.lease_until is not None and item.lease_until >= now:
            raise Conflict("already_claimed")
        return _give(item, person, now)


def renew(item_id: int, person: Person, now: datetime) -> datetime:
    """Prolong the lease of a scan that `person` holds and return its new end.

    Conflict: lease_lost when somebody else took the scan, already_reviewed, own_scan.
    """
    with one_transaction():
        item = held(item_id, person)
        item.lease_until = now + lease()
        item.save(update_fields=["lease_until"])
        return item.lease_until


def give_back(item_id: int, person: Person, now: datetime) -> None:
    """Put a scan that `person` holds back into the queue; without effect when they no longer hold it."""
    with one_transaction():
        item = ReviewItem.objects.select_for_update().filter(pk=item_id, claimed_by=person, done_at=None).first()
        if item is not None:
            item.claimed_by = item.claimed_at = item.lease_until = None
            item.version += 1
            item.save(update_fields=["claimed_by", "claimed_at", "lease_until", "version"])
            Event.objects.create(at=now, what="given_back", scan=item.exam.clips.first(), person=person)


def held(item_id: int, person: Person) -> ReviewItem:
    """Return the item, locked, if `person` is its last holder; to be called inside a transaction.

    Conflict: lease_lost, already_reviewed, own_scan, stale. ReviewItem.DoesNotExist outside the person's projects.
    """
    item = _locked(item_id, person)
    if item.claimed_by_id != person.pk:
        raise Conflict("lease_lost")
    return item


def _open_items() -> QuerySet[ReviewItem]:
    waiting = ReviewItem.objects.filter(done_at=None, exam__stage__in=OPEN_STAGES)
    return waiting.select_related("exam__project").order_by("-priority", "queued_at", "pk")


def _locked(item_id: int, person: Person) -> ReviewItem:
    """Return the item, locked, if `person` may review it and nobody has yet."""
    reviewable = ReviewItem.objects.filter(exam__project__in=scope.projects_for(person, Action.REVIEW))
    item = reviewable.select_related("exam").select_for_update(of=("self",)).get(pk=item_id)
    if item.exam.trainee_id == person.pk:
        raise Conflict("own_scan")
    if item.done_at is not None:
        raise Conflict("already_reviewed")
    if item.exam.stage not in OPEN_STAGES:
        raise Conflict("stale")
    return item


def _give(item: ReviewItem, person: Person, now: datetime) -> ReviewItem:
    """Write the lease, if nobody has changed the item since it was read."""
    renewed = item.claimed_by_id == person.pk
    claimed_at = item.claimed_at if renewed else now
    unchanged = ReviewItem.objects.filter(pk=item.pk, version=item.version, done_at=None)
    if not unchanged.update(
        claimed_by=person, claimed_at=claimed_at, lease_until=now + lease(), version=item.version + 1
    ):
        raise Conflict("already_claimed")
    if not renewed:
        Event.objects.create(at=now, what="claimed", scan=item.exam.clips.first(), person=person)
    item.refresh_from_db(fields=["claimed_by", "claimed_at", "lease_until", "version"])
    return item

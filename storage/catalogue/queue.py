"""Who reviews which scan now?

A claim is a lease that runs out by itself. It is given by compare-and-set under a lock of the row, so that two people
never hold the same scan; a lease that ran out still belongs to its holder until somebody else takes the scan.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from pipeline.errors import Conflict
from storage.catalogue import exams, scope
from storage.catalogue.exam_catalogue import type_of
from storage.catalogue.models import Event, Exam, Feedback, Person, Review, ReviewItem, Scan
from storage.catalogue.programme import current
from storage.catalogue.transaction import one_transaction
from supervision.rating import Answer
from supervision.review_form import ReviewForm
from supervision.roles import Action
from supervision.states import OPEN_STAGES, Stage


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
        item = _held(item_id, person)
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


def submit(
    item_id: int, person: Person, submission: UUID, form: ReviewForm, now: datetime, *, seconds: float | None = None
) -> Review:
    """Keep what `person` says of the exam and make it final; the same `submission` again returns the same review.

    seconds: spent at it. Conflict: already_reviewed, lease_lost (somebody else took the exam, or it was given back),
    own_scan, stale (the submission belongs to another review). ReviewItem.DoesNotExist outside the person's projects.
    """
    with one_transaction():
        item = ReviewItem.objects.select_for_update().get(pk=item_id)
        before = Review.objects.filter(submission=submission).first()
        if before is not None:
            if before.item_id != item.pk or before.reviewer_id != person.pk:
                raise Conflict("stale")
            return before
        item = _held(item_id, person)
        exam = Exam.objects.select_for_update(of=("self",)).select_related("project").get(pk=item.exam_id)
        exam_type = type_of(exam)
        assert exam_type is not None  # noqa: S101 - nothing is queued without its type
        scanner = {code: Answer(said) for code, said in exam.answers.items()}
        review = Review.objects.create(
            exam=exam,
            item=item,
            reviewer=person,
            reading=item.reading,
            submission=submission,
            exam_type_version=exam_type.version,
            form=form.as_json(),
            overall=form.overall,
            adequate=form.adequate(exam_type),
            correct=form.correct(exam_type, scanner),
            entrustment=form.entrustment,
            seconds=seconds,
            opened_at=item.claimed_at or now,
            submitted_at=now,
            final=True,
            simulated=exam.simulated,
        )
        item.done_at, item.lease_until = now, None
        item.save(update_fields=["done_at", "lease_until"])
        exams.go(exam, Stage.FINAL)
        Feedback.objects.create(review=review, released_at=now)
        Event.objects.create(at=now, what="reviewed", scan=exam.clips.first(), person=person)
        return review


def mark_seen(review_id: int, person: Person, now: datetime) -> None:
    """Note that the trainee has read this review; without effect for anybody else and a second time."""
    with one_transaction():
        mine = Feedback.objects.filter(review=review_id, review__exam__trainee=person, seen_at=None)
        exam = mine.values_list("review__exam", flat=True).first()
        if exam is not None and mine.update(seen_at=now):
            Event.objects.create(at=now, what="seen", scan=Scan.objects.filter(exam=exam).first(), person=person)


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


def _held(item_id: int, person: Person) -> ReviewItem:
    """Return the item, locked, if `person` is its last holder."""
    item = _locked(item_id, person)
    if item.claimed_by_id != person.pk:
        raise Conflict("lease_lost")
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

"""What would reviewers have said of the simulated scans in twelve weeks? Every such review is marked as simulated."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from pipeline.phantom import DemoScan
from pipeline.phantom.demo import WEEKS
from sonorelay.demo.people import REVIEWERS
from sonorelay.demo.scans import SEED, Dropped
from supervision.exam_types import ExamType
from supervision.phrases import Kind, suggested
from supervision.priority import standing
from supervision.rating import Answer, Cause, Component, Consequence
from supervision.readings import ENOUGH, Reading
from supervision.review_form import Advice, ReviewForm

if TYPE_CHECKING:
    from storage.catalogue.models import Person

BACKLOG_FROM_WEEK = 7  # from then on half of the scans still wait, of the last week three in four
WEEKS_SEEN = 8
AGREES = 0.9  # how often an expert says of a question what the scanner said
SEEN_FROM, BAD_FROM = 0.3, 0.8  # severity of a fault
DEFECTS = {
    "low_gain": (Component.GAIN, Cause.GAIN),
    "high_gain": (Component.GAIN, Cause.GAIN),
    "lost_contact": (Component.STEADY, Cause.CONTACT),
    "shaken": (Component.STEADY, Cause.MOTION),
    "over_deep": (Component.DEPTH, Cause.DEPTH),
    "blurred": (Component.FOCUS, Cause.FOCUS),
    "shadow": (Component.STEADY, Cause.WINDOW),
    "noise": (Component.GAIN, Cause.GAIN),
    "frozen": (Component.SWEEP, Cause.EXPORT),
    "dead_elements": (Component.STEADY, Cause.DEVICE),
}


def mark_simulated(dropped: list[Dropped]) -> None:
    """Mark the simulated scans, and date their arrival on the day that the simulation gives them."""
    from django.db import transaction
    from django.db.models import F

    from storage.catalogue.models import ReviewItem, Scan

    simulated = [one.digest for one in dropped if one.drop.scan is not None]
    with transaction.atomic():
        scans = Scan.objects.filter(digest__in=simulated, simulated=False, captured_at__isnull=False)
        scans.update(received_at=F("captured_at"), simulated=True)
        for item in ReviewItem.objects.filter(exam__clips__digest__in=simulated, done_at=None).select_related("exam"):
            waited = item.due_at - item.queued_at
            item.queued_at = item.exam.began_at + timedelta(minutes=10)
            item.due_at = item.queued_at + waited
            item.priority = standing(item.reasons, item.queued_at)
            item.save(update_fields=["queued_at", "due_at", "priority"])


def review_history(dropped: list[Dropped]) -> int:
    """Review the simulated scans, each some hours after it came, and leave a backlog; returns how many."""
    from storage.catalogue.models import Person, ReviewItem

    reviewers = list(Person.objects.filter(username__in=[person.username for person in REVIEWERS]).order_by("id"))
    open_items = dict(ReviewItem.objects.filter(done_at=None).values_list("exam__clips__digest", "id"))
    read: set[int] = set()
    for one in dropped:
        scan = one.drop.scan
        item = open_items.get(one.digest)
        if scan is None or item is None or item in read or one.drop.captured_at is None:
            continue
        rng = np.random.default_rng([SEED, 29, scan.scene.seed])
        if rng.random() < _waiting_share(scan.week):
            continue
        at = one.drop.captured_at.astimezone(UTC) + timedelta(hours=float(rng.gamma(2.0, 14.0)) + 1)
        read.add(item)
        _review(item, reviewers[int(rng.integers(len(reviewers)))], scan, rng, at)
    return len(read)


def _waiting_share(week: int) -> float:
    if week < BACKLOG_FROM_WEEK:
        return 0.0
    return 0.5 if week < WEEKS - 1 else 0.75


def _review(item: int, reviewer: "Person", scan: DemoScan, rng: np.random.Generator, at: datetime) -> None:
    from storage.catalogue import queue, readings
    from storage.catalogue.exam_catalogue import type_when_queued
    from storage.catalogue.models import Feedback, Person, Review, ReviewItem

    exam = queue.claim(item, reviewer, at).exam
    exam_type = type_when_queued(exam)
    assert exam_type is not None  # noqa: S101 - nothing is queued without its type
    seconds = float(rng.uniform(35, 150))
    submitted_at = at + timedelta(seconds=seconds)
    form = _form(exam_type, scan, exam.answers, rng)
    submission = uuid.UUID(bytes=rng.bytes(16), version=4)
    review = readings.submit(
        item, reviewer, submission, form, submitted_at, seconds=seconds, seen=[view.code for view in exam_type.views]
    )
    again = ReviewItem.objects.filter(exam=review.exam_id, reading=Reading.SECOND, done_at=None).first()
    if again is not None:
        second = Person.objects.exclude(pk=reviewer.pk).get(username__in=[person.username for person in REVIEWERS])
        _review(again.pk, second, scan, rng, submitted_at + timedelta(hours=3))
    seen_at = submitted_at + timedelta(hours=20) if scan.week < WEEKS_SEEN else None
    Review.objects.filter(pk=review.pk).update(simulated=True)
    Feedback.objects.filter(review=review).update(seen_at=seen_at)


def _form(exam_type: ExamType, scan: DemoScan, scanner: Mapping[str, str], rng: np.random.Generator) -> ReviewForm:
    """Rate a scan by the faults that were simulated in it, with the scatter that two readers show (ICC about .6)."""
    fault = max(scan.scene.faults, key=lambda fault: fault.severity, default=None)
    worst = 0.0 if fault is None else fault.severity
    overall = int(np.clip(round(4.5 - 3.2 * worst + rng.normal(0.0, 0.6)), 1, 5))
    rated: dict[Component, int | None] = dict.fromkeys(Component, 2)
    cause = Cause.NO_DEFECT
    if fault is not None and worst > SEEN_FROM:
        component, cause = DEFECTS[fault.kind]
        rated[component] = 0 if worst > BAD_FROM else 1
    if overall < ENOUGH:
        rated[Component.LANDMARKS] = 0
    lacking = [one for one, level in rated.items() if level != 2]
    return ReviewForm(
        overall,
        views={view.code: rated for view in exam_type.views},
        answers={question.code: _answer(scanner.get(question.code), rng) for question in exam_type.questions},
        consequence=Consequence.NONE,
        entrustment=overall,
        cause=cause,
        confidence=2,
        keep=_advice("keep", cause, [], exam_type, rng),
        change=_advice("change", cause, lacking, exam_type, rng),
        next=_advice("next", cause, lacking, exam_type, rng),
    )


def _advice(
    kind: Kind, cause: Cause, lacking: list[Component], exam_type: ExamType, rng: np.random.Generator
) -> Advice:
    fitting = suggested(kind, cause, lacking, exam_type.code)[:3]
    return Advice(phrase=fitting[int(rng.integers(len(fitting)))].code) if fitting else Advice()


def _answer(scanner: str | None, rng: np.random.Generator) -> Answer:
    """Say what the scanner said, or the opposite; no where they said nothing certain."""
    said = Answer.POSITIVE if scanner == Answer.POSITIVE else Answer.NEGATIVE
    other = Answer.NEGATIVE if said is Answer.POSITIVE else Answer.POSITIVE
    return said if rng.random() < AGREES else other

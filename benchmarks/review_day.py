"""How long does a reviewer wait for "next" on a day of 200 reviews, with 100,000 scans in the catalogue?

`python -m benchmarks review_day`: on SQLite and, where it is installed, on PostgreSQL; through the web application
(middleware, session, page), one request after the other. What is timed is POST /queue/next/ alone.
"""

import random
import statistics
import time
import uuid
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from benchmarks.installations import in_installation, on_each_database

if TYPE_CHECKING:
    from django.test import Client

    from storage.catalogue.models import Person

SCANS, WAITING = 100_000, 10_000
REVIEWERS, REVIEWS = 8, 200
TRAINEES, PROJECTS = 60, 12
TYPES = ("FAST", "LUNG_AD", "CARD", "OB_T23", "DVT", "BLADDER")
CHUNK = 5_000


def main() -> None:
    """Run the day on each database, and print what it took."""
    on_each_database(partial(in_installation, _day))


def _day(name: str) -> None:
    from django.db import connection
    from django.urls import get_resolver

    assert get_resolver().url_patterns, "the pages are loaded before the clock runs"
    reviewers = _fill(random.Random(4))  # noqa: S311 - the same day each time
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    took, busy, rated = _reviews(reviewers)
    late = sorted(took)[int(len(took) * 0.95)]
    print(
        f"{name}: {SCANS} scans, {WAITING} waiting, {len(took)} reviews by {REVIEWERS}: "
        f"next {statistics.median(took):.1f} ms (median; {statistics.median(busy):.1f} ms of it our processor time), "
        f"{late:.1f} ms (95 %), {max(took):.1f} ms (slowest); submit {statistics.median(rated):.1f} ms (median)"
    )


def _fill(chance: random.Random) -> "list[Person]":
    """Write people and scans; all but the last have been read. Return the reviewers."""
    from storage.catalogue.models import Membership, Organisation, Person, Project, ReviewerProfile
    from supervision.roles import Role

    organisation = Organisation.objects.create(code="relief", name="Relief")
    projects = [
        Project.objects.create(code=f"site-{number}", organisation=organisation, name=f"Site {number}")
        for number in range(PROJECTS)
    ]
    trainees = [
        Person.objects.create(username=f"trainee {number}", language=("en", "fr")[number % 2])
        for number in range(TRAINEES)
    ]
    reviewers = [Person.objects.create(username=f"reviewer {number}") for number in range(REVIEWERS)]
    for reviewer in reviewers:
        Membership.objects.create(person=reviewer, role=Role.REVIEWER, organisation=organisation)
        ReviewerProfile.objects.create(
            person=reviewer,
            languages=chance.choice(([], ["fr"], ["en", "fr"])),
            exam_types=chance.choice(([], list(TYPES[:3]), ["DVT"])),
            most_a_day=chance.choice((None, 100)),
        )
    for first in range(0, SCANS, CHUNK):
        _write(range(first, first + CHUNK), projects, trainees, reviewers, chance)
    return reviewers


def _write(
    numbers: range, projects: list[Any], trainees: list[Any], reviewers: list[Any], chance: random.Random
) -> None:
    from storage.catalogue.models import Exam, Review, ReviewItem, Scan
    from supervision.priority import Clock, due_at, reasons, standing
    from supervision.states import Stage, State

    now = datetime.now(UTC)
    exams, scans, items, reviews = [], [], [], []
    for number in numbers:
        waits = number >= SCANS - WAITING
        at = now - timedelta(minutes=30 * (SCANS - number) / (60 if waits else 1))
        trainee = chance.choice(trainees)
        known = {"project": projects[trainee.pk % PROJECTS], "trainee": trainee, "exam_type": chance.choice(TYPES)}
        score = chance.uniform(20, 95)
        exam = Exam(
            **known, name=f"{number:010d}", began_at=at, stage=Stage.QUEUED if waits else Stage.FINAL, score=score
        )
        scan = Scan(
            **known,
            digest=f"{number:064x}",
            state=State.QUEUED if waits else State.FINAL,
            received_at=at,
            size=1_000_000,
            exam=exam,
            score=score,
        )
        clock = chance.choices((Clock.P0, Clock.P1, Clock.P2, Clock.P3), (1, 4, 75, 20))[0]
        made_of = reasons(clock, score)
        item = ReviewItem(
            exam=exam,
            priority=standing(made_of, at),
            reasons=made_of,
            clock=clock,
            queued_at=at,
            due_at=due_at(clock, at),
        )
        if not waits:
            reader = chance.choice(reviewers)
            item.claimed_by, item.claimed_at, item.done_at = reader, at, at + timedelta(hours=20)
            reviews.append(
                Review(
                    exam=exam,
                    item=item,
                    reviewer=reader,
                    overall=4,
                    adequate=True,
                    correct=True,
                    opened_at=at,
                    submitted_at=at + timedelta(hours=20),
                    final=True,
                )
            )
        exams.append(exam)
        scans.append(scan)
        items.append(item)
    Exam.objects.bulk_create(exams)
    Scan.objects.bulk_create(scans)
    ReviewItem.objects.bulk_create(items)
    Review.objects.bulk_create(reviews)


def _reviews(reviewers: "list[Person]") -> tuple[list[float], list[float], list[float]]:
    """Let the reviewers take turns; return the milliseconds of each "next", of which busy, and of each form sent."""
    from django.test import Client

    clients = []
    for reviewer in reviewers:
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(reviewer, backend="web.sign_in.OwnPeople")
        client.get("/queue/")
        clients.append(client)
    took, busy, rated = [], [], []
    for number in range(REVIEWS):
        client = clients[number % REVIEWERS]
        began, worked = time.perf_counter(), time.process_time()
        answer = client.post("/queue/next/")
        took.append(1000 * (time.perf_counter() - began))
        busy.append(1000 * (time.process_time() - worked))
        assert answer.status_code == 302
        assert answer["Location"].startswith("/review/"), "nothing was given"
        rated.append(_send(client, answer["Location"]))
    return took, busy, rated


def _send(client: "Client", address: str) -> float:
    """Fill in the form for the exam and send it; return the milliseconds."""
    from storage.catalogue.models import ReviewItem
    from tests.forms import rated
    from web.reading_form import fields_of

    item = ReviewItem.objects.select_related("exam").get(pk=int(address.strip("/").split("/")[-1]))
    form = rated(4, exam_type=item.exam.exam_type)
    sent = fields_of(form) | {"submission": str(uuid.uuid4()), "seconds": "45", "seen": " ".join(form.views)}
    began = time.perf_counter()
    answer = client.post(address, sent, headers={"X-Requested-With": "fetch"})
    took = 1000 * (time.perf_counter() - began)
    assert answer.status_code == 200, answer.content[:500]
    return took

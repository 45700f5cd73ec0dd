"""Do many people and runs at once never get the same scan? Real threads, each with its own connection."""

import multiprocessing
import os
import uuid
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection

from pipeline.deidentify import Identity
from pipeline.errors import Conflict
from pipeline.kept import Kept, Witness
from pipeline.received import Kind, Received
from storage.catalogue import intake, quarantine, queue, readings, reidentification, rekeying
from storage.catalogue.models import (
    Arrival,
    Discarded,
    Event,
    Exam,
    Person,
    ReleaseReport,
    Review,
    ReviewItem,
    Scan,
    SectorLayout,
)
from storage.catalogue.programme import current
from storage.objects import Area, StoredBytes
from storage.settings import settings
from supervision.priority import Clock
from supervision.roles import Role
from supervision.states import Stage, State
from tests.forms import rated
from tests.storage.conftest import (
    FAN,
    NOON,
    World,
    digest_of,
    identity,
    inspection,
    make_world,
    next_for,
    released,
    runs,
)

AT_ONCE = 8
EXAMS = int(os.environ.get("PARALLEL_EXAMS", runs(400)))
"""`PARALLEL_EXAMS=4000` lets the test take its time."""

FORM = rated(3, adequate=True)
Answer = TypeVar("Answer")


@pytest.fixture(autouse=True)
def read_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Let no exam be read twice by chance."""
    (tmp_path / "programme.toml").write_text("[review]\nsecond_read_share = 0\n")
    monkeypatch.setenv("SONORELAY_PROGRAMME", str(tmp_path / "programme.toml"))
    settings.cache_clear()
    current.cache_clear()
    yield
    current.cache_clear()


@pytest.fixture
def shared(transactional_db: None) -> World:
    """Give a world whose rows every connection sees."""
    return make_world()


def together(work: Callable[[int], Answer]) -> list[Answer]:
    """Do the same work in eight threads that begin at the same moment, each with a connection of its own."""
    barrier = Barrier(AT_ONCE)

    def begin(number: int) -> Answer:
        barrier.wait(30)
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(begin, range(AT_ONCE)))


def outcome(work: Callable[[], object]) -> str:
    try:
        work()
    except Conflict as conflict:
        return conflict.code
    return "ok"


def send(item: ReviewItem, person: Person, submission: uuid.UUID) -> Review:
    return readings.submit(item.pk, person, submission, FORM, NOON, seen=FORM.views)


def test_readings_never_meet(shared: World) -> None:
    for _ in range(24):
        shared.queued()
    reviewers = [shared.person(f"reviewer {number}", Role.REVIEWER) for number in range(AT_ONCE)]

    def read_all(number: int) -> list[int]:
        read = []
        while (item := queue.next_item(reviewers[number], NOON)) is not None:
            read.append(item.pk)
            send(item, reviewers[number], uuid.uuid4())
        return read

    read = [item for items in together(read_all) for item in items]
    assert sorted(read) == sorted(ReviewItem.objects.values_list("pk", flat=True))
    assert Review.objects.count() == 24
    assert set(Scan.objects.values_list("state", flat=True)) == {"final"}


def test_no_reviewer_gets_an_exam_that_another_got(shared: World) -> None:
    """Eight processes empty the queue; what they took is ended without a form, which is tested above."""
    waiting = exams_in_the_queue(shared, EXAMS)
    reviewers = [shared.person(f"reviewer {number}", Role.REVIEWER) for number in range(AT_ONCE)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # a fork beside threads, which here do nothing
        taken = [one for took in in_processes([partial(take_all, reviewer) for reviewer in reviewers]) for one in took]
    assert len(taken) == len(waiting)
    assert set(taken) == waiting
    assert Event.objects.filter(what="claimed").count() == len(waiting)


def exams_in_the_queue(world: World, number: int) -> set[int]:
    """Write exams that wait, each with its clip, in one go."""
    known = {"project": world.goma, "trainee": world.people["amina"], "exam_type": "FAST"}
    exams = Exam.objects.bulk_create(
        Exam(**known, name=str(place), began_at=NOON, stage=Stage.QUEUED) for place in range(number)
    )
    Scan.objects.bulk_create(
        Scan(**known, exam=exam, digest=digest_of(exam.name), state=State.QUEUED, received_at=NOON, size=1)
        for exam in exams
    )
    items = ReviewItem.objects.bulk_create(
        ReviewItem(
            exam=exam,
            clock=list(Clock)[exam.pk % 4],
            priority=float(exam.pk % 97),
            queued_at=NOON,
            due_at=NOON + timedelta(hours=72),
        )
        for exam in exams
    )
    return {item.pk for item in items}


def take_all(reviewer: Person) -> list[int]:
    taken = []
    while (item := queue.next_item(reviewer, NOON)) is not None:
        taken.append(item.pk)
        ReviewItem.objects.filter(pk=item.pk).update(done_at=NOON)
    return taken


def in_processes(works: Sequence[Callable[[], list[int]]]) -> list[list[int]]:
    """Do each work in a process of its own, with a connection of its own."""
    context = multiprocessing.get_context("fork")  # the tests' database is known to the children
    connection.close()
    pipes = [context.Pipe(duplex=False) for _ in works]

    def run(work: Callable[[], list[int]], answer: Connection) -> None:
        try:
            answer.send(work())
        finally:
            connection.close()

    children = [context.Process(target=run, args=(work, end)) for work, (_, end) in zip(works, pipes, strict=True)]
    for child in children:
        child.start()
    for _, end in pipes:
        end.close()
    answers = [receive.recv() for receive, _ in pipes]
    for child in children:
        child.join(30)
    return answers


def test_one_of_eight_gets_the_only_scan(shared: World) -> None:
    item = ReviewItem.objects.get(exam__clips=shared.queued())
    reviewers = [shared.person(f"reviewer {number}", Role.REVIEWER) for number in range(AT_ONCE)]
    results = Counter(together(lambda number: outcome(lambda: queue.claim(item.pk, reviewers[number], NOON))))
    assert results == {"ok": 1, "already_claimed": AT_ONCE - 1}


def test_a_form_sent_eight_times_at_once_is_one_review(shared: World) -> None:
    shared.queued()
    rose = shared.people["rose"]
    item = next_for(rose, NOON)
    submission = uuid.uuid4()
    reviews = together(lambda _: send(item, rose, submission).pk)
    assert len(set(reviews)) == Review.objects.count() == 1


def test_of_eight_forms_at_once_one_counts(shared: World) -> None:
    shared.queued()
    rose = shared.people["rose"]
    item = next_for(rose, NOON)
    results = Counter(together(lambda _: outcome(lambda: send(item, rose, uuid.uuid4()))))
    assert results == {"ok": 1, "already_reviewed": AT_ONCE - 1}


def test_the_same_bytes_at_once_are_one_scan(shared: World) -> None:
    received = Received(digest_of("same"), 4, Kind.STILL, "goma", "amina", "FAST")
    raw = StoredBytes(Area.RAW, received.digest, 4)
    results = together(lambda _: intake.register(received, raw, "watched_folder", NOON).repeated)
    assert Counter(results) == {False: 1, True: AT_ONCE - 1}
    assert (Scan.objects.count(), Arrival.objects.count()) == (1, AT_ONCE)


def test_runs_never_take_the_same_scan(shared: World) -> None:
    for number in range(40):
        shared.received(f"scan {number}")

    def take_all(number: int) -> list[str]:
        taken: list[str] = []
        while batch := intake.take("goma", 3, f"run {number}", NOON):
            taken += batch
        return taken

    taken = [digest for digests in together(take_all) for digest in digests]
    assert sorted(taken) == sorted(Scan.objects.values_list("digest", flat=True))
    assert Person.objects.count() == 3


def test_of_eight_decisions_at_once_one_counts(shared: World) -> None:
    scan = shared.withheld()
    officers = [shared.person(f"officer {number}", Role.DATA_OFFICER) for number in range(AT_ONCE)]
    acts: list[Callable[[int, Person], object]] = [
        lambda pk, officer: quarantine.decide_sector(pk, [FAN], officer, NOON),
        lambda pk, officer: quarantine.refuse(pk, "names_patient", officer, NOON),
    ]
    results = Counter(together(lambda number: outcome(lambda: acts[number % 2](scan.pk, officers[number]))))
    assert results == {"ok": 1, "stale": AT_ONCE - 1}
    assert scan.events.filter(what__in=["sector_drawn", "refused"]).count() == 1


def test_of_eight_consents_at_once_one_counts(shared: World) -> None:
    scan = shared.queued()
    officers = [shared.person(f"officer {number}", Role.DATA_OFFICER) for number in range(AT_ONCE)]
    request = reidentification.ask(scan.pk, officers[0], "incident", NOON)
    results = Counter(
        together(lambda number: outcome(lambda: reidentification.approve(request.pk, officers[number], NOON)))
    )
    assert results == {"ok": 1, "request_over": AT_ONCE - 2, "second_person": 1}


def test_releases_at_once_learn_a_layout_once(shared: World) -> None:
    scans = [shared.received(f"scan {number}", trainee=None) for number in range(AT_ONCE)]
    assert len(intake.take("goma", AT_ONCE, "token", NOON)) == AT_ONCE
    kept = Kept((FAN,), (Witness.FITTED, Witness.MOVING))

    def release(number: int) -> bool:
        digest = scans[number].digest
        stored = released(digest)
        return intake.record_released(
            digest, "token", inspection(), identity(), (0.0,), stored, NOON, kept=kept, report={}
        )

    assert all(together(release))
    assert SectorLayout.objects.count() == 1


def test_a_scan_is_made_anew_once_however_many_do_it(shared: World) -> None:
    scan = shared.queued()
    Scan.objects.filter(pk=scan.pk).update(pseudonymised_with="OLD")
    read = Scan.objects.get(pk=scan.pk)
    new = Identity("SR-NEW", "SR-NEWDEVICE")
    stored = released(scan.digest + "anew")
    results = together(lambda _: rekeying.record_rekeyed(read, new, stored, NOON, key="NEW", report={}))
    assert Counter(results) == {True: 1, False: AT_ONCE - 1}
    assert ReleaseReport.objects.filter(scan=scan, current=True).count() == 1
    assert Discarded.objects.count() == 2

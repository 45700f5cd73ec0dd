"""Do many people and runs at once never get the same scan? Real threads, each with its own connection."""

import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection

from pipeline.deidentify import Identity
from pipeline.errors import Conflict
from pipeline.kept import Kept, Witness
from pipeline.received import Kind, Received
from storage.catalogue import intake, quarantine, queue, reidentification, rekeying
from storage.catalogue.models import (
    Arrival,
    Discarded,
    Person,
    ReleaseReport,
    Review,
    ReviewItem,
    Scan,
    SectorLayout,
)
from storage.objects import Area, StoredBytes
from supervision.roles import Role
from tests.forms import rated
from tests.storage.conftest import FAN, NOON, World, digest_of, identity, inspection, make_world, next_for, released

AT_ONCE = 8
FORM = rated(3, adequate=True)
Answer = TypeVar("Answer")


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


def test_claims_never_meet(shared: World) -> None:
    for _ in range(24):
        shared.queued()
    reviewers = [shared.person(f"reviewer {number}", Role.REVIEWER) for number in range(AT_ONCE)]

    def read_all(number: int) -> list[int]:
        read = []
        while (item := queue.next_item(reviewers[number], NOON)) is not None:
            read.append(item.pk)
            queue.submit(item.pk, reviewers[number], uuid.uuid4(), FORM, NOON)
        return read

    read = [item for items in together(read_all) for item in items]
    assert sorted(read) == sorted(ReviewItem.objects.values_list("pk", flat=True))
    assert Review.objects.count() == 24
    assert set(Scan.objects.values_list("state", flat=True)) == {"final"}


def test_one_of_eight_gets_the_only_scan(shared: World) -> None:
    item = ReviewItem.objects.get(scan=shared.queued())
    reviewers = [shared.person(f"reviewer {number}", Role.REVIEWER) for number in range(AT_ONCE)]
    results = Counter(together(lambda number: outcome(lambda: queue.claim(item.pk, reviewers[number], NOON))))
    assert results == {"ok": 1, "already_claimed": AT_ONCE - 1}


def test_a_form_sent_eight_times_at_once_is_one_review(shared: World) -> None:
    shared.queued()
    rose = shared.people["rose"]
    item = next_for(rose, NOON)
    submission = uuid.uuid4()
    reviews = together(lambda _: queue.submit(item.pk, rose, submission, FORM, NOON).pk)
    assert len(set(reviews)) == Review.objects.count() == 1


def test_of_eight_forms_at_once_one_counts(shared: World) -> None:
    shared.queued()
    rose = shared.people["rose"]
    item = next_for(rose, NOON)
    results = Counter(together(lambda _: outcome(lambda: queue.submit(item.pk, rose, uuid.uuid4(), FORM, NOON))))
    assert results == {"ok": 1, "already_reviewed": AT_ONCE - 1}


def test_the_same_bytes_at_once_are_one_scan(shared: World) -> None:
    received = Received(digest_of("same"), 4, Kind.STILL, "goma", "amina", "FAST")
    raw = StoredBytes(Area.RAW, received.digest, 4)
    results = together(lambda _: intake.register(received, raw, "watched_folder", NOON)[1])
    assert Counter(results) == {True: 1, False: AT_ONCE - 1}
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

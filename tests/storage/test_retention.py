"""Which originals are deleted, when, what proves it, and what becomes of a scan without one?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import Conflict
from pipeline.received import Kind, Received
from storage.objects import Area, ObjectStore
from storage.objects.folder import FolderShelf
from supervision.escalation import EscalationState
from supervision.roles import Role
from supervision.states import RELEASED, Stage, State
from tests.storage.conftest import NOON, World, digest_of, identity, inspection, released
from tests.storage.stores import store_on

if TYPE_CHECKING:
    from storage.catalogue.models import Scan

TERM = 30
LATER = NOON + timedelta(days=TERM, hours=1)


@pytest.fixture
def places(tmp_path: Path) -> tuple[ObjectStore, ObjectStore]:
    """Return a store and its second copy."""
    one, two = (FolderShelf(tmp_path / name, "http://x", "k" * 40) for name in ("objects", "second"))
    return store_on(one, tmp_path), store_on(two, tmp_path)


@pytest.fixture
def arrive(world: World, places: tuple[ObjectStore, ObjectStore], file: Callable[[bytes], Path]) -> Callable[..., Scan]:
    """Return what lets a scan of these bytes arrive, with a sidecar, in both places."""
    from storage.catalogue import intake

    def _arrive(content: bytes, *, sidecar: bytes = b"{}", now: datetime = NOON, state: State | None = None) -> Scan:
        raw, beside = (places[0].put(Area.RAW, file(one)) for one in (content, sidecar))
        known = Received(raw.digest, raw.size, Kind.VIDEO, "goma", "amina", "FAST")
        scan = intake.register(known, raw, "watched_folder", now, sidecar=beside).scan
        for digest in (raw.digest, beside.digest):
            places[0].copy(Area.RAW, digest, places[1])
        if state in RELEASED:
            release(scan)
        if state is not None:
            type(scan).objects.filter(pk=scan.pk).update(state=state)
            scan.refresh_from_db()
            if scan.exam is not None:
                type(scan.exam).objects.filter(pk=scan.exam.pk).update(stage=state.value)
        return scan

    return _arrive


def release(scan: Scan) -> None:
    from storage.catalogue import intake

    assert scan.digest in intake.take("goma", 10, "token", NOON)
    known = identity(), (0.0, 0.05), released(scan.digest)
    assert intake.record_released(scan.digest, "token", inspection(), *known, NOON)


def due(now: datetime = LATER, *keys: str) -> list[int]:
    from storage.catalogue.retention import over_term

    return list(over_term(TERM, keys, now).values_list("pk", flat=True))


def delete(scan: Scan, places: tuple[ObjectStore, ...], now: datetime = LATER) -> bool:
    from storage.catalogue.retention import delete_originals

    return delete_originals(scan.pk, TERM, (), places, now)


def lies(digest: str, places: tuple[ObjectStore, ...]) -> list[bool]:
    return [store.size(Area.RAW, digest) is not None for store in places]


@pytest.mark.parametrize("state", State)
def test_only_what_was_dealt_with_goes_and_only_after_its_term(
    arrive: Callable[..., Scan], places: tuple[ObjectStore, ObjectStore], state: State
) -> None:
    scan = arrive(b"scan", state=state)
    assert due(LATER - timedelta(hours=2)) == []
    expected = [scan.pk] if state in (State.FINAL, State.REJECTED, State.NOT_CHOSEN) else []
    assert due() == expected
    assert delete(scan, places) == bool(expected)
    assert lies(scan.digest, places) == [not expected] * 2


def test_what_somebody_may_still_need_stays(arrive: Callable[..., Scan], world: World) -> None:
    from storage.catalogue.models import Escalation, Event, Exam, Reidentification, Scan

    scan = arrive(b"scan", state=State.FINAL)
    exam = Exam.objects.get(clips=scan)
    rose = world.people["rose"]

    def stays(*keys: str) -> bool:
        return due(LATER, *keys) == []

    assert not stays()
    Exam.objects.filter(pk=exam.pk).update(stage=Stage.APPEALED)
    assert stays()
    Exam.objects.filter(pk=exam.pk).update(stage=Stage.FINAL)
    question = Escalation.objects.create(
        exam=exam, raised_by=rose, raised_at=NOON, question="other", specialty="radiology", due_at=NOON
    )
    assert stays()
    Escalation.objects.filter(pk=question.pk).update(state=EscalationState.CLOSED, closed_at=NOON)
    assert not stays()
    request = Reidentification.objects.create(scan=scan, asked_by=rose, purpose="x", asked_at=LATER - timedelta(days=3))
    assert stays()
    Reidentification.objects.filter(pk=request.pk).update(asked_at=NOON)
    Scan.objects.filter(pk=scan.pk).update(pseudonymised_with="OLD")
    assert stays("NEW")
    assert not stays("OLD", "NEW")
    Scan.objects.filter(pk=scan.pk).update(rekey_refused="NEW")
    assert not stays("NEW")
    Event.objects.create(at=LATER - timedelta(days=1), what="evidence_seen", scan=scan)
    assert stays("NEW")


def test_what_is_deleted_is_proved(arrive: Callable[..., Scan], places: tuple[ObjectStore, ObjectStore]) -> None:
    from storage.catalogue import audit
    from storage.catalogue.models import Event, StoredObject

    scan = arrive(b"scan", sidecar=b'{"operator": "one"}', state=State.FINAL)
    made = StoredObject.objects.filter(scan=scan).exclude(area=Area.RAW).count()
    assert made
    assert delete(scan, places)
    assert not delete(scan, places)
    rows = {row.role: row for row in StoredObject.objects.filter(scan=scan)}
    assert {role for role, row in rows.items() if row.deleted_at} == {"raw", "sidecar"}
    assert len(rows) == made + 2
    audit.seal()
    event = Event.objects.get(what="original_deleted")
    told = [
        {"role": role, "digest": rows[role].digest, "size": rows[role].size, "kept_for_others": False}
        for role in ("raw", "sidecar")
    ]
    assert event.scan_digest == scan.digest
    assert event.facts == {
        "objects": told,
        "stored_at": NOON.isoformat(timespec="seconds"),
        "raw_days": TERM,
        "deleted_at": LATER.isoformat(timespec="seconds"),
        "places": 2,
    }
    assert audit.verify(LATER).sound
    assert [lies(one["digest"], places) for one in told] == [[False, False]] * 2


def test_a_sidecar_that_two_scans_share_goes_with_the_last(
    arrive: Callable[..., Scan], places: tuple[ObjectStore, ObjectStore]
) -> None:
    from storage.catalogue.models import Event, StoredObject

    one, two = (arrive(content, state=State.REJECTED) for content in (b"one", b"two"))
    shared = StoredObject.objects.get(scan=one, role="sidecar").digest
    assert delete(one, places)
    assert lies(shared, places) == [True, True]
    assert Event.objects.get(what="original_deleted").facts["objects"][1]["kept_for_others"]
    assert delete(two, places)
    assert lies(shared, places) == [False, False]


def test_bytes_that_come_again_are_the_same_scan_and_go_again(
    arrive: Callable[..., Scan], places: tuple[ObjectStore, ObjectStore]
) -> None:
    from storage.catalogue import intake
    from storage.catalogue.evidence import remove_discarded
    from storage.catalogue.models import Event, Scan

    scan = arrive(b"scan", state=State.REJECTED)
    delete(scan, places)
    again = arrive(b"scan", now=LATER)
    assert again.pk == scan.pk
    assert Scan.objects.count() == 1
    assert [one.repeated for one in scan.arrivals.order_by("pk")] == [False, True]
    assert Event.objects.filter(what="original_came_again").count() == 2  # its sidecar as well
    remove_discarded(places[0])
    assert lies(scan.digest, places[:1]) == [False]
    assert scan.objects_stored.get(role="raw").deleted_at == LATER
    assert intake.try_again("goma", LATER) == 0


def test_nobody_asks_whose_scan_it_was_that_has_no_original(
    arrive: Callable[..., Scan], places: tuple[ObjectStore, ObjectStore], world: World
) -> None:
    from storage.catalogue import reidentification

    officer = world.person("officer", Role.DATA_OFFICER, project=world.goma)
    other = world.person("other", Role.DATA_OFFICER, project=world.goma)
    scan = arrive(b"scan", state=State.FINAL)
    purpose = next(iter(reidentification.PURPOSES))
    request = reidentification.ask(scan.pk, officer, purpose, NOON)
    delete(scan, places, NOON + timedelta(days=60))
    with pytest.raises(Conflict, match="original_deleted"):
        reidentification.ask(scan.pk, other, purpose, NOON + timedelta(days=60))
    type(request).objects.filter(pk=request.pk).update(approved_by=other, approved_at=NOON + timedelta(days=60))
    with pytest.raises(Conflict, match="original_deleted"):
        reidentification.reveal(request.pk, officer, NOON + timedelta(days=60))


def test_a_crash_between_the_bytes_and_the_row_is_made_good(
    arrive: Callable[..., Scan], places: tuple[ObjectStore, ObjectStore]
) -> None:
    scan = arrive(b"scan", state=State.FINAL)
    for store in places:
        store.delete(Area.RAW, scan.digest)
    assert due() == [scan.pk]
    assert delete(scan, places)
    assert due() == []
    assert digest_of("scan") == scan.digest

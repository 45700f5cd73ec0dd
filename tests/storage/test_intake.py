"""Does every scan enter once, and is every outcome whole and counted once?"""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError

from pipeline.deidentify.identity import Identity
from pipeline.errors import Undecodable, Withheld
from pipeline.received import Kind, Received
from storage.catalogue import intake
from storage.catalogue.models import Arrival, Assessment, Device, Event, ReviewItem, Scan, StoredObject
from storage.objects import Area, StoredBytes
from supervision.roles import Role
from supervision.states import State
from tests.storage.conftest import NOON, World, digest_of, identity, inspection, item_of, released

LATER = NOON + timedelta(hours=1)


def arrive(name: str, now: datetime = NOON, **known: object) -> tuple[Scan, bool]:
    values = {"project": "goma", "trainee": None, "exam_type": None} | known
    received = Received(digest_of(name), 9, Kind.DICOM, **values)
    arrival = intake.register(received, StoredBytes(Area.RAW, received.digest, 9), "watched_folder", now)
    return arrival.scan, not arrival.repeated


def test_the_same_bytes_twice_are_one_scan(world: World) -> None:
    first, new = arrive("a")
    second, again = arrive("a", LATER)
    assert (new, again, first.pk) == (True, False, second.pk)
    assert Scan.objects.count() == 1
    assert list(Arrival.objects.values_list("arrived_at", flat=True)) == [NOON, LATER]
    assert second.received_at == NOON
    assert list(second.objects_stored.values_list("role", "area", "digest")) == [("raw", "raw", first.digest)]


def test_a_later_arrival_fills_blanks_and_changes_nothing_else(world: World) -> None:
    arrive("a", exam_type="card")
    scan, _ = arrive("a", LATER, trainee="AMINA", exam_type="FAST", captured_at=NOON)
    assert (scan.trainee, scan.exam_type, scan.captured_at) == (world.people["amina"], "CARD", NOON)


def test_a_later_arrival_elsewhere_changes_nothing(world: World) -> None:
    world.person("eve", Role.TRAINEE, project=world.elsewhere)
    arrive("a")
    scan, new = arrive("a", LATER, project="elsewhere", trainee="eve", exam_type="FAST")
    assert (new, scan.project, scan.trainee, scan.exam_type) == (False, world.goma, None, "")


def test_a_later_arrival_sends_a_waiting_scan_to_the_queue(world: World) -> None:
    scan = world.queued("a", trainee=None)
    assert scan.state == State.AWAITING_INFO
    world.received("a")
    scan.refresh_from_db()
    assert scan.state == State.QUEUED
    assert ReviewItem.objects.get() == item_of(scan)


@pytest.mark.parametrize("trainee", ["nobody", "rose", "eve", "gone"])
def test_only_a_trainee_of_the_project_is_believed(world: World, trainee: str) -> None:
    world.person("eve", Role.TRAINEE, project=world.elsewhere)
    world.person("gone", Role.TRAINEE, project=world.goma, is_active=False)
    scan, _ = arrive(trainee, trainee=trainee, exam_type="NO_SUCH")
    assert (scan.trainee, scan.exam_type) == (None, "")
    assert trainee not in str(list(Event.objects.values()))


def test_an_unknown_project_and_other_bytes_are_bugs(world: World) -> None:
    with pytest.raises(LookupError):
        arrive("a", project="nowhere")
    received = Received(digest_of("a"), 9, None, "goma")
    for wrong in (
        StoredBytes(Area.RAW, digest_of("b"), 9),
        StoredBytes(Area.RAW, digest_of("a"), 8),
        StoredBytes(Area.RELEASED, digest_of("a"), 9),
    ):
        with pytest.raises(ValueError, match="stored"):
            intake.register(received, wrong, "watched_folder", NOON)
    assert not Scan.objects.exists()


def test_work_is_taken_once_until_its_time_is_over(world: World) -> None:
    digests = [arrive(name)[0].digest for name in "abc"]
    arrive("other", project="bunia")
    assert intake.waiting("goma", NOON) == 3
    first = intake.take("goma", 2, "one", NOON)
    assert first == digests[:2]
    assert intake.take("goma", 9, "two", NOON) == digests[2:]
    assert intake.waiting("goma", NOON) == 0
    over = NOON + timedelta(minutes=15, seconds=1)
    assert intake.waiting("goma", over) == 3
    assert set(intake.take("goma", 9, "three", over)) == set(digests)


def test_what_was_tried_least_comes_first(world: World) -> None:
    arrive("old")
    intake.take("goma", 1, "one", NOON)
    intake.free("one")
    fresh, _ = arrive("fresh", LATER)
    assert intake.take("goma", 1, "two", LATER) == [fresh.digest]


def test_giving_back_is_no_attempt_and_dying_is_one(world: World) -> None:
    scan, _ = arrive("a")
    intake.take("goma", 1, "one", NOON)
    intake.give_back("one")
    scan.refresh_from_db()
    assert (scan.attempts, scan.taken_by) == (0, "")
    intake.take("goma", 1, "two", NOON)
    intake.free("two")
    scan.refresh_from_db()
    assert (scan.attempts, scan.taken_by, scan.state) == (1, "", State.RECEIVED)


def test_a_scan_that_ends_its_process_every_time_fails_at_last(world: World) -> None:
    scan, _ = arrive("poison")
    for number in range(intake.MOST_TAKES):
        assert intake.take("goma", 1, str(number), NOON) == [scan.digest]
        intake.free(str(number))
    assert intake.take("goma", 1, "last", NOON) == []
    scan.refresh_from_db()
    assert (scan.state, scan.reason) == (State.FAILED, "internal")


def test_our_failure_is_tried_three_times(world: World) -> None:
    scan, _ = arrive("a")
    states = []
    for number in range(3):
        intake.take("goma", 1, str(number), NOON)
        assert intake.record_failed(scan.digest, str(number), "internal", NOON)
        scan.refresh_from_db()
        states.append(scan.state)
    assert states == [State.RECEIVED, State.RECEIVED, State.FAILED]
    assert intake.take("goma", 1, "again", NOON) == []


def test_a_refusal_keeps_its_reason(world: World) -> None:
    scan, _ = arrive("a")
    intake.take("goma", 1, "one", NOON)
    assert intake.record_rejected(scan.digest, "one", Undecodable("frames_missing", claimed=9, found=3), LATER)
    scan.refresh_from_db()
    assert (scan.state, scan.reason, scan.reason_facts) == (
        State.REJECTED,
        "frames_missing",
        {"claimed": 9, "found": 3},
    )
    assert scan.processed_at == LATER


def test_what_is_withheld_is_known_and_never_queued(world: World) -> None:
    scan = world.received("a")
    intake.take("goma", 1, "one", NOON)
    evidence = {"derivative": (StoredBytes(Area.WITHHELD, digest_of("e"), 4), "video/mp4")}
    error = Withheld("text_inside", count=2)
    assert intake.record_withheld(scan.digest, "one", error, inspection(), identity(), evidence, NOON)
    scan.refresh_from_db()
    assert (scan.state, scan.reason, scan.score) == (State.WITHHELD, "text_inside", 70.0)
    assert set(scan.objects_stored.values_list("role", "area")) == {("raw", "raw"), ("derivative", "withheld")}
    assert not ReviewItem.objects.exists()


def test_a_release_is_complete(world: World) -> None:
    scan = world.queued("a")
    assert scan.state == State.QUEUED
    assert scan.device is not None
    assert (scan.patient, scan.device.model, scan.device.pseudonym) == (f"SR-PATIENT-{scan.pk}", "CX50", "SR-DEVICE1")
    assert (scan.frames, scan.rows, scan.columns, scan.codec, scan.score) == (3, 480, 640, "h264", 70.0)
    assert scan.frame_times == [0.0, 0.05, 0.1]
    assert scan.sector["shape"] == "unknown"
    assert set(scan.objects_stored.values_list("role", "area")) == {
        ("raw", "raw"),
        ("preview", "released"),
        ("poster", "released"),
    }
    assessment = Assessment.objects.get(scan=scan, current=True)
    kept = {row.rule: row for row in assessment.findings.all()}
    for told in inspection().findings:
        row = kept.pop(told.rule)
        assert (row.rule_version, row.verdict, row.value, row.side) == (told.version, told.verdict, told.value, "")
        assert row.severity == pytest.approx(told.severity)
    assert not kept
    assert sum(reason["points"] for reason in assessment.reasons) == pytest.approx(30.0, abs=0.05)
    item = item_of(scan)
    assert (item.clock, item.queued_at, item.due_at) == ("P2", NOON, NOON + timedelta(hours=72))


def test_one_device_is_one_row(world: World) -> None:
    world.queued("a")
    world.queued("b")
    assert Device.objects.count() == 1


@pytest.mark.parametrize("area", list(Area))
def test_an_object_of_another_area_is_refused(world: World, area: Area) -> None:
    scan = world.received("a")
    intake.take("goma", 1, "one", NOON)
    stored = {"preview": (StoredBytes(area, digest_of("p"), 4), "video/mp4")}
    if area is not Area.RELEASED:
        with pytest.raises(ValueError, match="area"):
            intake.record_released(scan.digest, "one", inspection(), identity(), (0.0,), stored, NOON)
    if area is not Area.WITHHELD:
        with pytest.raises(ValueError, match="area"):
            intake.record_withheld(scan.digest, "one", Withheld("no_sector"), None, None, stored, NOON)
    scan.refresh_from_db()
    assert scan.state == State.RECEIVED


def test_a_run_that_was_overtaken_changes_nothing(world: World) -> None:
    scan = world.received("a")
    intake.take("goma", 1, "slow", NOON)
    intake.take("goma", 1, "fast", LATER)
    objects = released("a")
    assert not intake.record_released(scan.digest, "slow", inspection(), identity(), (0.0,), objects, LATER)
    assert not intake.record_rejected(scan.digest, "slow", Undecodable("damaged"), LATER)
    assert not intake.record_failed(scan.digest, "slow", "internal", LATER)
    assert not intake.record_withheld(scan.digest, "slow", Withheld("no_sector"), None, None, {}, LATER)
    intake.give_back("slow")
    assert intake.record_released(scan.digest, "fast", inspection(), identity(), (0.0,), objects, LATER)
    assert not intake.record_released(scan.digest, "fast", inspection(), identity(), (0.0,), objects, LATER)
    assert Assessment.objects.count() == ReviewItem.objects.count() == 1


def test_a_run_that_was_slow_but_alone_still_counts(world: World) -> None:
    scan = world.received("a")
    intake.take("goma", 1, "slow", NOON)
    assert intake.record_rejected(scan.digest, "slow", Undecodable("damaged"), LATER)


def test_a_release_that_breaks_in_the_middle_leaves_nothing(world: World) -> None:
    scan = world.received("a")
    intake.take("goma", 1, "one", NOON)
    newcomer = Identity(device="SR-DEVICE9", device_model="CX50")
    StoredObject.objects.create(scan=scan, role="preview", area="released", digest="x", size=1, media_type="x")
    twice = replace(
        inspection(), findings=inspection().findings * 2
    )  # the database keeps one finding per rule and refuses the second
    with pytest.raises(IntegrityError):
        intake.record_released(scan.digest, "one", twice, newcomer, (0.0,), released("a"), NOON)
    scan.refresh_from_db()
    assert (scan.state, scan.taken_by, scan.score) == (State.RECEIVED, "one", None)
    assert not Device.objects.exists()
    assert not Assessment.objects.exists()
    assert scan.objects_stored.filter(role="preview", digest="x").exists()


def test_a_phantom_waits_on_the_audit_clock(world: World) -> None:
    world.queued("a", exam_type="PHANTOM")
    assert ReviewItem.objects.get().clock == "P3"

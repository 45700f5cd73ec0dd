"""Does a changed key reach every pseudonym and every released file, and nothing else of a scan?"""

import json
import uuid
from collections.abc import Callable, Iterator

import pytest

from pipeline.deidentify import Key
from storage.catalogue import quarantine, queue, readings, rekeying
from storage.catalogue.models import Device, Event, Person, Scan, SectorLayout, StoredObject
from storage.keys import organisation_key
from storage.objects import Area
from storage.objects.chosen import object_store
from storage.settings import settings
from supervision.sidecar import Sidecar
from supervision.states import State
from tests.flows.conftest import now, scene, true_outline
from tests.forms import rated
from tests.storage.conftest import World

Arrive = Callable[..., Scan]
Cycle = Callable[[], dict[str, int]]


@pytest.fixture(autouse=True)
def fresh_key() -> Iterator[None]:
    organisation_key.cache_clear()
    yield
    organisation_key.cache_clear()


def rotate() -> Key:
    """Put another key in place, as a new run finds it."""
    settings().key_file("relief").unlink()
    organisation_key.cache_clear()
    return organisation_key("relief")


def objects_of(scan: Scan) -> dict[str, str]:
    return dict(StoredObject.objects.filter(scan=scan, area=Area.RELEASED).values_list("role", "digest"))


def test_pseudonyms_and_files_are_made_anew_and_nothing_else(
    world: World, arrive: Arrive, cycle: Cycle, officer: Person
) -> None:
    drawn, picture = scene(), scene()
    scans = [arrive(scene(), regions=True), arrive(scene(), regions=True), arrive(drawn)]
    held = arrive(picture, serial="SIM-2")
    assert cycle() == {"released": 2, "withheld": 2}
    layout = quarantine.decide_sector(scans[2].pk, [true_outline(drawn)], officer, now())
    cycle()
    item = queue.next_item(world.people["rose"], now())
    assert item is not None
    form = rated(4, adequate=True)
    review = readings.submit(item.pk, world.people["rose"], uuid.uuid4(), form, now(), seen=form.views)
    before = {scan.pk: (Scan.objects.get(pk=scan.pk), objects_of(scan)) for scan in [*scans, held]}
    places = dict(Scan.objects.values_list("pk", "exam__items__priority"))
    findings = {scan.pk: list(scan.assessments.values_list("pk", "current")) for scan in scans}
    devices = dict(Device.objects.values_list("pk", "pseudonym"))

    key = rotate()
    assert rekeying.of_another_key("goma", key.fingerprint).count() == 4
    assert cycle() == {"rekeyed": 4}

    assert not rekeying.of_another_key("goma", key.fingerprint).exists()
    for scan in [*scans, held]:
        old, files = before[scan.pk]
        scan.refresh_from_db()
        assert (scan.state, scan.kept, scan.score, scan.processed_at) == (
            old.state,
            old.kept,
            old.score,
            old.processed_at,
        )
        assert scan.patient not in ("", old.patient)
        assert scan.study not in ("", old.study)
        assert scan.pseudonymised_with == key.fingerprint != old.pseudonymised_with
        made_anew = objects_of(scan)
        assert set(made_anew) == set(files)
        if files:
            assert made_anew["derivative"] != files["derivative"]
            assert made_anew["poster"] == files["poster"], "the same pixels"
            assert object_store().size(Area.RELEASED, files["derivative"]) is None
            assert object_store().size(Area.RELEASED, made_anew["derivative"])
            with object_store().open(Area.RELEASED, made_anew["derivative"]) as file:
                content = file.read()
            assert scan.patient.encode() in content
            assert scan.study.encode() not in content
            assert old.patient.encode() not in content
    assert len({scan.patient for scan in [*scans, held]}) == 1
    assert set(Device.objects.values_list("pk", flat=True)) == set(devices)
    assert not set(Device.objects.values_list("pseudonym", flat=True)) & set(devices.values())
    assert dict(Scan.objects.values_list("pk", "exam__items__priority")) == places
    assert {scan.pk: list(scan.assessments.values_list("pk", "current")) for scan in scans} == findings
    review.refresh_from_db()
    assert (review.overall, {clip.state for clip in review.exam.clips.all()}) == (4, {State.FINAL})
    assert SectorLayout.objects.get().pk == layout.pk
    assert Event.objects.filter(what="rekeyed").count() == 4
    assert cycle() == {}


def test_a_device_that_came_back_under_the_new_key_is_one_device(arrive: Arrive, cycle: Cycle, officer: Person) -> None:
    picture = scene()
    old = arrive(picture)
    cycle()
    layout = quarantine.decide_sector(old.pk, [true_outline(picture)], officer, now())
    cycle()
    rotate()
    new = arrive(scene())
    assert cycle() == {"withheld": 1, "rekeyed": 1}, "no witness from a layout of a device not yet renamed"
    for row in (old, new, layout):
        row.refresh_from_db()
    assert old.device == new.device == layout.device == Device.objects.get()
    assert list(quarantine.alike_to_layout(layout)) == [new]


def test_the_device_that_only_the_sidecar_names_follows_too(arrive: Arrive, cycle: Cycle) -> None:
    sidecar = json.dumps(Sidecar(device="Ward 3 probe").model_dump(exclude_none=True))
    scan = arrive(scene(), regions=True, serial="", model="", sidecar=sidecar)
    cycle()
    key = rotate()
    assert cycle() == {"rekeyed": 1}
    scan.refresh_from_db()
    device = Device.objects.get()
    assert (scan.device, device.pseudonym) == (device, key.pseudonym("device", "Ward 3 probe", length=12))


def test_what_cannot_be_made_anew_is_told_and_not_tried_for_ever(arrive: Arrive, cycle: Cycle) -> None:
    scan = arrive(scene(), regions=True)
    cycle()
    scan.refresh_from_db()
    kept, files = scan.kept, objects_of(scan)
    outside = [[[-9, -9], [-9, -8], [-8, -8]]]
    Scan.objects.filter(pk=scan.pk).update(kept={"polygons": outside, "witnesses": ["fitted"]})
    key = rotate()
    assert cycle() == {"refused": 1}
    scan.refresh_from_db()
    assert (scan.state, scan.rekey_refused) == (State.QUEUED, key.fingerprint)
    assert objects_of(scan) == files
    event = Event.objects.get(what="rekey_refused")
    assert event.facts == {"key": key.fingerprint, "code": "no_sector"}
    assert cycle() == {}
    assert rekeying.of_another_key("goma", key.fingerprint).count() == 1
    Scan.objects.filter(pk=scan.pk).update(kept=kept)
    rotate()
    assert cycle() == {"rekeyed": 1}


def test_what_has_no_original_any_more_keeps_its_old_pseudonyms(arrive: Arrive, cycle: Cycle) -> None:
    scan = arrive(scene(), regions=True)
    assert cycle() == {"released": 1}
    before = Scan.objects.get(pk=scan.pk).patient
    key = rotate()
    StoredObject.objects.filter(scan=scan, role="raw").update(deleted_at=now())
    object_store().delete(Area.RAW, scan.digest)
    assert cycle() == {"refused": 1}
    assert cycle() == {}
    scan.refresh_from_db()
    assert (scan.state, scan.patient, scan.rekey_refused) == (State.QUEUED, before, key.fingerprint)
    assert Event.objects.get(what="rekey_refused").facts["code"] == "original_deleted"


def test_scans_from_before_keys_had_names_are_under_the_first_one(arrive: Arrive, cycle: Cycle) -> None:
    scan = arrive(scene(), regions=True)
    cycle()
    first = organisation_key("relief").fingerprint
    Scan.objects.filter(pk=scan.pk).update(pseudonymised_with="", kept={})
    assert cycle() == {}
    assert rekeying.name_the_first_key("relief", first) == 1
    assert cycle() == {}
    rotate()
    assert cycle() == {"rekeyed": 1}


def test_a_scan_that_changed_meanwhile_is_left_alone(arrive: Arrive, cycle: Cycle, officer: Person) -> None:
    from pipeline.deidentify import Identity

    scan = arrive()
    cycle()
    scan.refresh_from_db()
    read = Scan.objects.get(pk=scan.pk)
    quarantine.refuse(scan.pk, "names_patient", officer, now())
    assert not rekeying.record_rekeyed(read, Identity("SR-NEW"), {}, now(), key="SR-KEY")
    assert Scan.objects.get(pk=scan.pk).patient == scan.patient

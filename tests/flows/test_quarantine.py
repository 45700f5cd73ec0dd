"""Does what a person draws bring a scan to the reviewers, and the next ones without them?"""

from collections.abc import Callable

import pytest

from pipeline.kept import Kept, Witness
from pipeline.learned_layout import overlap
from storage.catalogue import quarantine
from storage.catalogue.models import Device, Doubt, Person, Scan, SectorLayout, StoredObject
from storage.objects import Area
from storage.objects.chosen import object_store
from supervision.states import State
from tests.flows.conftest import PATIENT, now, scene, true_outline

Arrive = Callable[..., Scan]
Cycle = Callable[[], dict[str, int]]


def withheld_objects() -> set[str]:
    return set(object_store().digests(Area.WITHHELD))


@pytest.fixture(autouse=True)
def nothing_left_from_before() -> None:
    for digest in withheld_objects():
        object_store().delete(Area.WITHHELD, digest)


def test_withheld_drawn_released_and_the_others_alike(arrive: Arrive, cycle: Cycle, officer: Person) -> None:
    pictures = [scene() for _ in range(3)]
    first, second, third = (arrive(picture) for picture in pictures)
    assert cycle() == {"withheld": 3}
    first.refresh_from_db()
    assert (first.state, first.reason) == (State.WITHHELD, "one_witness")
    assert {one["witness"] for one in first.doubt.proposals} >= {"fitted"}
    assert {row.role for row in StoredObject.objects.filter(scan=first, area=Area.WITHHELD)} == {"evidence"}
    assert len(withheld_objects()) == 3

    layout = quarantine.decide_sector(first.pk, [true_outline(pictures[0])], officer, now())
    assert cycle()["released"] == 1
    first.refresh_from_db()
    assert (first.state, first.kept["witnesses"]) == (State.QUEUED, ["drawn"])
    assert first.release_reports.get().report["kept_witnesses"] == ["drawn"]
    assert len(withheld_objects()) == 2

    offered = quarantine.alike_to_layout(layout)
    assert set(offered) == {second, third}
    quarantine.release_alike(layout.pk, [scan.pk for scan in offered], officer, now())
    assert cycle()["released"] == 2
    assert set(Scan.objects.values_list("state", flat=True)) == {State.QUEUED}
    assert withheld_objects() == set()
    assert not Doubt.objects.exists()
    for scan in (first, second, third):
        acts = [event.what for event in quarantine.history(scan)]
        assert acts[:2] == ["received", "withheld"]
        assert acts[2] in ("sector_drawn", "layout_taken")
        assert acts[3:] == ["released", "queued" if scan == first else "joined"], "clips of one patient are one exam"
        released = StoredObject.objects.filter(scan=scan, area=Area.RELEASED)
        assert {row.role for row in released} == {"derivative", "preview", "poster"}
        for row in released:
            with object_store().open(Area.RELEASED, row.digest) as file:
                assert PATIENT.split("^")[0].encode() not in file.read()


def test_the_drawing_of_one_scan_is_a_witness_for_the_next(arrive: Arrive, cycle: Cycle, officer: Person) -> None:
    picture = scene()
    scan = arrive(picture)
    cycle()
    quarantine.decide_sector(scan.pk, [true_outline(picture)], officer, now())
    following = arrive(scene())
    assert cycle()["released"] == 2
    following.refresh_from_db()
    assert set(following.kept["witnesses"]) == {"learned", "fitted"}


def test_three_scans_with_two_witnesses_teach_the_fourth(arrive: Arrive, cycle: Cycle) -> None:
    lonely = scene()
    for _ in range(2):
        arrive(scene(), regions=True)
    assert cycle() == {"released": 2}
    assert not SectorLayout.objects.exists()
    arrive(scene(), regions=True)
    cycle()
    layout = SectorLayout.objects.get()
    assert (layout.drawn_by, layout.device) == (None, Device.objects.get())
    fourth = arrive(lonely)
    assert cycle() == {"released": 1}
    fourth.refresh_from_db()
    assert "learned" in fourth.kept["witnesses"]
    seen = Kept(tuple(tuple(map(tuple, one)) for one in fourth.kept["polygons"]), (Witness.LEARNED,)).mask(240, 320)
    assert overlap(seen, Kept((true_outline(lonely),), (Witness.DRAWN,)).mask(240, 320)) > 0.9


def test_another_device_learns_nothing_from_it(arrive: Arrive, cycle: Cycle) -> None:
    for _ in range(3):
        arrive(scene(), regions=True)
    cycle()
    arrive(scene(), serial="SIM-2")
    assert cycle() == {"withheld": 1}
    assert Device.objects.count() == 2


def test_a_refused_scan_leaves_no_picture(arrive: Arrive, cycle: Cycle, officer: Person) -> None:
    scan = arrive()
    cycle()
    assert len(withheld_objects()) == 1
    quarantine.refuse(scan.pk, "names_patient", officer, now())
    assert withheld_objects() == set()

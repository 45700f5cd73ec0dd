"""Is the screen of a device learned from scans that agree, and from nothing less?"""

from datetime import timedelta

import pytest

from pipeline.deidentify.identity import Identity
from pipeline.guidance import Guidance
from pipeline.kept import Kept, Witness
from storage.catalogue import intake
from storage.catalogue.layouts import guidance_for, retire
from storage.catalogue.models import Event, Scan, SectorLayout
from supervision.roles import Role
from tests.storage.conftest import FAN, NOON, World, identity, inspection, released

TWO = (Witness.FITTED, Witness.MOVING)
WIDER = tuple((x, y * 1.01) for x, y in FAN)
OTHER = tuple((x, y * 0.8) for x, y in FAN)
CLOSE = identity()
SAME_MODEL = Identity(device="SR-OTHER", device_model="CX50")
STRANGER = Identity(device="SR-THIRD", device_model="EPIQ")
UNNAMED = Identity()


def release(
    world: World,
    kept: tuple[tuple[float, float], ...] = FAN,
    witnesses: tuple[Witness, ...] = TWO,
    *,
    whose: Identity = CLOSE,
    days: int = 0,
    project: str = "goma",
) -> Scan:
    scan = world.received(f"released {Scan.objects.count()}", project=project, trainee=None)
    now, token = NOON + timedelta(days=days), f"token {scan.pk}"
    assert scan.digest in intake.take(project, 100, token, now)
    objects = released(scan.digest)
    area = Kept((kept,), witnesses)
    assert intake.record_released(scan.digest, token, inspection(), whose, (0.0,), objects, now, kept=area)
    scan.refresh_from_db()
    return scan


def learned() -> list[SectorLayout]:
    return list(SectorLayout.objects.filter(drawn_by=None, retired_at=None))


def test_three_scans_that_agree_teach_the_screen(world: World) -> None:
    release(world)
    release(world, WIDER)
    assert learned() == []
    last = release(world)
    (layout,) = learned()
    assert (layout.from_scan, layout.device, layout.model) == (last, last.device, "CX50")
    event = Event.objects.get(what="layout_learned")
    assert (event.scan, event.person, event.facts) == (last, None, {"layout": layout.pk})
    (told,) = guidance_for(world.received("next")).layouts
    assert (told.polygons, told.drawn, told.device, told.rows, told.columns) == ((FAN,), False, "SR-DEVICE1", 480, 640)
    release(world)
    assert learned() == [layout]


def test_another_depth_is_another_layout(world: World) -> None:
    for _ in range(3):
        release(world)
        release(world, OTHER)
    assert len(learned()) == 2


@pytest.mark.parametrize(
    "witnesses",
    [
        (Witness.FITTED,),
        (Witness.LEARNED, Witness.FITTED),
        (Witness.DRAWN,),
        (Witness.DRAWN, Witness.LEARNED),
    ],
)
def test_what_one_witness_saw_teaches_nothing(world: World, witnesses: tuple[Witness, ...]) -> None:
    for _ in range(4):
        release(world, witnesses=witnesses)
    assert learned() == []


def test_scans_that_differ_teach_nothing(world: World) -> None:
    for step in range(6):
        release(world, tuple((x, y * (1 - 0.05 * step)) for x, y in FAN))
    assert learned() == []


@pytest.mark.parametrize("third", [{"whose": STRANGER}, {"whose": UNNAMED}, {"project": "bunia"}])
def test_only_the_same_screen_teaches(world: World, third: dict[str, object]) -> None:
    release(world)
    release(world)
    release(world, **third)
    assert learned() == []


def test_scans_that_name_no_device_teach_nothing(world: World) -> None:
    for _ in range(4):
        release(world, whose=UNNAMED)
    assert learned() == []


def test_a_scan_that_is_held_back_teaches_nothing(world: World) -> None:
    release(world)
    release(world)
    world.withheld(code="text_inside", kept=Kept((FAN,), TWO))
    assert learned() == []
    release(world)
    assert len(learned()) == 1


def test_several_devices_of_a_model_teach_for_the_model(world: World) -> None:
    release(world)
    release(world, whose=SAME_MODEL)
    release(world)
    (layout,) = learned()
    assert (layout.device, layout.model) == (None, "CX50")
    (told,) = guidance_for(world.received("next")).layouts
    assert (told.device, told.model) == (None, "CX50")
    release(world, whose=SAME_MODEL)
    assert learned() == [layout]


def test_a_retired_layout_is_learned_again_from_new_scans_only(world: World) -> None:
    for _ in range(3):
        release(world)
    (layout,) = learned()
    retire(layout.pk, world.person("officer", Role.DATA_OFFICER), NOON + timedelta(days=1))
    release(world, days=2)
    release(world, days=3)
    assert learned() == []
    release(world, days=4)
    assert len(learned()) == 1


def test_guidance_holds_what_the_project_knows_of_this_kind(world: World) -> None:
    for _ in range(3):
        release(world)
    assert guidance_for(world.received("far", project="bunia", trainee=None)) == Guidance()
    still = world.received("still")
    Scan.objects.filter(pk=still.pk).update(kind="still")
    still.refresh_from_db()
    assert guidance_for(still).layouts == ()
    with_device = release(world)
    assert guidance_for(with_device).device == "SR-DEVICE1"

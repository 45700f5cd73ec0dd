"""Does a night bring calibration, scores and tickets up to date, once, and is it scheduled?"""

import pytest
from prefect.client.schemas.schedules import CronSchedule

from flows.calibrate import learn_what_is_usual, look_at_probes
from flows.presence import alone
from flows.reassess import judge_anew
from flows.serve import deployments
from storage.catalogue.calibrations import current_calibration
from storage.catalogue.models import Assessment, Ticket
from storage.settings import settings
from supervision.programme import Programme, read_programme
from tests.programmes import ONE_PROJECT
from tests.storage.conftest import World
from tests.storage.probes import profiles, sound


def programme() -> Programme:
    return read_programme(ONE_PROJECT)


def test_every_organisation_has_its_night_and_every_project_its_schedule() -> None:
    made = {(one.flow_name, one.name): one for one in deployments(programme())}
    for_all = {
        ("digest", "everybody"),
        ("report", "everybody"),
        ("scrub", "everything"),
        ("retention", "everything"),
        ("chain", "everything"),
    }
    assert set(made) == {("ingest", "goma"), ("calibrate", "relief"), ("competence", "relief"), *for_all}
    night = made["calibrate", "relief"]
    assert night.parameters == {"organisation": "relief"}
    schedule = night.schedules[0].schedule
    assert isinstance(schedule, CronSchedule)
    assert schedule.cron == "30 1 * * *"


def test_the_tasks_of_a_night_do_it_once(world: World) -> None:
    scans = [world.queued(score=60.0 + number) for number in range(12)]
    device = scans[0].device
    assert device is not None
    profiles(device, sound(60, seed=1))
    profiles(device, sound(20, seed=2, dip_at=0.4))
    assert learn_what_is_usual.fn("relief") == 1
    judge_anew.fn("relief", everything=False)
    rows = Assessment.objects.count()
    assert look_at_probes.fn("relief") == 1
    assert learn_what_is_usual.fn("relief") is None, "nothing came since"
    assert judge_anew.fn("relief", everything=False) == 0
    assert look_at_probes.fn("relief") == 0
    assert Assessment.objects.count() == rows
    assert Ticket.objects.get().device == device
    calibration = current_calibration(world.organisation)
    assert calibration is not None
    assert (calibration.version, calibration.clips) == (1, 12)
    assert current_calibration(world.elsewhere.organisation) is None


@pytest.mark.usefixtures("world")
def test_a_second_run_beside_the_first_does_nothing() -> None:
    from flows.calibrate import calibrate
    from flows.reassess import reassess

    with alone(settings().home / "running", "relief.calibration") as first:
        assert first
        assert calibrate.fn("relief") == {}
        assert reassess.fn("relief") == {}

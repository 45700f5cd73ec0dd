"""What do a project's nights do to it once it is handed over? Nothing while it is read only; then its originals go."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.calibrate import learn_what_is_usual, look_at_probes
from flows.competence import look_at_courses
from flows.ingest import ingest
from flows.reassess import judge_anew
from flows.retention import delete_what_is_over
from pipeline.errors import Misconfigured
from sonorelay import places
from storage.catalogue import intake, reports
from storage.catalogue.calibrations import current_calibration
from storage.catalogue.dump import last_migration, models_at, options
from storage.catalogue.handovers import still_with_us
from storage.catalogue.models import Exam, Handover, Project, Scan, StoredObject
from storage.catalogue.programme import current
from storage.catalogue.rekeying import of_another_key
from storage.catalogue.reporting.alerts import alerts_of
from storage.catalogue.reporting.reach import reach_of
from storage.handover.rows import OF_ORGANISATION, OfProject
from storage.health.check import Verdict
from storage.health.inbox import inbox, left_alone
from storage.health.waiting import scans, schedules
from storage.settings import settings
from supervision.handover import HandoverStage
from supervision.states import State
from tests.programmes import ONE_PROJECT
from tests.storage.conftest import NOON, World
from tests.storage.probes import profiles, sound

CLIPS = 12
TERM = 30
LATER = NOON + timedelta(days=TERM)


@pytest.fixture
def two_projects(world: World) -> World:
    """Return two projects in the same state: originals over their term, a probe with a fault, a scan that failed."""
    for project in ("goma", "bunia"):
        scans = [world.queued(score=60.0 + number, project=project) for number in range(CLIPS)]
        failed = world.queued(project=project)
        Scan.objects.filter(pk__in=[one.pk for one in scans]).update(state=State.FINAL, pseudonymised_with="OLD")
        Scan.objects.filter(pk=failed.pk).update(state=State.FAILED)
        assert scans[0].device is not None
        profiles(scans[0].device, sound(60, seed=1))
        profiles(scans[0].device, sound(20, seed=2, dip_at=0.4))
    Exam.objects.update(stage=State.FINAL.value)
    return world


def passes_on(project: Project, stage: HandoverStage) -> None:
    known = {"receiver": "ministry", "receiver_name": "Ministry", "began_at": NOON, "stage_since": NOON}
    Handover.objects.update_or_create(project=project, defaults={**known, "stage": stage})


def rows_of(project: Project) -> dict[str, list[Any]]:
    """Return all that a bundle of the project would hold, but for what belongs to its organisation."""
    chosen = OfProject(project.pk, originals=True, going=None)(models_at(last_migration()))
    found = {options(one.model).object_name: list(one.rows.order_by("pk").values_list()) for one in chosen}
    return {name: rows for name, rows in found.items() if name not in {*OF_ORGANISATION, "UsualValue"}}


def a_night() -> None:
    delete_what_is_over.fn(TERM)
    learn_what_is_usual.fn("relief")
    judge_anew.fn("relief", everything=False)
    judge_anew.fn("relief", everything=True)
    look_at_probes.fn("relief")
    for code in ("goma", "bunia"):
        look_at_courses.fn(code)
        intake.try_again(code, NOON)


def test_no_night_changes_what_is_read_only(two_projects: World) -> None:
    passes_on(two_projects.goma, HandoverStage.READ_ONLY)
    goma, bunia = rows_of(two_projects.goma), rows_of(two_projects.bunia)
    Scan.objects.filter(project=two_projects.bunia).update(pseudonymised_with="")  # else they wait for their new key
    a_night()
    assert rows_of(two_projects.goma) == goma
    after = rows_of(two_projects.bunia)
    changed = {name for name, rows in after.items() if rows != bunia[name]}
    assert changed >= {"Assessment", "Event", "Scan", "StoredObject", "Ticket"}, "the night does all this elsewhere"
    assert ingest.fn("goma") == {}
    calibration = current_calibration(two_projects.organisation)
    assert calibration is not None
    assert calibration.clips == 2 * CLIPS, "until it is given away it counts"
    assert {"goma", "bunia"} <= {scope.code for scope in reports.scopes()}
    scope = reports.scope_of()
    assert {one.project for one in alerts_of(reach_of(scope), Project.objects.all(), LATER)} == {"bunia", "elsewhere"}


def test_the_doctor_asks_nobody_to_do_what_nobody_may_do(
    two_projects: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SONORELAY_HOME", str(tmp_path))
    monkeypatch.setenv("SONORELAY_INBOX", str(tmp_path / "inbox"))
    settings.cache_clear()
    one = f'{ONE_PROJECT}sources = [{{ kind = "watched_folder", folder = "{tmp_path}/stick" }}]\n'
    (tmp_path / "programme.toml").write_text(one + one.replace("goma", "bunia").partition("\n\n")[2])
    current.cache_clear()
    passes_on(two_projects.goma, HandoverStage.READ_ONLY)
    (tmp_path / "inbox" / "goma").mkdir(parents=True)
    (tmp_path / "inbox" / "goma" / "late.dcm").write_bytes(b"late")
    asked = [one for question in (scans, schedules, inbox) for one in question.ask(LATER)]
    asked += places.checks()
    found = {one.name: (one.verdict, one.facts) for one in asked}
    assert found["scans.failed"] == (Verdict.WARN, {"count": 1, "projects": "bunia"})
    assert found["schedules.goma"][0] is Verdict.GOOD
    assert found["schedules.bunia"][0] is Verdict.WARN
    assert found["inbox.handed_over"] == (Verdict.WARN, {"count": 1, "projects": "goma"})
    assert "inbox" not in found, "what waits for others is neither taken in nor a copy that is not finished"
    assert left_alone(tmp_path / "inbox", {"bunia"}, {"goma"}, older_than=-1.0) == (0, 0, 0)
    assert found["places.bunia"][0] is Verdict.WARN
    assert "places.goma" not in found


def test_what_was_given_away_counts_nowhere_and_its_originals_go_after_their_term(two_projects: World) -> None:
    passes_on(two_projects.goma, HandoverStage.REVOKED)
    Scan.objects.filter(project=two_projects.goma, state=State.FINAL).update(state=State.AWAITING_INFO)
    assert not of_another_key("goma", "NEW").exists(), "nobody makes anything anew of it"
    assert of_another_key("bunia", "NEW").count() == CLIPS
    assert delete_what_is_over.fn(TERM) == CLIPS + 1
    left = StoredObject.objects.filter(role="raw", deleted_at=None).values_list("scan__project__code", flat=True)
    assert set(left) == {"bunia"}
    a_night()
    calibration = current_calibration(two_projects.organisation)
    assert calibration is not None
    assert calibration.clips == CLIPS
    assert all("goma" not in scope.projects for scope in [*reports.scopes(), reports.scope_of()])
    for asked in (still_with_us, lambda code: reports.scope_of(project=code)):
        with pytest.raises(Misconfigured, match="given_away"):
            asked("goma")

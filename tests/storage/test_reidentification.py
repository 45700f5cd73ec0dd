"""Does nobody learn whose scan it is alone, without a trace, too late, or in another project?"""

import json
import logging
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipeline.errors import Conflict
from pipeline.phantom import DemoHeader, Scene, write_dicom, write_mp4
from pipeline.received import Kind, Received
from pipeline.sector import Shape
from storage.catalogue import intake, reidentification
from storage.catalogue.models import Event, Person, Reidentification, Scan
from storage.objects import Area
from storage.objects.chosen import object_store
from supervision.reidentification import LASTS, PURPOSES, WAITS_FOR_APPROVAL
from supervision.roles import Role
from tests.storage.conftest import NOON, World

NAME, NUMBER = "MBEKI^THANDI", "HC-483920"
SMALL = Scene(1, Shape.CURVILINEAR, rows=96, columns=128, frames=2)
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def officer(world: World) -> Person:
    return world.person("officer", Role.DATA_OFFICER, project=world.goma)


@pytest.fixture
def owner(world: World) -> Person:
    return world.person("owner", Role.PARTNER_OWNER)


def arrived(path: Path, kind: Kind) -> Scan:
    raw = object_store("relief").put(Area.RAW, path)
    known = Received(raw.digest, raw.size, kind, "goma", "amina", "FAST")
    return intake.register(known, raw, "watched_folder", NOON).scan


@pytest.fixture
def scan(world: World, tmp_path: Path) -> Scan:
    path = tmp_path / "scan.dcm"
    write_dicom(SMALL, path, header=DemoHeader(patient_name=NAME, patient_id=NUMBER))
    return arrived(path, Kind.DICOM)


def test_two_people_learn_it_and_every_step_is_noted(
    scan: Scan, officer: Person, owner: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    request = reidentification.ask(scan.pk, officer, "recall_patient", NOON)
    assert list(reidentification.to_approve(owner, NOON)) == [request]
    assert not reidentification.to_approve(officer, NOON).exists()
    reidentification.approve(request.pk, owner, LATER)
    for _ in range(2):
        known = reidentification.reveal(request.pk, officer, LATER)
        assert (known.patient_name, known.patient_id) == (NAME, NUMBER)
    noted = Event.objects.filter(what__startswith="reid").order_by("pk")
    assert [(event.what, event.person, event.scan) for event in noted] == [
        ("reidentification_asked", officer, scan),
        ("reidentification_approved", owner, scan),
        ("reidentified", officer, scan),
        ("reidentified", officer, scan),
    ]
    assert "MBEKI" not in repr(known) + caplog.text
    assert not any(value in rows for rows in everything_kept() for value in ("MBEKI", NUMBER))


def everything_kept() -> list[str]:
    with connection.cursor() as cursor:
        kept = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - our own tables
            kept.append(json.dumps(cursor.fetchall(), default=str))
        return kept


def test_nobody_consents_to_themselves(scan: Scan, officer: Person, owner: Person) -> None:
    request = reidentification.ask(scan.pk, officer, "incident", NOON)
    with pytest.raises(Conflict) as alone:
        reidentification.approve(request.pk, officer, NOON)
    assert alone.value.code == "second_person"
    with pytest.raises(IntegrityError), transaction.atomic():
        Reidentification.objects.filter(pk=request.pk).update(approved_by=officer, approved_at=NOON)
    with pytest.raises(Conflict):
        reidentification.reveal(request.pk, officer, NOON)
    assert not Event.objects.filter(what="reidentified").exists()


def test_only_who_asked_is_told(scan: Scan, officer: Person, owner: Person) -> None:
    request = reidentification.ask(scan.pk, officer, "incident", NOON)
    reidentification.approve(request.pk, owner, NOON)
    with pytest.raises(Conflict) as other:
        reidentification.reveal(request.pk, owner, NOON)
    assert other.value.code == "second_person"


def test_consent_ends_after_a_day_and_a_request_after_a_week(scan: Scan, officer: Person, owner: Person) -> None:
    request = reidentification.ask(scan.pk, officer, "incident", NOON)
    assert reidentification.ask(scan.pk, officer, "incident", LATER) == request
    with pytest.raises(Conflict) as late:
        reidentification.approve(request.pk, owner, NOON + WAITS_FOR_APPROVAL + timedelta(seconds=1))
    assert late.value.code == "request_over"
    reidentification.approve(request.pk, owner, NOON)
    with pytest.raises(Conflict):
        reidentification.approve(request.pk, owner, NOON)
    for moment in (NOON + LASTS, NOON - timedelta(seconds=1)):
        with pytest.raises(Conflict) as over:
            reidentification.reveal(request.pk, officer, moment)
        assert over.value.code == "request_over"
    assert reidentification.reveal(request.pk, officer, NOON + LASTS - timedelta(seconds=1)).patient_id == NUMBER
    assert reidentification.ask(scan.pk, officer, "incident", NOON + LASTS) != request


def test_other_roles_and_other_projects_have_no_part_in_it(
    world: World, scan: Scan, officer: Person, owner: Person
) -> None:
    request = reidentification.ask(scan.pk, officer, "incident", NOON)
    others = [world.person(role, role) for role in Role if role not in (Role.DATA_OFFICER, Role.PARTNER_OWNER)]
    others.append(world.person("far", Role.DATA_OFFICER, Role.PARTNER_OWNER, project=world.bunia))
    others.append(world.person("other organisation", Role.PARTNER_OWNER, project=world.elsewhere))
    for other in others:
        with pytest.raises(Scan.DoesNotExist):
            reidentification.ask(scan.pk, other, "incident", NOON)
        with pytest.raises(Reidentification.DoesNotExist):
            reidentification.approve(request.pk, other, NOON)
        assert not reidentification.to_approve(other, NOON).exists()
        assert not reidentification.requests_about(scan.pk, other, NOON).exists()
    with pytest.raises(ValueError, match="PURPOSES"):
        reidentification.ask(scan.pk, officer, "Mrs Mbeki asked for it", NOON)


def test_who_lost_the_role_meanwhile_is_not_told(scan: Scan, officer: Person, owner: Person) -> None:
    request = reidentification.ask(scan.pk, officer, "incident", NOON)
    reidentification.approve(request.pk, owner, NOON)
    officer.memberships.all().delete()
    with pytest.raises(Reidentification.DoesNotExist):
        reidentification.reveal(request.pk, officer, NOON)


def test_a_video_names_nobody(world: World, officer: Person, owner: Person, tmp_path: Path) -> None:
    path = tmp_path / "scan.mp4"
    write_mp4(SMALL, path, metadata={"title": "MBEKI THANDI"})
    request = reidentification.ask(arrived(path, Kind.VIDEO).pk, officer, "incident", NOON)
    reidentification.approve(request.pk, owner, NOON)
    known = reidentification.reveal(request.pk, officer, NOON)
    assert (known.patient_name, known.patient_id) == ("", "")


@example([("ask", "officer", 0), ("approve", "owner", 1), ("reveal", "officer", 23), ("reveal", "officer", 1)])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["ask", "approve", "reveal"]),
            st.sampled_from(["officer", "owner", "third", "rose"]),
            st.sampled_from([0, 1, 23, 25, 200]),
        ),
        max_size=12,
    )
)
def test_whatever_people_try_two_of_them_were_needed(
    world: World, scan: Scan, officer: Person, owner: Person, steps: list[tuple[str, str, int]]
) -> None:
    """Whoever is told has asked before, and somebody else consented less than a day ago."""
    with transaction.atomic():
        third = world.people.get("third") or world.person("third", Role.DATA_OFFICER, Role.TRAINEE)
        people = {"officer": officer, "owner": owner, "third": third, "rose": world.people["rose"]}
        now = NOON
        for step, name, hours in steps:
            now += timedelta(hours=hours)
            attempt(step, scan, people[name], now)
        for told in Event.objects.filter(what="reidentified"):
            request = Reidentification.objects.get(pk=told.facts["request"])
            assert request.asked_by == told.person
            assert request.approved_by not in (None, told.person)
            assert request.approved_at is not None
            assert request.approved_at <= told.at < request.approved_at + LASTS
        transaction.set_rollback(True)


def attempt(step: str, scan: Scan, person: Person, now: datetime) -> None:
    with suppress(Scan.DoesNotExist):
        if step == "ask":
            reidentification.ask(scan.pk, person, "incident", now)
    for request in Reidentification.objects.order_by("pk"):
        with suppress(Conflict, Reidentification.DoesNotExist):
            if step == "approve":
                reidentification.approve(request.pk, person, now)
            elif step == "reveal":
                reidentification.reveal(request.pk, person, now)


def test_every_purpose_is_in_both_languages() -> None:
    assert all(text.en != text.fr and len(code) <= 40 for code, text in PURPOSES.items())

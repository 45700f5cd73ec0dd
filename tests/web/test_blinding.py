"""Does any answer of pages or API tell a reader what must stay hidden until the exam is final?

Two exams that are alike but for what is hidden (who scanned, where, the score, the first reading) exchange it. Whatever
a blinded reader is answered before and after must be the same, byte for byte: then nothing in it leads from an exam to
what is hidden of it. Once the exams are final the same walk must find the differences, on the pages named here.
"""

import json
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from storage.catalogue import queue, readings, telemedicine
from storage.catalogue.models import (
    Exam,
    Person,
    Project,
    ReviewItem,
    Scan,
    SheetConflict,
)
from storage.sync.records import SheetTold, as_json
from supervision.priority import Clock
from supervision.rating import Cause
from supervision.review_form import Advice
from supervision.roles import Role
from supervision.states import Stage
from tests.forms import rated
from tests.web.two_hidden_exams import PLANTED, Hidden, client_of, leaks, reader, walk
from tests.web.world import World, item_of
from web.api.addresses import PREFIX

LISTS_OF_NAMES = {"reviewing", "tokens", "api me", "api conflicts/about"}
"""Where a reviewer chooses whom they do not want to read, and learns where they may."""


@pytest.fixture
def hidden(world: World, monkeypatch: pytest.MonkeyPatch) -> Hidden:
    """Stop the clock, and plant two exams whose hidden facts are unmistakable, each read for the first time."""
    sites = (world.goma, world.bunia)
    for project, name in zip(sites, PLANTED[2:4], strict=True):
        Project.objects.filter(pk=project.pk).update(name=name)
    for who, project, name in zip(("amina", "bea"), sites, PLANTED[:2], strict=True):
        if who not in world.people:
            world.person(who, Role.TRAINEE, project)
        Person.objects.filter(pk=world.people[who].pk).update(first_name=name, last_name="Trainee")
    for who, name in zip(("rose", "luc"), PLANTED[4:6], strict=True):
        Person.objects.filter(pk=world.people[who].pk).update(first_name=name, last_name="Reader")
    scans = (
        world.scan(project=sites[0], trainee="amina", score=31.0),
        world.scan(project=sites[1], trainee="bea", score=87.0),
    )
    at = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: at + timedelta(minutes=1))
    Scan.objects.filter(pk__in=[scan.pk for scan in scans]).update(
        device=None, received_at=at, processed_at=at, captured_at=at, patient=""
    )
    Exam.objects.filter(clips__in=scans).update(began_at=at, patient="")
    firsts = []
    for scan, who, overall, comment in zip(scans, ("rose", "luc"), (2, 5), PLANTED[6:], strict=True):
        item = item_of(scan)
        ReviewItem.objects.filter(pk=item.pk).update(clock=Clock.P1)  # so that it is read twice
        queue.claim(item.pk, world.people[who], at)
        form = rated(overall, comment=comment, cause=Cause.GAIN, change=Advice(text=comment))
        firsts.append(readings.submit(item.pk, world.people[who], uuid.uuid4(), form, at, seen=form.views))
    trainees = (world.people["amina"], world.people["bea"])
    for scan, who in zip(scans, trainees, strict=True):
        telemedicine.escalate(scan.exam_id, who, question="operate", specialty="surgery", consent=True, now=at)
    sheet = as_json(SheetTold())
    for exam in Exam.objects.filter(clips__in=scans):
        SheetConflict.objects.create(exam=exam, key="differ", one=sheet, other=sheet, found_at=at)
    made = Hidden(world, scans, trainees, sites, (firsts[0], firsts[1]))
    assert {exam.stage for exam in made.exams} == {Stage.SECOND_READ}
    return made


@pytest.mark.parametrize(
    "others",
    [
        pytest.param((Role.SUPERVISOR, Role.FACILITATOR, Role.DATA_OFFICER, Role.AUDITOR, Role.BIOMED), id="much more"),
        pytest.param((Role.ARBITER,), id="an arbiter"),
    ],
)
def test_no_answer_depends_on_what_is_hidden(hidden: Hidden, others: tuple[Role, ...]) -> None:
    """Whoever holds more roles is answered by more pages; each of them must keep silent all the same."""
    person = reader(hidden, Role.REVIEWER, *others)
    assert leaks(hidden, person, walk(hidden, person)) == {}


def test_an_arbiter_is_told_nothing_before_their_own_reading(hidden: Hidden) -> None:
    for scan, name, overall in zip(hidden.scans, ("sam", "sue"), (5, 2), strict=True):  # far from the first readings
        second = hidden.world.person(name, Role.REVIEWER)
        item = queue.claim(item_of(scan).pk, second, timezone.now())
        form = rated(overall)
        readings.submit(item.pk, second, uuid.uuid4(), form, timezone.now(), seen=form.views)
    assert {exam.stage for exam in hidden.exams} == {Stage.ARBITRATION}
    person = reader(hidden, Role.ARBITER, Role.SUPERVISOR)
    assert leaks(hidden, person, walk(hidden, person)) == {}


def test_the_walk_finds_what_is_told_once_the_exams_are_final(hidden: Hidden) -> None:
    person = reader(hidden, Role.REVIEWER, Role.SUPERVISOR)
    for exam in hidden.exams:
        Exam.objects.filter(pk=exam.pk).update(stage=Stage.FINAL)
    answers = walk(hidden, person)
    told = leaks(hidden, person, answers)
    pages = {"scans", "scan", "telemedicine", "escalation", "sync"}
    operations = {"exams", "exams/{exam}", "scans", "scans/{scan}", "telemedicine", "telemedicine/{escalation}"}
    assert pages | {f"api {name}" for name in operations} <= set(told)
    whole = json.dumps([text for (name, _), (_, text) in answers.items() if name in ("scan", "api exams/{exam}")])
    assert all(planted in whole for planted in PLANTED)


def test_nothing_is_told_to_a_reviewer_by_any_answer(hidden: Hidden) -> None:
    person = reader(hidden, Role.REVIEWER)
    answers = walk(hidden, person)
    assert leaks(hidden, person, answers) == {}
    for (name, address), (_, text) in answers.items():
        if name not in LISTS_OF_NAMES:
            assert [planted for planted in PLANTED if planted in text] == [], address
    client = client_of(person)
    item = item_of(hidden.scans[0])
    form = rated(3)
    body = {"submission": str(uuid.uuid4()), "form": form.as_json(), "seen": list(form.views)}
    answer = client.post(f"{PREFIX}readings/{item.pk}", json.dumps(body), content_type="application/json")
    assert answer.status_code == 200, answer.content
    assert [planted for planted in PLANTED if planted in answer.content.decode()] == []

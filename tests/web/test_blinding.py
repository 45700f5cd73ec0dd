"""Does any answer of pages or API tell a reader what must stay hidden until the exam is final?

Two exams that are alike but for what is hidden (who scanned, where, the score, the first reading) exchange it. Whatever
a blinded reader is answered before and after must be the same, byte for byte: then nothing in it leads from an exam to
what is hidden of it. Once the exams are final the same walk must find the differences, on the pages named here.
"""

import itertools
import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db.models import Model, QuerySet
from django.test import Client
from django.urls import URLPattern, reverse
from django.utils import timezone

from storage.catalogue import queue, readings, telemedicine
from storage.catalogue.models import (
    Assessment,
    Escalation,
    EscalationEntry,
    Event,
    Exam,
    Feedback,
    Finding,
    Membership,
    Person,
    Project,
    Review,
    ReviewItem,
    Scan,
)
from supervision.priority import Clock
from supervision.rating import Cause
from supervision.review_form import Advice
from supervision.roles import Role
from supervision.states import Stage
from tests.forms import rated
from tests.web.test_permissions import every_address
from tests.web.world import World, item_of
from web.api.addresses import PREFIX, description

PLANTED = ("Zephyrine", "Quintilia", "Xylander", "Wolframite", "Ozymandias", "Pulcinella", "Bergamotte", "Rotundifolia")
CHANGING = (
    r'name="csrfmiddlewaretoken" value="\w+"',
    r'value="[0-9a-f]{8}-[0-9a-f-]{27}"',  # the number of a submission, new in every page
)
NOT_WALKED = {"object", "health", "ready", "metrics", "login", "demo-login", "described"}
"""Public: what they answer depends on nobody."""

LISTS_OF_NAMES = {"reviewing", "tokens", "api me", "api conflicts/about"}
"""Where a reviewer chooses whom they do not want to read, and learns where they may."""

Answers = dict[tuple[str, str], tuple[int, str]]
"""Status and content by name and address."""


@dataclass
class Hidden:
    """Two exams, each read once by somebody, to be read once more by others."""

    world: World
    scans: tuple[Scan, Scan]
    trainees: tuple[Person, Person]
    sites: tuple[Project, Project]
    firsts: tuple[Review, Review]

    @property
    def exams(self) -> list[Exam]:
        """Both exams as they are now."""
        return [Exam.objects.get(clips=scan) for scan in self.scans]

    def exchange(self) -> None:
        """Let each exam have what is hidden of the other."""
        exams = [exam.pk for exam in self.exams]
        scans = [scan.pk for scan in self.scans]
        _exchange(Exam.objects.filter(pk__in=exams), exams, "trainee_id", "project_id", "score")
        _exchange(Scan.objects.filter(pk__in=scans), scans, "trainee_id", "project_id", "score", "suggested_rating")
        judged = [Assessment.objects.get(scan=scan, current=True).pk for scan in scans]
        _exchange(Assessment.objects.filter(pk__in=judged), judged, "score", "suggested_rating", "reasons")
        found = [list(Finding.objects.filter(assessment=pk).order_by("rule")) for pk in judged]
        # the verdicts stay: what is proposed for each view by them is shown to readers
        for one, other in zip(*found, strict=True):
            _exchange(Finding.objects.all(), [one.pk, other.pk], "value", "severity")
        firsts = [review.pk for review in self.firsts]
        said = ("reviewer_id", "form", "overall", "adequate", "correct", "seconds", "submitted_at")
        _exchange(Review.objects.filter(pk__in=firsts), firsts, *said)
        items = [review.item_id for review in self.firsts]
        _exchange(ReviewItem.objects.filter(pk__in=items), items, "claimed_by_id")
        asked = [Escalation.objects.get(exam=exam).pk for exam in exams]
        _exchange(Escalation.objects.filter(pk__in=asked), asked, "raised_by_id")
        lines = [EscalationEntry.objects.get(escalation=pk).pk for pk in asked]
        _exchange(EscalationEntry.objects.filter(pk__in=lines), lines, "person_id")
        readers = {self.world.people["rose"].pk, self.world.people["luc"].pk}
        for people in (readers, {trainee.pk for trainee in self.trainees}):
            for event in list(Event.objects.filter(scan__in=scans, person__in=people)):
                (other,) = people - {event.person_id}
                QuerySet(Event).filter(pk=event.pk).update(person=other)


def _exchange(rows: QuerySet[Any], pair: list[int], *fields: str) -> None:
    one, other = (rows.values(*fields).get(pk=pk) for pk in pair)
    everything: QuerySet[Model] = QuerySet(rows.model)
    everything.filter(pk=pair[0]).update(**other)
    everything.filter(pk=pair[1]).update(**one)


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
    made = Hidden(world, scans, trainees, sites, (firsts[0], firsts[1]))
    assert {exam.stage for exam in made.exams} == {Stage.SECOND_READ}
    return made


def reader(hidden: Hidden, *roles: Role) -> Person:
    """Make somebody with these roles in the whole organisation, who has taken the first of the two exams."""
    name = "-".join(("a", *roles))
    person = hidden.world.person(name, roles[0])
    for role in roles[1:]:
        Membership.objects.create(person=person, role=role, organisation=hidden.world.relief)
    item = item_of(hidden.scans[0])
    if item.claimed_by_id is not None:
        queue.give_back(item.pk, item.claimed_by, timezone.now())
    queue.claim(item.pk, person, timezone.now())
    return person


def client_of(person: Person) -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(person, backend="web.sign_in.OwnPeople")
    return client


def arguments(hidden: Hidden) -> dict[str, list[Any]]:
    """Return what stands in the addresses: the two exams and all that hangs on them, else 1 and FAST."""
    exams = hidden.exams
    items = [item.pk for item in ReviewItem.objects.filter(exam__in=exams).order_by("pk")]
    feedback = list(Feedback.objects.filter(review__exam__in=exams).values_list("pk", flat=True)) or [1]
    known: dict[str, list[Any]] = {
        "scan": [scan.pk for scan in hidden.scans],
        "exam": [exam.pk for exam in exams],
        "item": items,
        "review": [review.pk for review in hidden.firsts],
        "feedback": feedback,
        "person": [person.pk for person in hidden.trainees],
        "escalation": list(Escalation.objects.filter(exam__in=exams).order_by("pk").values_list("pk", flat=True)),
        "role": ["evidence"],
        "form": ["pdf"],
        "organisation": [hidden.world.relief.pk],
    }
    return known


def page_addresses(hidden: Hidden) -> Iterator[tuple[str, str]]:
    """Yield every address of a page, with the name of its route."""
    known = arguments(hidden)
    for one in every_address():
        if one.name in NOT_WALKED:
            continue
        for wanted in _filled(one, known):
            yield str(one.name), reverse(str(one.name), kwargs=wanted)


def _filled(one: URLPattern, known: dict[str, list[Any]]) -> Iterator[dict[str, Any]]:
    converters = one.pattern.converters
    choices = [
        known.get(name.removesuffix("_id"), ["FAST"] if "Str" in type(converter).__name__ else [1])
        for name, converter in converters.items()
    ]
    for values in product(*choices):
        yield dict(zip(converters, values, strict=True))


def api_addresses(hidden: Hidden) -> Iterator[tuple[str, str]]:
    """Yield every address that the API reads from."""
    known = arguments(hidden)
    for address, methods in description()["paths"].items():
        if "get" not in methods:
            continue
        names = re.findall(r"{(\w+)}", address)
        choices = [known.get(name, ["FAST"] if name == "code" else [1]) for name in names]
        for values in product(*choices):
            filled = address
            for name, value in zip(names, values, strict=True):
                filled = filled.replace(f"{{{name}}}", str(value))
            yield f"api {address.removeprefix(PREFIX)}", filled


def asked(hidden: Hidden) -> Iterator[tuple[str, str]]:
    """Yield the lists narrowed to one trainee or site: which exams are left in tells whose they are."""
    trainee, site = hidden.trainees[0].pk, hidden.sites[0].code
    for name in ("scans", "queue"):
        yield name, f"{reverse(name)}?trainee={trainee}"
        yield name, f"{reverse(name)}?project={site}"
    for name in ("scans", "exams"):
        yield f"api {name}", f"{PREFIX}{name}?trainee={trainee}"
        yield f"api {name}", f"{PREFIX}{name}?project={site}"


def walk(hidden: Hidden, person: Person) -> Answers:
    """Return every answer that the person gets by reading, and those of the walk of a reading."""
    client = client_of(person)
    told: Answers = {}
    for name, address in (*page_addresses(hidden), *api_addresses(hidden), *asked(hidden)):
        answer = client.get(address)
        content = b"".join(answer) if answer.streaming else answer.content  # type: ignore[arg-type]
        assert answer.status_code < 500, address
        told[name, address] = (answer.status_code, _still(content))
    item = item_of(hidden.scans[0]).pk
    for name, address in (
        ("api take", f"{PREFIX}queue/{item}/take"),
        ("api next", f"{PREFIX}queue/next"),
        ("renew", f"/review/{item}/renew/"),
        ("take", f"/queue/{item}/take/"),
        ("review", f"/review/{item}/"),
    ):
        answer = client.post(address, headers={"X-Requested-With": "fetch"})
        assert answer.status_code < 500, address
        told["POST " + name, address] = (answer.status_code, _still(answer.content))
    return told


def _still(content: bytes) -> str:
    text = content.decode("utf-8", "replace")
    for pattern in CHANGING:
        text = re.sub(pattern, "", text)
    return text


def leaks(hidden: Hidden, person: Person, before: Answers) -> dict[str, list[str]]:
    """Return by route which answers of the walk before depend on what is hidden, and where they begin to."""
    hidden.exchange()
    after = walk(hidden, person)
    hidden.exchange()
    found: dict[str, list[str]] = {}
    for (name, address), answer in before.items():
        if after[name, address] != answer:
            found.setdefault(name, []).append(f"{address}: {_apart(answer, after[name, address])}")
    return found


def _apart(one: tuple[int, str], other: tuple[int, str]) -> str:
    if one[0] != other[0]:
        return f"status {one[0]} or {other[0]}"
    same = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one[1], other[1], strict=False))
    place = sum(1 for _ in same)
    return f"...{one[1][max(0, place - 60) : place + 40]!r} or {other[1][place : place + 40]!r}"


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
    pages = {"scans", "scan", "telemedicine", "escalation"}
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

"""What is answered about two exams that are alike but for what is hidden, before and after they exchange it?"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from django.db.models import Model, QuerySet
from django.test import Client
from django.urls import URLPattern, reverse
from django.utils import timezone

from storage.catalogue import queue
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
from supervision.roles import Role
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
        content = b"".join(answer) if answer.streaming else answer.content
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

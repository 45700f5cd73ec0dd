"""Does the API keep its own description, whatever is sent, and never fail on our side?"""

import json
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from pkgutil import iter_modules

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from ninja import Schema
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

import web.api
from storage.catalogue import library, telemedicine, tokens
from storage.catalogue.models import Exam, Feedback, ReviewItem
from storage.catalogue.registers import requests, training
from storage.catalogue.registers.training import SessionHeld
from storage.catalogue.scope import may
from supervision.rating import Cause
from supervision.registers import RequestKind, SessionKind
from tests.forms import rated
from tests.web.aging_probes import with_ticket
from tests.web.world import World, item_of
from web.api.access import ACTIONS
from web.api.addresses import PREFIX, description
from web.wsgi import application

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
SPEAKERS = ("amina", "rose", "arbiter", "supervisor", "partner_owner", "biomed", "data_officer", "administrator")
EXAMPLES = 3


@pytest.fixture
def kept_connection() -> Iterator[None]:
    """Let a request leave the connection open, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def secret_of(world: World, name: str) -> str:
    person, now = world.people[name], timezone.now()
    return tokens.make(person, "all", tokens.grantable(person), None, now + timedelta(days=1), now)[1]


@pytest.fixture
def full(world: World) -> dict[str, list[int]]:
    """Return the numbers of things that are there: waiting, taken, read, held back, in need of a worksheet."""
    waiting, read, held = world.scan(), world.scan(), world.withheld()
    world.scan(exam_type=None)
    world.review(read)
    ticket, now = with_ticket(world), timezone.now()
    read.refresh_from_db()
    clip = library.nominate(read.pk, world.people["rose"], Cause.GAIN, {}, now)
    asked = telemedicine.escalate(
        waiting.exam_id, world.people["amina"], question="operate", specialty="surgery", consent=True, now=now
    )
    keeper = world.people["facilitator"]
    session = training.log(world.goma.pk, SessionHeld(now.date(), 60, SessionKind.COURSE), keeper, now)
    wanted = requests.ask(world.goma.pk, RequestKind.EQUIPMENT, "A second probe", world.people["amina"], now)
    return {
        "session": [session.pk],
        "asked": [wanted.pk],
        "scan": [waiting.pk, read.pk, held.pk],
        "exam": list(Exam.objects.values_list("pk", flat=True)),
        "item": list(ReviewItem.objects.values_list("pk", flat=True)),
        "review": [1, 2],
        "number": list(Feedback.objects.values_list("pk", flat=True)) or [1],
        "organisation": [world.relief.pk],
        "device": [ticket.device_id],
        "ticket": [ticket.pk],
        "clip": [clip.pk],
        "escalation": [asked.pk],
        "person": [world.people["joel"].pk],  # none of those who speak: an account may be closed
    }


def test_no_two_shapes_share_a_name() -> None:
    """The description knows a shape by its name alone: of two with one name, one would be described as the other."""
    modules = [import_module(f"web.api.{found.name}") for found in iter_modules(web.api.__path__)]
    own = [
        (name, one)
        for module in modules
        for name, one in vars(module).items()
        if isinstance(one, type) and issubclass(one, Schema) and one.__module__ == module.__name__
    ]
    assert len(own) > 50
    assert [name for name, count in Counter(name for name, _ in own).items() if count > 1] == []


@pytest.mark.usefixtures("kept_connection")
def test_whatever_is_sent_is_answered_as_the_description_says(world: World, full: dict[str, list[int]]) -> None:
    schema = schemathesis.openapi.from_dict(description())
    schema.app = application
    secrets = {name: secret_of(world, name) for name in SPEAKERS}
    asked = set()
    for found in schema.get_all_operations():
        operation = found.ok()
        # those whom it refuses are in tests/web/test_api_permissions.py; here it is about what is sent
        actions = operation.definition.raw[ACTIONS]
        open_to = [name for name in SPEAKERS if not actions or any(may(world.people[name], one) for one in actions)]
        strategies = [operation.as_strategy()]
        if operation.body or operation.query:
            strategies.append(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))

        @seed(20260401)
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=st.one_of(strategies), name=st.sampled_from(open_to), data=st.data())
        def answered(case: schemathesis.Case, name: str, data: st.DataObject) -> None:
            for part in case.path_parameters:
                real = full.get(part, [1])
                case.path_parameters[part] = "FAST" if part == "code" else data.draw(st.sampled_from(real))
            answer = case.call(headers={"Authorization": f"Bearer {secrets[name]}", "Accept-Encoding": "identity"})
            case.validate_response(answer, checks=CHECKS)
            asked.add((case.method, case.path))

        answered()
    assert len(asked) == sum(len(methods) for methods in description()["paths"].values())


def test_a_program_reads_an_exam_from_the_queue_to_the_feedback(world: World) -> None:
    world.scan()
    reader = Client(headers={"authorization": f"Bearer {secret_of(world, 'rose')}"})
    (waiting,) = reader.get(f"{PREFIX}queue").json()["items"]
    assert waiting["held"] == "free"
    exam = reader.post(f"{PREFIX}queue/next").json()
    assert exam["item"] == waiting["item"]
    assert exam["trainee"] is exam["site"] is exam["score"] is None
    assert set(exam["hidden"]) == {"trainee", "site", "score", "first_read"}
    assert all(clip["poster"] and clip["preview"] for clip in exam["clips"])
    typed = {"content": {"comment": "so far"}, "seconds": 12}
    address = f"{PREFIX}readings/{exam['item']}"
    saved = reader.put(f"{address}/draft", typed, content_type="application/json")
    assert saved.json()["version"] == 1
    again = reader.put(f"{address}/draft", typed, content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (409, "stale")
    form = rated(4, comment="Well done")
    body = {"submission": str(uuid.uuid4()), "form": form.as_json(), "seen": []}
    refused = reader.post(address, json.dumps(body), content_type="application/json")
    assert refused.status_code == 422
    assert {one["where"].split(".")[0] for one in refused.json()["wrong"]} == {"seen"}
    body["seen"] = list(form.views)
    read = [reader.post(address, json.dumps(body), content_type="application/json").json() for _ in range(2)]
    assert read[0] == read[1]
    assert read[0]["overall"] == 4
    trainee = Client(headers={"authorization": f"Bearer {secret_of(world, 'amina')}"})
    (mine,) = trainee.get(f"{PREFIX}my-exams").json()["items"]
    if mine["feedback"] is None:  # drawn for a second reading
        return
    told = trainee.get(f"{PREFIX}my-exams/{mine['number']}").json()
    assert told["reading"]["reviewer"] == world.people["rose"].display_name
    trainee.post(f"{PREFIX}feedback/{told['number']}/seen")
    assert trainee.get(f"{PREFIX}my-exams").json()["items"][0]["seen"]


def test_failures_are_codes_and_sentences_in_the_language_that_is_asked_for(world: World) -> None:
    item = item_of(world.scan()).pk
    secret = secret_of(world, "rose")
    for language, sentence in (("fr", "Ni votre rôle ni votre jeton"), ("en", "Neither your role nor your token")):
        client = Client(headers={"authorization": f"Bearer {secret}", "accept-language": language})
        answer = client.get(f"{PREFIX}people")
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
        assert answer.json()["text"].startswith(sentence)
        assert client.get(f"{PREFIX}readings/{item}").json()["code"] == "lease_lost"
        assert client.get(f"{PREFIX}nowhere").json()["code"] == "404"
        unread = client.post(f"{PREFIX}queue/{item}/skip", "{", content_type="application/json")
        assert (unread.status_code, unread.json()["code"]) == (400, "not_json")
        assert "no-store" in answer["Cache-Control"]

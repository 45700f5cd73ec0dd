"""Does every operation of the API name its actions, and does it let in exactly whom this table says?"""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, resolve
from django.utils import timezone

from storage.catalogue import scope, tokens
from storage.catalogue.models import Event
from supervision.roles import Action, Role
from web.api.access import ACTIONS
from web.api.addresses import PREFIX, description
from web.permissions import rule_of

ANYBODY = frozenset(Role)
READERS = frozenset({Role.REVIEWER, Role.ARBITER})
ARBITERS = frozenset({Role.ARBITER})
QUEUE = READERS | {Role.SUPERVISOR, Role.PARTNER_OWNER, Role.AUDITOR}
SEERS = frozenset(
    {Role.ARBITER, Role.FACILITATOR, Role.SUPERVISOR, Role.DATA_OFFICER, Role.AUDITOR, Role.PARTNER_OWNER}
)
COUNTERS = SEERS - {Role.ARBITER}
TRAINEES = frozenset({Role.TRAINEE})
COMPLETERS = frozenset({Role.TRAINEE, Role.FACILITATOR, Role.PARTNER_OWNER})
DECIDERS = frozenset({Role.DATA_OFFICER, Role.PARTNER_OWNER})
HOLDERS = DECIDERS | {Role.FACILITATOR, Role.AUDITOR}
DEVICES = COUNTERS | {Role.BIOMED}
REPORTERS = frozenset({Role.BIOMED, Role.FACILITATOR, Role.PARTNER_OWNER})
TENDERS = frozenset({Role.BIOMED, Role.PARTNER_OWNER})
EDITORS = frozenset({Role.SUPERVISOR, Role.PARTNER_OWNER})
EXPORTERS = DECIDERS | {Role.SUPERVISOR}
GROUPERS = EDITORS | {Role.FACILITATOR}
COMPETENCE = GROUPERS | TRAINEES | {Role.AUDITOR}
ESCALATERS = GROUPERS | READERS | TRAINEES
LEARNERS = ESCALATERS | {Role.AUDITOR}
SIGN_OFF_SEERS = (GROUPERS | {Role.AUDITOR}) | TRAINEES
OWNERS = frozenset({Role.PARTNER_OWNER})
MANAGERS = frozenset({Role.ADMINISTRATOR, Role.PARTNER_OWNER})
CATALOGUE = frozenset(role for role in Role if role is not Role.ADMINISTRATOR) - {Role.BIOMED}

MATRIX: dict[str, frozenset[Role]] = {
    "GET me": ANYBODY,
    **dict.fromkeys(("GET arrivals", "GET arrivals/1"), (COUNTERS | TRAINEES)),
    "GET queue": QUEUE,
    **dict.fromkeys(("GET queue/upcoming", "GET reviewing", "PUT reviewing", "POST queue/next"), READERS),
    **dict.fromkeys((f"POST queue/1/{act}" for act in ("take", "renew", "give-back", "pause", "skip")), READERS),
    **dict.fromkeys(("GET readings/1", "POST readings/1", "GET readings/1/draft", "PUT readings/1/draft"), READERS),
    **dict.fromkeys(("GET readings/1/both", "POST readings/1/decide"), ARBITERS),
    "POST reviews/1/amend": READERS,
    **dict.fromkeys(("GET exams", "GET exams/1", "GET scans", "GET scans/1"), SEERS),
    **dict.fromkeys(("GET worksheets", "GET worksheets/1", "PUT worksheets/1"), COMPLETERS),
    **dict.fromkeys(("POST exams/1/join", "POST exams/1/split"), GROUPERS),
    "POST exams/1/read-anyway": EDITORS,
    **dict.fromkeys(("GET conflicts", "GET conflicts/about", "POST conflicts", "DELETE conflicts/1"), READERS),
    "GET telemedicine": EDITORS,
    **dict.fromkeys(("GET telemedicine/mine", "POST telemedicine/1", "POST exams/1/escalate"), ESCALATERS),
    "GET telemedicine/1": ESCALATERS | SEERS,
    **dict.fromkeys(("GET library", "GET library/1", "GET self-test", "GET self-test/next/FAST"), LEARNERS),
    "POST self-test/1": LEARNERS,
    **dict.fromkeys(("GET nominations", "POST library/1/decide"), EDITORS),
    "POST nominations": READERS,
    **dict.fromkeys(("GET re-identification", "POST scans/1/re-identify"), DECIDERS),
    **dict.fromkeys(("POST re-identification/1/approve", "POST re-identification/1/show"), DECIDERS),
    **dict.fromkeys(("GET my-exams", "GET my-exams/1"), TRAINEES),
    **dict.fromkeys((f"POST feedback/1/{act}" for act in ("seen", "acknowledge", "reply", "appeal")), TRAINEES),
    **dict.fromkeys(("GET replies", "POST feedback/1/answer"), READERS),
    **dict.fromkeys(("GET exam-types", "GET exam-types/1/FAST", "GET exam-types/1/FAST/history"), CATALOGUE),
    "POST exam-types/1/FAST": EDITORS,
    "GET held-back": HOLDERS,
    **dict.fromkeys((f"POST held-back/1/{act}" for act in ("sector", "text", "refuse", "ask")), DECIDERS),
    **dict.fromkeys(("GET questions", "POST questions/1"), COMPLETERS),
    **dict.fromkeys(("GET devices", "GET devices/1", "GET tickets", "GET tickets/1"), DEVICES),
    **dict.fromkeys(("POST devices/1/report", "POST tickets/1"), REPORTERS),
    "POST devices/1/change": TENDERS,
    **dict.fromkeys(("GET plans", "GET plans/1", "POST plans/1/note", "GET observations"), COMPETENCE),
    **dict.fromkeys(("GET trainees/1/visits", "GET registers/sessions/1/effect"), COMPETENCE),
    **dict.fromkeys(("POST plans", "POST plans/1/agree", "POST plans/1/close"), GROUPERS),
    **dict.fromkeys(("POST observations", "POST observations/1/withdraw"), GROUPERS),
    **dict.fromkeys(("GET registers/sessions", "GET registers/requests"), DEVICES | TRAINEES),
    **dict.fromkeys(
        ("POST registers/sessions", "PUT registers/sessions/1", "POST registers/sessions/1/cancel"), GROUPERS
    ),
    **dict.fromkeys(
        ("POST registers/requests", "POST registers/requests/1"), GROUPERS | TRAINEES | frozenset({Role.BIOMED})
    ),
    "GET devices/1/service": DEVICES,
    **dict.fromkeys(("POST devices/1/service", "POST devices/1/service/end"), TENDERS),
    **dict.fromkeys(("GET export/readings", "GET export/exams/1/fhir", "GET export/exams/1/sr"), EXPORTERS),
    **dict.fromkeys(("GET export/measures/FAST", "GET export/dhis2"), EXPORTERS),
    **dict.fromkeys(
        (f"GET handover{rest}" for rest in ("", "/FAST", "/FAST/bundles", "/FAST/steps/1", "/FAST/steps/1/pdf")),
        frozenset({Role.SUPERVISOR, Role.DATA_OFFICER, Role.AUDITOR, Role.PARTNER_OWNER}),
    ),
    **dict.fromkeys((f"POST handover/FAST/{act}" for act in ("begin", "step", "receipt", "bundle")), OWNERS),
    **dict.fromkeys(
        ("PUT handover/FAST/people", "DELETE handover/FAST/bundle", "GET handover/FAST/bundle/file"), OWNERS
    ),
    "GET overview": COUNTERS,
    **dict.fromkeys(("GET sign-off", "GET sign-off/1/FAST"), SIGN_OFF_SEERS),
    **dict.fromkeys(("GET certificates", "GET certificates/1", "GET certificates/1/pdf"), SIGN_OFF_SEERS),
    **dict.fromkeys(("POST sign-off/1/FAST", "POST sign-off/1/FAST/lower"), EDITORS),
    **dict.fromkeys(("GET people", "POST people", "GET people/roles", "GET people/1"), MANAGERS),
    **dict.fromkeys(("POST people/1/password", "PUT people/1/active"), MANAGERS),
    **dict.fromkeys(("POST people/1/roles", "DELETE people/1/roles/1"), MANAGERS),
}
NAMES = {Role.TRAINEE: "amina", Role.REVIEWER: "rose"}


def operations() -> dict[str, list[str]]:
    """Return every operation as the table calls it, with the actions that it names."""
    told = {}
    for address, methods in description()["paths"].items():
        short = address.removeprefix(PREFIX).replace("{code}", "FAST")
        while "{" in short:
            short = short[: short.index("{")] + "1" + short[short.index("}") + 1 :]
        for method, operation in methods.items():
            told[f"{method.upper()} {short}"] = operation.get(ACTIONS)
    return told


def call(client: Client, operation: str, **headers: str) -> int:
    """Call an operation with an empty body and return the status."""
    method, address = operation.split(" ", 1)
    return client.generic(method, PREFIX + address, "{}", content_type="application/json", headers=headers).status_code


def test_every_route_of_the_api_is_described_names_its_actions_and_stands_in_the_table() -> None:
    known = operations()
    assert set(known) == set(MATRIX)
    assert all(isinstance(actions, list) for actions in known.values())
    assert [name for name, actions in known.items() if not actions] == ["GET me"]
    described = {name.split(" ", 1)[1] for name in known}
    for pattern in _patterns():
        if pattern.name == "described":
            assert rule_of(pattern.callback)
    assert all(resolve(PREFIX + address) for address in described)
    # a route that is mounted, but that the description leaves out, would be one nobody looks at
    routes = {str(pattern.pattern) for pattern in _patterns() if pattern.name != "described"}
    assert len(routes) == len(description()["paths"])


@pytest.mark.parametrize("role", Role)
def test_an_operation_opens_for_its_roles_and_no_other(role: Role, world) -> None:
    person = world.people[NAMES.get(role, role.value)]
    now = timezone.now()
    _, secret = tokens.make(person, "all", tokens.grantable(person), None, now + timedelta(days=1), now)
    client = Client()
    status = {name: call(client, name, authorization=f"Bearer {secret}") for name in MATRIX}
    assert {name for name, code in status.items() if code != 403} == {
        name for name, roles in MATRIX.items() if role in roles
    }
    assert all(code < 500 and code != 401 for code in status.values()), status


def test_visitors_wrong_tokens_and_closed_accounts_get_401_and_a_session_needs_its_csrf_token(world) -> None:
    rose, now = world.people["rose"], timezone.now()
    _, secret = tokens.make(rose, "all", {Action.REVIEW}, None, now + timedelta(days=1), now)
    for name in MATRIX:
        assert call(Client(), name) == 401
        assert call(Client(), name, authorization="Bearer sr_wrong") == 401
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(rose, backend="web.sign_in.OwnPeople")
    assert call(strict, "GET queue") == 200
    assert call(strict, "POST queue/next") == 403
    assert call(Client(enforce_csrf_checks=True), "POST queue/next", authorization=f"Bearer {secret}") == 200
    # a token that is wrong is not made good by the session beside it
    assert call(strict, "GET queue", authorization="Bearer sr_wrong") == 401
    rose.is_active = False
    rose.save()
    assert call(Client(), "GET reviewing", authorization=f"Bearer {secret}") == 401


def test_a_token_opens_only_what_it_names_and_only_in_its_project(world) -> None:
    here, there = world.scan(), world.scan(project=world.bunia, trainee=None)
    supervisor, now = world.people["supervisor"], timezone.now()
    until = now + timedelta(days=1)
    _, narrow = tokens.make(supervisor, "scans", {Action.SEE_SCANS}, world.goma, until, now)
    client = Client(headers={"authorization": f"Bearer {narrow}"})
    assert client.get(f"{PREFIX}scans/{here.pk}").status_code == 200
    assert client.get(f"{PREFIX}scans/{there.pk}").status_code == 404
    assert [one["number"] for one in client.get(f"{PREFIX}scans").json()["items"]] == [here.pk]
    assert client.get(f"{PREFIX}overview").status_code == 403
    told = client.get(f"{PREFIX}me").json()
    assert [(one["action"], [each["code"] for each in one["projects"]]) for one in told["allowed"]] == [
        ("see_scans", ["goma"])
    ]
    assert scope.may(supervisor, Action.SEE_FIGURES)
    assert not Event.objects.filter(what="token_used").exists()


def _patterns() -> Iterator[URLPattern]:
    (mounted,) = [one for one in get_resolver().url_patterns if getattr(one, "app_name", None) == "api"]
    yield from mounted.url_patterns

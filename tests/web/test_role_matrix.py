"""Does every route of the pages stand in a table of who may open it? One that was added and not thought of fails."""

import pytest
from django.urls import reverse

from supervision.roles import Role
from tests.web.test_permissions import FOR_PROGRAMS, LISTS, NAMES, PUBLIC, WRITES, every_address

EVERYBODY = {"home", "account", "account-mail", "logout", "tokens", "token-revoke"}
"""What whoever signed in may open, whatever the role: it is about themselves."""

READERS = frozenset({Role.REVIEWER, Role.ARBITER})
TRAINEES = frozenset({Role.TRAINEE})
SEERS = frozenset(
    {Role.ARBITER, Role.FACILITATOR, Role.SUPERVISOR, Role.DATA_OFFICER, Role.AUDITOR, Role.PARTNER_OWNER}
)
DECIDERS = frozenset({Role.DATA_OFFICER, Role.PARTNER_OWNER})
DEVICES = frozenset(
    {Role.BIOMED, Role.FACILITATOR, Role.SUPERVISOR, Role.DATA_OFFICER, Role.AUDITOR, Role.PARTNER_OWNER}
)
CATALOGUE = frozenset(Role) - {Role.BIOMED, Role.ADMINISTRATOR}
LEARNERS = frozenset(Role) - {Role.BIOMED, Role.DATA_OFFICER, Role.ADMINISTRATOR}
TEACHERS = frozenset({Role.SUPERVISOR, Role.PARTNER_OWNER})
ASKERS = frozenset({Role.TRAINEE, Role.REVIEWER, Role.ARBITER, Role.FACILITATOR, Role.SUPERVISOR, Role.PARTNER_OWNER})
COORDINATORS = frozenset({Role.SUPERVISOR, Role.PARTNER_OWNER})
OPENED_BY = {
    "person": frozenset({Role.ADMINISTRATOR, Role.PARTNER_OWNER}),
    "reviewing": READERS,
    **dict.fromkeys(("my-scan", "my-exam"), TRAINEES),
    **dict.fromkeys(("scan", "exam"), SEERS),
    "arrivals-csv": (SEERS - {Role.ARBITER}) | TRAINEES,
    **dict.fromkeys(("alike", "evidence"), DECIDERS),
    "held": DECIDERS | {Role.FACILITATOR, Role.AUDITOR},
    **dict.fromkeys(("device", "ticket"), DEVICES),
    **dict.fromkeys(("session", "request"), DEVICES | TRAINEES),
    **dict.fromkeys(("overview-project", "overview-exam-type"), SEERS - {Role.ARBITER}),
    **dict.fromkeys(
        ("overview-trainee", "sign-off", "sign-off-decisions", "certificate-file"),
        (SEERS - {Role.ARBITER, Role.DATA_OFFICER}) | TRAINEES,
    ),
    **dict.fromkeys(("overview-trainee", "plans", "plan"), (SEERS - {Role.ARBITER, Role.DATA_OFFICER}) | TRAINEES),
    "reviewer": READERS | COORDINATORS | {Role.AUDITOR},
    **dict.fromkeys(("report", "report-file"), SEERS - {Role.ARBITER}),
    **dict.fromkeys(
        ("handover", "handover-file", "handover-bundle"),
        frozenset({Role.SUPERVISOR, Role.DATA_OFFICER, Role.AUDITOR, Role.PARTNER_OWNER}),
    ),
    "bundle-take": frozenset({Role.PARTNER_OWNER}),
    "exam-type": CATALOGUE,
    **dict.fromkeys(("library", "library-clip", "cards", "self-test", "self-test-start", "self-test-clip"), LEARNERS),
    **dict.fromkeys(("nominations", "library-decide"), TEACHERS),
    "escalate": ASKERS,
    **dict.fromkeys(("telemedicine", "escalation-act"), ASKERS | COORDINATORS),
    "escalation": ASKERS | COORDINATORS | SEERS,
}


def test_every_route_stands_in_a_table() -> None:
    known = {*LISTS, *WRITES, *PUBLIC, *FOR_PROGRAMS, *EVERYBODY, *OPENED_BY}
    assert {str(one.name) for one in every_address()} - known == set()


@pytest.mark.parametrize("role", Role)
def test_a_role_opens_what_the_table_says(role: Role, signed_in) -> None:
    client = signed_in(NAMES.get(role, role.value))
    opened = set()
    for one in every_address():
        if one.name not in OPENED_BY:
            continue
        texts = {"role": "evidence", "form": "pdf", "code": "FAST", "exam_type": "FAST"}
        filled = {name: texts.get(name, 1) for name in one.pattern.converters}
        address = reverse(str(one.name), kwargs=filled)
        answers = {client.get(address).status_code, client.post(address).status_code} - {405}
        if answers != {403}:
            opened.add(one.name)
    assert opened == {name for name, roles in OPENED_BY.items() if role in roles}

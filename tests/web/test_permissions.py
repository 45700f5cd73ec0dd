"""Does every page have a rule, and does it let in exactly whom DOMAIN says?"""

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, get_resolver, path, reverse

from supervision.roles import Action, Role
from tests.web.world import item_of
from web.permissions import requires, rule_of
from web.urls import urlpatterns

PUBLIC = {"login", "demo-login", "set-language", "object", "health", "ready", "metrics"}
FOR_PROGRAMS = {"uploads", "upload", "stow", "stow-study", "sync-hello", "sync-records", "sync-lacking", "sync-object"}
"""Routes that answer in JSON; tests of their own say to whom."""
LISTS = (
    "queue",
    "my-scans",
    "overview",
    "reviewers",
    "scans",
    "awaiting",
    "arrivals",
    "authors",
    "send",
    "quarantine",
    "reidentify",
    "people",
    "devices",
    "calibration",
    "exam-types",
    "replies",
    "sync",
    "registers",
    "export",
    "sign-offs",
    "reports",
    "handovers",
)
OPENED = {
    Role.TRAINEE: {"send", "sign-offs", "my-scans", "awaiting", "exam-types", "arrivals", "registers"},
    Role.REVIEWER: {"queue", "exam-types", "replies", "reviewers"},
    Role.ARBITER: {"queue", "scans", "exam-types", "replies", "reviewers"},
    Role.FACILITATOR: {
        "sign-offs",
        "send",
        "overview",
        "scans",
        "awaiting",
        "quarantine",
        "devices",
        "exam-types",
        "arrivals",
        "authors",
        "registers",
        "reports",
    },
    Role.SUPERVISOR: {
        "sign-offs",
        "queue",
        "overview",
        "reviewers",
        "scans",
        "devices",
        "calibration",
        "exam-types",
        "arrivals",
        "sync",
        "registers",
        "export",
        "reports",
        "handovers",
    },
    Role.BIOMED: {"devices", "calibration", "registers"},
    Role.DATA_OFFICER: {
        "send",
        "overview",
        "scans",
        "quarantine",
        "reidentify",
        "devices",
        "calibration",
        "exam-types",
        "arrivals",
        "sync",
        "registers",
        "export",
        "reports",
        "handovers",
    },
    Role.AUDITOR: {
        "sign-offs",
        "queue",
        "overview",
        "reviewers",
        "scans",
        "quarantine",
        "devices",
        "calibration",
        "exam-types",
        "arrivals",
        "sync",
        "registers",
        "reports",
        "handovers",
    },
    Role.PARTNER_OWNER: set(LISTS) - {"my-scans", "replies"},
    Role.ADMINISTRATOR: {"people"},
}
HOMES = {
    Role.TRAINEE: "my-scans",
    Role.REVIEWER: "queue",
    Role.ARBITER: "queue",
    Role.FACILITATOR: "overview",
    Role.SUPERVISOR: "overview",
    Role.BIOMED: "devices",
    Role.DATA_OFFICER: "overview",
    Role.AUDITOR: "overview",
    Role.PARTNER_OWNER: "overview",
    Role.ADMINISTRATOR: "people",
}
WRITES = {
    "take-next": (),
    "take": (1,),
    "conflict-note": (),
    "conflict-withdraw": (1,),
    "review": (1,),
    "renew": (1,),
    "give-back": (1,),
    "draft": (1,),
    "skip": (1,),
    "pause": (1,),
    "decide": (1,),
    "amend": (1,),
    "worksheet": (1,),
    "send": (),
    **dict.fromkeys(("exam-read-anyway", "exam-join", "exam-split"), (1,)),
    "answer": (1,),
    "author-resolve": (1,),
    "held-release": (1,),
    "held-text": (1,),
    "held-refuse": (1,),
    "held-ask": (1,),
    "alike-release": (1,),
    "layout-retire": (1,),
    "reidentify-ask": (1,),
    "reidentify-approve": (1,),
    "reidentify-show": (1,),
    "sync-choose": (1,),
    "device-change": (1,),
    "device-report": (1,),
    "device-service": (1,),
    "session-new": (),
    "session-cancel": (1,),
    "request-new": (),
    "request-act": (1,),
    "ticket-act": (1,),
    **dict.fromkeys(("sign-off-decide", "sign-off-lower"), (1, "FAST")),
    **dict.fromkeys(("handover-begin", "handover-step", "handover-people", "handover-receipt"), ("FAST",)),
    **dict.fromkeys(("bundle-ask", "bundle-discard"), ("FAST",)),
    **dict.fromkeys(("plan-new", "plan-agree", "plan-note", "plan-close"), (1,)),
    **dict.fromkeys(("observation-new", "observation-withdraw"), (1,)),
    "report-make": (),
    "report-comment": (1, "summary"),
    "my-exam-acknowledge": (1,),
    "my-exam-reply": (1,),
    "my-exam-appeal": (1,),
    "replies-answer": (1,),
    "exam-type-new": (),
    "exam-type-edit": ("CARD",),
    "exam-type-shipped": ("CARD",),
    "person-new": (),
    "person-password": (1,),
    "person-active": (1,),
    "role-add": (1,),
    "role-remove": (1, 1),
}
READERS = frozenset({Role.REVIEWER, Role.ARBITER})
HELPERS = frozenset({Role.FACILITATOR, Role.SUPERVISOR, Role.PARTNER_OWNER})
MANAGERS = frozenset({Role.ADMINISTRATOR, Role.PARTNER_OWNER})
EDITORS = frozenset({Role.SUPERVISOR, Role.PARTNER_OWNER})
DECIDERS = frozenset({Role.DATA_OFFICER, Role.PARTNER_OWNER})
WRITERS = {
    **dict.fromkeys(("take-next", "take", "review", "renew", "give-back"), READERS),
    **dict.fromkeys(("draft", "skip", "pause", "amend", "conflict-note", "conflict-withdraw"), READERS),
    "decide": frozenset({Role.ARBITER}),
    "replies-answer": READERS,
    **dict.fromkeys(("my-exam-acknowledge", "my-exam-reply", "my-exam-appeal"), frozenset({Role.TRAINEE})),
    **dict.fromkeys(("person-new", "person-password", "person-active", "role-add", "role-remove"), MANAGERS),
    **dict.fromkeys(("worksheet", "answer"), frozenset({Role.TRAINEE, Role.FACILITATOR, Role.PARTNER_OWNER})),
    **dict.fromkeys(
        ("report-make", "report-comment"), frozenset({Role.SUPERVISOR, Role.DATA_OFFICER, Role.PARTNER_OWNER})
    ),
    **dict.fromkeys(
        ("handover-begin", "handover-step", "handover-people", "handover-receipt", "bundle-ask", "bundle-discard"),
        frozenset({Role.PARTNER_OWNER}),
    ),
    **dict.fromkeys(("sign-off-decide", "sign-off-lower"), EDITORS),
    "sync-choose": frozenset({Role.TRAINEE, Role.FACILITATOR, Role.PARTNER_OWNER}),
    "author-resolve": frozenset({Role.FACILITATOR, Role.PARTNER_OWNER}),
    **dict.fromkeys(("held-release", "held-text", "held-refuse", "held-ask"), DECIDERS),
    **dict.fromkeys(("alike-release", "layout-retire"), DECIDERS),
    **dict.fromkeys(("exam-type-new", "exam-type-edit", "exam-type-shipped"), EDITORS),
    "send": frozenset({Role.TRAINEE, Role.FACILITATOR, Role.DATA_OFFICER, Role.PARTNER_OWNER}),
    "exam-read-anyway": frozenset({Role.SUPERVISOR, Role.PARTNER_OWNER}),
    **dict.fromkeys(("exam-join", "exam-split"), frozenset({Role.FACILITATOR, Role.SUPERVISOR, Role.PARTNER_OWNER})),
    **dict.fromkeys(("device-change", "device-service"), frozenset({Role.BIOMED, Role.PARTNER_OWNER})),
    **dict.fromkeys(
        ("session-new", "session-cancel"), frozenset({Role.FACILITATOR, Role.SUPERVISOR, Role.PARTNER_OWNER})
    ),
    **dict.fromkeys(
        ("request-new", "request-act"),
        frozenset({Role.TRAINEE, Role.FACILITATOR, Role.SUPERVISOR, Role.BIOMED, Role.PARTNER_OWNER}),
    ),
    **dict.fromkeys(("device-report", "ticket-act"), frozenset({Role.BIOMED, Role.FACILITATOR, Role.PARTNER_OWNER})),
    **dict.fromkeys(("reidentify-ask", "reidentify-approve", "reidentify-show"), DECIDERS),
    **dict.fromkeys(("plan-new", "plan-agree", "plan-close", "observation-new", "observation-withdraw"), HELPERS),
    "plan-note": HELPERS | {Role.TRAINEE, Role.AUDITOR},
}
NAMES = {Role.TRAINEE: "amina", Role.REVIEWER: "rose"}


def every_address() -> list[URLPattern]:
    """Return all pages' patterns, with their arguments' converters; of the API: test_api_permissions."""
    found, open_ends = [], list(get_resolver().url_patterns)
    while open_ends:
        one = open_ends.pop()
        if getattr(one, "app_name", None) != "api":
            open_ends.extend(getattr(one, "url_patterns", []))
        if isinstance(one, URLPattern):
            found.append(one)
    return found


def test_every_view_carries_a_rule_and_only_the_listed_ones_are_public() -> None:
    rules = {one.name: rule_of(one.callback) for one in every_address()}
    assert len(rules) == len(urlpatterns) - 1 > 20  # without the API
    assert [name for name, rule in rules.items() if rule is None] == []
    assert {name for name, rule in rules.items() if rule and rule.everyone} == PUBLIC


def test_a_view_without_a_rule_would_be_found() -> None:
    naked = path("x/", lambda _request: HttpResponse(), name="naked")
    assert rule_of(naked.callback) is None
    assert rule_of(requires(Action.REVIEW)(naked.callback)) is not None


@pytest.mark.parametrize("role", Role)
def test_a_role_opens_its_pages_and_no_other(role: Role, signed_in) -> None:
    client = signed_in(NAMES.get(role, role.value))
    status = {name: client.get(reverse(name)).status_code for name in LISTS}
    assert {name for name, code in status.items() if code == 200} == OPENED[role]
    assert {code for name, code in status.items() if name not in OPENED[role]} <= {403}


@pytest.mark.parametrize("role", Role)
def test_a_role_starts_on_its_page_and_is_offered_exactly_what_it_may_open(role: Role, signed_in) -> None:
    client = signed_in(NAMES.get(role, role.value))
    home = client.get("/")
    if role in HOMES:
        assert home.headers["Location"] == reverse(HOMES[role])
        page = client.get(reverse(HOMES[role])).content.decode()
        offered = {name for name in LISTS if f'<a href="{reverse(name)}"' in page.split("</nav>")[0]}
        assert offered == OPENED[role]
    else:
        assert home.status_code == 200
        assert "no role yet" in home.content.decode()


@pytest.mark.parametrize("role", Role)
def test_only_the_right_roles_can_write(role: Role, signed_in) -> None:
    client = signed_in(NAMES.get(role, role.value))
    answers = {name: client.post(reverse(name, args=arguments)).status_code for name, arguments in WRITES.items()}
    assert {name for name, code in answers.items() if code != 403} == {
        name for name, roles in WRITERS.items() if role in roles
    }


def test_whoever_is_not_signed_in_is_asked_to(db: None) -> None:
    arguments: dict[str, str | int] = {"role": "evidence", "code": "CARD", "form": "pdf", "exam_type": "FAST"}
    for one in every_address():
        if one.name in PUBLIC:
            continue
        wanted = {key: arguments.get(key, 1) for key in one.pattern.converters}
        for answer in (Client().get(reverse(one.name, kwargs=wanted)), Client().post(reverse(one.name, kwargs=wanted))):
            if one.name in FOR_PROGRAMS:
                assert answer.status_code == 401, one.name
                continue
            assert answer.status_code == 302, one.name
            assert answer.headers["Location"].startswith("/login/"), one.name


def test_a_closed_account_opens_nothing(world, signed_in) -> None:
    client = signed_in("rose")
    world.people["rose"].is_active = False
    world.people["rose"].save()
    assert client.get("/queue/").headers["Location"].startswith("/login/")


def test_what_lies_outside_ones_projects_does_not_exist(world, signed_in) -> None:
    here = world.scan()
    world.review(world.scan(trainee="joel"))
    item = item_of(here).pk
    assert signed_in("foreign-owner").get(f"/scans/{here.pk}/").status_code == 404
    assert signed_in("joel").get(f"/my-scans/{here.pk}/").status_code == 404
    assert signed_in("amina").get(f"/my-scans/{here.pk}/").status_code == 200
    world.person("stranger", Role.REVIEWER, world.elsewhere)
    stranger = signed_in("stranger")
    for address in (f"/queue/{item}/take/", f"/review/{item}/", f"/review/{item}/renew/"):
        assert stranger.post(address).status_code == 404
    assert str(here.short_id) not in stranger.get("/queue/").content.decode()


def test_nobody_reviews_their_own_scan(world, signed_in) -> None:
    world.person("both", Role.TRAINEE, world.goma)
    from storage.catalogue.models import Membership

    both = world.people["both"]
    Membership.objects.create(person=both, role=Role.REVIEWER, organisation=world.relief)
    own = world.scan(trainee="both")
    client = signed_in("both")
    assert client.post(f"/queue/{item_of(own).pk}/take/").status_code == 404
    assert client.post("/queue/next/", follow=True).redirect_chain[-1][0] == "/queue/"

"""Who sees which rows? Anything that no role grants is denied."""

import pytest
from django.contrib.auth.models import AnonymousUser

from storage.catalogue import intake, scope
from storage.catalogue.models import Membership, Person, Scan
from supervision.roles import ALLOWED, Action, Role
from tests.storage.conftest import NOON, World, inspection


@pytest.fixture
def scans(world: World) -> dict[str, Scan]:
    """One queued and one waiting scan in goma, a queued one in bunia, one of another organisation."""
    world.person("bea", Role.TRAINEE, project=world.bunia)
    world.person("eve", Role.TRAINEE, project=world.elsewhere)
    return {
        "queued": world.queued("queued"),
        "waiting": world.queued("waiting", exam_type=None),
        "bunia": world.queued("bunia", project="bunia", trainee="bea"),
        "far": world.queued("far", project="elsewhere", trainee="eve"),
    }


def seen(person: Person, action: Action, scans: dict[str, Scan]) -> set[str]:
    found = set(scope.scans_for(person, action).values_list("pk", flat=True))
    return {name for name, scan in scans.items() if scan.pk in found}


def test_the_table_of_roles_decides_and_the_place_limits(world: World, scans: dict[str, Scan]) -> None:
    for role in Role:
        somebody = world.person(role, role, project=world.goma)
        assert scope.roles_of(somebody) == {role}
        for action in Action:
            granted = role in ALLOWED[action]
            assert scope.may(somebody, action) is granted
            assert list(scope.projects_for(somebody, action)) == ([world.goma] if granted else [])
            assert seen(somebody, action, scans) <= ({"queued", "waiting"} if granted else set()), (role, action)


def test_each_action_shows_its_own_scans(world: World, scans: dict[str, Scan]) -> None:
    everywhere = world.person("everywhere", *(role for role in Role if role is not Role.TRAINEE))
    expected = {
        Action.SEE_OWN_SCANS: set(),
        Action.COMPLETE_INFO: {"waiting"},
        Action.REVIEW: {"queued", "bunia"},
        Action.SEE_QUEUE: {"queued", "bunia"},
        Action.SEE_SCANS: {"queued", "waiting", "bunia"},
        Action.SEE_FIGURES: {"queued", "waiting", "bunia"},
        Action.SEE_QUARANTINE: set(),
    }
    assert {action: seen(everywhere, action, scans) for action in expected} == expected


def test_a_trainee_sees_and_completes_their_own_only(world: World, scans: dict[str, Scan]) -> None:
    amina = world.people["amina"]
    nobodys = world.queued("nobody's", trainee=None)
    assert seen(amina, Action.SEE_OWN_SCANS, scans) == {"queued", "waiting"}
    assert seen(amina, Action.COMPLETE_INFO, scans | {"nobody's": nobodys}) == {"waiting"}
    helper = world.person("helper", Role.FACILITATOR, project=world.goma)
    assert seen(helper, Action.COMPLETE_INFO, scans | {"nobody's": nobodys}) == {"waiting", "nobody's"}


def test_a_reviewer_never_sees_their_own_scan_as_one_to_review(world: World, scans: dict[str, Scan]) -> None:
    Membership.objects.create(person=world.people["amina"], role=Role.REVIEWER, organisation=world.organisation)
    assert seen(world.people["amina"], Action.REVIEW, scans) == {"bunia"}


def test_only_the_quarantine_shows_as_quarantine(world: World, scans: dict[str, Scan]) -> None:
    from pipeline.errors import Withheld

    scan = world.received("withheld")
    intake.take("goma", 1, "one", NOON)
    intake.record_withheld(scan.digest, "one", Withheld("no_sector"), inspection(), None, {}, NOON)
    officer = world.person("officer", Role.DATA_OFFICER)
    assert list(scope.scans_for(officer, Action.SEE_QUARANTINE)) == [scan]
    assert scan not in scope.scans_for(world.people["rose"], Action.REVIEW)


def test_a_role_in_a_project_of_somebody_else_grants_nothing(world: World, scans: dict[str, Scan]) -> None:
    crossed = world.person("crossed")
    Membership.objects.create(
        person=crossed, role=Role.PARTNER_OWNER, organisation=world.organisation, project=world.elsewhere
    )
    assert scope.roles_of(crossed) == frozenset()
    assert not scope.projects_for(crossed, Action.SEE_SCANS).exists()


def test_closed_accounts_strangers_and_superusers_have_no_rights(world: World, scans: dict[str, Scan]) -> None:
    closed = world.person("closed", *Role, is_active=False)
    root = world.person("root", is_superuser=True, is_staff=True)
    for somebody in (closed, root, AnonymousUser()):
        for action in Action:
            assert not scope.may(somebody, action)
            assert not scope.projects_for(somebody, action).exists()
            assert not scope.scans_for(somebody, action).exists()

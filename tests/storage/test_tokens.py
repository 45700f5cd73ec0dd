"""Does a token never grant what its person may not do, and end when it must?"""

from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.catalogue import blinding, scope, tokens
from storage.catalogue.models import ApiToken, Event, Membership, Person
from supervision.blinding import Hidden
from supervision.roles import Action, Role, actions_of
from tests.storage.conftest import NOON, World

MONTH = NOON + timedelta(days=30)
LATER = NOON + timedelta(days=1)


def acting(secret: str) -> Person:
    person = tokens.person_and_scope_of(secret, LATER)
    assert person is not None
    return person


def reached(person: Person) -> dict[Action, tuple[set[int], set[int]]]:
    """What the person may do where, and with which scans."""
    return {
        action: (
            set(scope.projects_for(person, action).values_list("pk", flat=True)),
            set(scope.scans_for(person, action).values_list("pk", flat=True)),
        )
        for action in Action
        if scope.may(person, action)
    }


@given(roles=st.sets(st.sampled_from(Role), min_size=1), data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_token_grants_a_part_of_what_its_person_may(world: World, roles: set[Role], data: st.DataObject) -> None:
    if not ApiToken.objects.exists():
        world.queued("here")
        world.queued("there", project="bunia", trainee=None)
    person = Person.objects.create(username=f"p{Person.objects.count()}")
    for role in roles:
        where = data.draw(st.sampled_from([None, world.goma]))
        Membership.objects.create(person=person, role=role, organisation=world.organisation, project=where)
    project = data.draw(st.sampled_from([None, world.goma, world.bunia]))
    grantable = tokens.grantable(person, project)
    assert grantable <= actions_of(frozenset(roles))
    if not grantable:
        return
    wanted = data.draw(st.sets(st.sampled_from(sorted(grantable)), min_size=1))
    _, secret = tokens.make(person, "a program", wanted, project, MONTH, NOON)
    through, own = reached(acting(secret)), reached(person)
    assert set(through) == wanted
    for action, (places, scans) in through.items():
        limit = {project.pk} if project else own[action][0]
        assert places == own[action][0] & limit
        in_limit = scope.scans_for(person, action).filter(project__in=limit).values_list("pk", flat=True)
        assert scans == set(in_limit)
    whole = scope.organisations_for(acting(secret), Action.MANAGE_PEOPLE)
    assert set(whole) <= set(scope.organisations_for(person, Action.MANAGE_PEOPLE))
    assert project is None or not whole.exists()


def test_what_a_person_may_not_do_or_for_longer_than_a_year_makes_no_token(world: World) -> None:
    rose = world.people["rose"]
    refused = (
        ("", {Action.REVIEW}, None, MONTH),
        ("x" * 61, {Action.REVIEW}, None, MONTH),
        ("x", set(), None, MONTH),
        ("x", {Action.REVIEW, Action.MANAGE_PEOPLE}, None, MONTH),
        ("x", {Action.REVIEW}, world.elsewhere, MONTH),
        ("x", {Action.REVIEW}, None, NOON),
        ("x", {Action.REVIEW}, None, NOON + timedelta(days=366)),
    )
    for name, actions, project, until in refused:
        with pytest.raises(ValueError, match="must"):
            tokens.make(rose, name, actions, project, until, NOON)
    assert not ApiToken.objects.exists()


def test_a_token_ends_with_its_time_its_account_its_role_and_when_it_is_revoked(world: World) -> None:
    rose = world.people["rose"]
    token, secret = tokens.make(rose, "queue", {Action.REVIEW}, None, MONTH, NOON)
    assert scope.may(acting(secret), Action.REVIEW)
    assert not scope.may(acting(secret), Action.SEE_QUEUE)
    assert tokens.person_and_scope_of(secret, MONTH) is None
    assert tokens.person_and_scope_of(secret + "x", LATER) is None
    Person.objects.filter(pk=rose.pk).update(is_active=False)
    assert tokens.person_and_scope_of(secret, LATER) is None
    Person.objects.filter(pk=rose.pk).update(is_active=True)
    kept = list(rose.memberships.all())
    rose.memberships.all().delete()
    assert not scope.may(acting(secret), Action.REVIEW)
    Membership.objects.bulk_create(kept)
    with pytest.raises(ApiToken.DoesNotExist):
        tokens.revoke(token.pk, world.people["luc"], LATER)
    for _ in range(2):
        tokens.revoke(token.pk, rose, LATER)
    assert tokens.person_and_scope_of(secret, LATER) is None
    steps = Event.objects.filter(person=rose, what__startswith="token").order_by("pk")
    assert [(event.what, event.facts["token"]) for event in steps] == [
        ("token_made", token.pk),
        ("token_revoked", token.pk),
    ]


def test_a_token_that_leaves_out_reviewing_does_not_lift_the_blinding(world: World) -> None:
    scan = world.queued()
    both = world.person("both", Role.REVIEWER, Role.SUPERVISOR)
    assert scan.exam is not None
    hidden = blinding.hidden_from(both, scan.exam)
    assert Hidden.TRAINEE in hidden
    for project in (None, world.goma, world.bunia):
        _, secret = tokens.make(both, "figures", {Action.SEE_SCANS}, project, MONTH, NOON)
        assert blinding.hidden_from(acting(secret), scan.exam) == hidden


def test_the_secret_is_kept_nowhere(world: World) -> None:
    token, secret = tokens.make(world.people["rose"], "queue", {Action.REVIEW}, world.goma, MONTH, NOON)
    assert len(secret) > 40
    assert secret.startswith(token.begins)
    with connection.cursor() as cursor:
        for table in ("catalogue_apitoken", "catalogue_event"):
            cursor.execute(f"SELECT * FROM {table}")  # noqa: S608
            assert secret not in str(cursor.fetchall())

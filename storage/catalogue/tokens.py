"""By which key does a program act for a person, and what may it do?

A token never grants what its person may not do: it narrows the person's roles to some actions, and to one project if
wanted. What a role loses, and a closed account, the token loses in the same moment, since every query asks again.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet

from storage.catalogue import scope
from storage.catalogue.models import ApiToken, Event, Person, Project
from storage.catalogue.transaction import one_transaction
from supervision.roles import Action, Narrowing

PREFIX = "sr_"
BYTES = 32
SHOWN = 10
LONGEST = timedelta(days=365)
LONGEST_NAME = 60
NOTED_EVERY = timedelta(minutes=5)


def make(
    person: Person, name: str, actions: Iterable[Action], project: Project | None, expires_at: datetime, now: datetime
) -> tuple[ApiToken, str]:
    """Make a token and return it with its secret, which is known nowhere else.

    ValueError for no name, no action, one that the person may not do (in the project), or an end that is past or more
    than a year away.
    """
    wanted = frozenset(actions)
    if not name.strip() or len(name) > LONGEST_NAME:
        raise ValueError("name must be given, and short")
    if not now < expires_at <= now + LONGEST:
        raise ValueError("expires_at must be within a year")
    if not wanted or not wanted <= grantable(person, project):
        raise ValueError("actions must be some of the person's own")
    secret = PREFIX + secrets.token_urlsafe(BYTES)
    with one_transaction():
        token = ApiToken.objects.create(
            person=person,
            name=name.strip(),
            begins=secret[:SHOWN],
            digest=_digest(secret),
            actions=sorted(wanted),
            project=project,
            made_at=now,
            expires_at=expires_at,
        )
        facts = {"token": token.pk, "actions": token.actions, "project": project.code if project else ""}
        Event.objects.create(at=now, what="token_made", person=person, facts=facts)
    return token, secret


def grantable(person: Person, project: Project | None = None) -> frozenset[Action]:
    """Return what a token of `person` could do: what they may do somewhere, or in `project`."""
    if project is None:
        return frozenset(action for action in Action if scope.may(person, action))
    here = (action for action in Action if scope.projects_for(person, action).filter(pk=project.pk).exists())
    return frozenset(here)


def projects_of(person: Person) -> QuerySet[Project]:
    """Return the projects to which `person` can narrow a token: where they hold a role."""
    return scope.projects_known_to(person).order_by("name")


def person_and_scope_of(secret: str, now: datetime) -> Person | None:
    """Return the person for whom this secret speaks, narrowed to what it may do.

    None where it is unknown, revoked or over, or the account is closed.
    """
    if not secret.startswith(PREFIX):
        return None
    token = ApiToken.objects.filter(digest=_digest(secret), revoked_at=None, expires_at__gt=now)
    found = token.select_related("person").first()
    if found is None or not found.person.is_active:
        return None
    if found.used_at is None or now - found.used_at > NOTED_EVERY:
        ApiToken.objects.filter(pk=found.pk).update(used_at=now)
    known = {action.value for action in Action}
    actions = frozenset(Action(code) for code in found.actions if code in known)
    found.person.narrowed = Narrowing(actions, found.project_id)
    return found.person


def revoke(token_id: int, person: Person, now: datetime) -> None:
    """End one of the person's own tokens; without effect a second time. ApiToken.DoesNotExist for another's."""
    with one_transaction():
        token = ApiToken.objects.select_for_update().get(pk=token_id, person=person)
        if token.revoked_at is None:
            token.revoked_at = now
            token.save(update_fields=["revoked_at"])
            Event.objects.create(at=now, what="token_revoked", person=person, facts={"token": token.pk})


def revoke_all(owner: Person, person: Person, now: datetime) -> int:
    """End all tokens of `owner`, as `person` wanted it, because the password changed; return how many there were.

    Whoever knew the password could have made one.
    """
    with one_transaction():
        open_ones = ApiToken.objects.select_for_update().filter(person=owner, revoked_at=None, expires_at__gt=now)
        ended = list(open_ones.order_by("pk"))
        ApiToken.objects.filter(pk__in=[token.pk for token in ended]).update(revoked_at=now)
        Event.objects.bulk_create(
            Event(at=now, what="token_revoked", person=person, facts={"token": token.pk}) for token in ended
        )
        return len(ended)


def tokens_of(person: Person) -> QuerySet[ApiToken]:
    """Return the person's tokens, the newest first."""
    return ApiToken.objects.filter(person=person).select_related("project").order_by("-made_at", "-pk")


def _digest(secret: str) -> str:
    # 256 random bits need no salt and no slow hash
    return hashlib.sha256(secret.encode()).hexdigest()

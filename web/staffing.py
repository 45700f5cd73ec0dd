"""What is done to the accounts of others, and by whom? Every act is noted under the name of who did it.

Whose account it is, and which roles may be given, is decided by web.staff; what lies outside does not exist
(Person.DoesNotExist, Membership.DoesNotExist).
"""

from datetime import datetime

from pipeline.errors import Conflict
from storage.catalogue import tokens
from storage.catalogue.models import Event, Membership, Person
from storage.catalogue.transaction import one_transaction
from supervision.roles import Role
from web import staff

USERNAME = r"^[a-z0-9][a-z0-9._-]{1,59}$"


def create(
    giver: Person, username: str, first_name: str, last_name: str, language: str, role: Role, where: str, now: datetime
) -> tuple[Person, str]:
    """Make an account with its first role; return it and its password, which nobody can ask for again.

    ValueError for a name that is taken, or a role or place that is not the giver's to give.
    """
    password = staff.first_password()
    with one_transaction():
        if is_taken(username):
            raise ValueError("username is taken")
        names = {"first_name": first_name, "last_name": last_name, "language": language}
        new = Person.objects.create_user(username, password=password, **names)
        _note(giver, "account_made", new, now)
        _give(giver, new, role, where, now)
    return new, password


def is_taken(username: str) -> bool:
    """Tell whether somebody has this user name, in whatever letters."""
    return Person.objects.filter(username__iexact=username).exists()


def give_role(giver: Person, other_id: int, role: Role, where: str, now: datetime) -> Person:
    """Give somebody else one more role; twice changes nothing. ValueError where it is not the giver's to give."""
    with one_transaction():
        other = staff.known_to(giver).exclude(pk=giver.pk).get(pk=other_id)
        _give(giver, other, role, where, now)
        return other


def take_role(taker: Person, other_id: int, membership_id: int, now: datetime) -> Person:
    """Take a role from somebody else; Conflict last_role for the last: by it the account is still known here."""
    with one_transaction():
        theirs = staff.manageable(Membership.objects.filter(person=other_id).exclude(person=taker), taker)
        membership = theirs.select_related("person").get(pk=membership_id)
        if membership.person.memberships.count() == 1:
            raise Conflict("last_role")
        _note(taker, "role_removed", membership.person, now, role=membership.role)
        membership.delete()
        return membership.person


def new_password(giver: Person, other_id: int, now: datetime) -> tuple[Person, str]:
    """Give somebody else a new password; it ends their sessions and tokens. Return it: nobody can ask for it again."""
    password = staff.first_password()
    with one_transaction():
        other = _changeable(giver, other_id)
        other.set_password(password)
        other.save(update_fields=["password"])
        tokens.revoke_all(other, giver, now)
        _note(giver, "password_reset", other, now)
    return other, password


def set_active(person: Person, other_id: int, now: datetime, *, active: bool) -> Person:
    """Close or open somebody else's account; what they did stays."""
    with one_transaction():
        other = _changeable(person, other_id)
        if other.is_active is not active:
            other.is_active = active
            other.save(update_fields=["is_active"])
            _note(person, "account_opened" if active else "account_closed", other, now)
        return other


def _changeable(person: Person, other_id: int) -> Person:
    other = staff.known_to(person).get(pk=other_id)
    if not staff.may_change(person, other):
        raise Person.DoesNotExist
    return other


def _give(giver: Person, other: Person, role: Role, where: str, now: datetime) -> None:
    place = staff.place_named(giver, where)
    if place is None or role not in staff.roles_given_by(giver):
        raise ValueError("role and place must be of those that one may give")
    organisation, project = place
    _, new = Membership.objects.get_or_create(person=other, role=role, organisation=organisation, project=project)
    if new:
        _note(giver, "role_given", other, now, role=role.value)


def _note(person: Person, what: str, other: Person, now: datetime, **facts: str) -> None:
    Event.objects.create(at=now, what=what, person=person, facts={"about": other.pk, **facts})

"""Whose account may an administrator change, and which roles may they give?

One may manage people only where one holds such a role oneself; never oneself, and never somebody who also belongs to
an organisation that one does not manage, since a new password would open that one too.
"""

import secrets
import string

from django.db.models import QuerySet

from storage.catalogue.models import Membership, Organisation, Person, Project
from storage.catalogue.scope import organisations_for, projects_for
from supervision.roles import Action, Role

LETTERS = "".join(sorted(set(string.ascii_lowercase + string.digits) - set("l1o0")))


def organisations_of(person: Person) -> QuerySet[Organisation]:
    """Return the organisations in which `person` manages everybody: by a role without a single project."""
    return organisations_for(person, Action.MANAGE_PEOPLE).order_by("name")


def places_of(person: Person) -> list[tuple[str, str]]:
    """Return where `person` may give roles, as value and name: whole organisations, then single projects."""
    wide = [(f"organisation:{one.pk}", one.name) for one in organisations_of(person)]
    projects = projects_for(person, Action.MANAGE_PEOPLE).select_related("organisation").order_by("name")
    return wide + [(f"project:{one.pk}", f"{one.organisation.name} · {one.name}") for one in projects]


def place_named(person: Person, value: str) -> tuple[Organisation, Project | None] | None:
    """Return the organisation and project of such a value, None where `person` may not give roles."""
    kind, _, number = value.partition(":")
    if not number.isdecimal():
        return None
    if kind == "organisation":
        organisation = organisations_of(person).filter(pk=int(number)).first()
        return (organisation, None) if organisation else None
    project = projects_for(person, Action.MANAGE_PEOPLE).filter(pk=int(number)).first()
    return (project.organisation, project) if project else None


def roles_given_by(person: Person) -> tuple[Role, ...]:
    """Return the roles that `person` may give; an administrator is made by administrators only."""
    administrates = person.memberships.filter(role=Role.ADMINISTRATOR).exists()
    return tuple(role for role in Role if administrates or role is not Role.ADMINISTRATOR)


def manageable(memberships: QuerySet[Membership], person: Person) -> QuerySet[Membership]:
    """Return those of `memberships` that lie where `person` manages people."""
    here = memberships.filter(project__in=projects_for(person, Action.MANAGE_PEOPLE))
    return here | memberships.filter(project=None, organisation__in=organisations_of(person))


def known_to(person: Person) -> QuerySet[Person]:
    """Return the people with a role where `person` manages people."""
    members = manageable(Membership.objects.all(), person)
    return Person.objects.filter(pk__in=members.values("person")).order_by("last_name", "first_name", "username")


def may_change(person: Person, other: Person) -> bool:
    """Tell whether `person` may give `other` a new password or close the account."""
    if other.pk == person.pk or other.is_superuser:
        return False
    mine = manageable(other.memberships.all(), person)
    return mine.exists() and mine.count() == other.memberships.count()


def first_password() -> str:
    """Return a password to be told by telephone: five groups of four letters and digits (98 bits)."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(5))

"""Who works here, in which role, and who must no longer enter?"""

from typing import Literal

from django.http import HttpRequest
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from ninja import Router, Schema
from pydantic import Field

from storage.catalogue.models import Membership, Person
from supervision.roles import Action, Role
from web import staff, staffing
from web.api.access import operation
from web.api.failures import checked
from web.api.shapes import Number, Page, Part, Words, page_of
from web.permissions import person_of

router = Router()


class RoleOut(Schema):
    """A role, and where it holds: project is null for the whole organisation."""

    number: int
    role: Role
    organisation: str
    project: str | None


class PersonOut(Schema):
    """Somebody with an account."""

    number: int
    username: str
    name: str
    active: bool
    roles: list[RoleOut]


class RolePlace(Schema):
    """Where roles can be given: the whole of an organisation, or one project."""

    place: str
    name: str


class Givable(Schema):
    """The roles that the person can give, and where."""

    roles: list[Role]
    places: list[RolePlace]


class NewRole(Schema):
    """A role, and the place where it holds, one of people/roles."""

    role: Role
    place: Words


class NewPerson(NewRole):
    """An account with its first role."""

    username: str = Field(pattern=staffing.USERNAME)
    first_name: Words = Field(min_length=1, max_length=150)
    last_name: Words = Field(min_length=1, max_length=150)
    language: Literal["en", "fr"]


class Password(Schema):
    """A password that nobody can ask for again: to be told to the person, and changed by them."""

    number: int
    username: str
    password: str


class Active(Schema):
    """Whether the account is open."""

    active: bool


@operation(router, "GET", "/people", Action.MANAGE_PEOPLE, response=Page[PersonOut])
def people(request: HttpRequest, part: Part) -> dict[str, object]:
    """List the people that the person manages, with their roles there."""
    me = person_of(request)
    return page_of(staff.known_to(me), part, lambda several: [_told(one, me) for one in several])


@operation(router, "POST", "/people", Action.MANAGE_PEOPLE, response=Password)
@sensitive_variables("password")
def create(request: HttpRequest, body: NewPerson) -> Password:
    """Make an account with its first role; the password is told this once."""
    names = body.dict(exclude={"role", "place"})
    with checked():
        new, password = staffing.create(
            person_of(request), **names, role=body.role, where=body.place, now=timezone.now()
        )
    return Password(number=new.pk, username=new.username, password=password)


@operation(router, "GET", "/people/roles", Action.MANAGE_PEOPLE, response=Givable)
def givable(request: HttpRequest) -> Givable:
    """List the roles that the person can give, and where."""
    me = person_of(request)
    return Givable(
        roles=list(staff.roles_given_by(me)),
        places=[RolePlace(place=place, name=name) for place, name in staff.places_of(me)],
    )


@operation(router, "GET", "/people/{person}", Action.MANAGE_PEOPLE, response=PersonOut)
def one(request: HttpRequest, person: Number) -> PersonOut:
    """Show one person with their roles."""
    me = person_of(request)
    return _told(staff.known_to(me).get(pk=person), me)


@operation(router, "POST", "/people/{person}/password", Action.MANAGE_PEOPLE, response=Password)
@sensitive_variables("password")
def new_password(request: HttpRequest, person: Number) -> Password:
    """Give somebody else a new password, told this once; it ends their sessions."""
    other, password = staffing.new_password(person_of(request), person, timezone.now())
    return Password(number=other.pk, username=other.username, password=password)


@operation(router, "PUT", "/people/{person}/active", Action.MANAGE_PEOPLE, response=PersonOut)
def set_active(request: HttpRequest, person: Number, body: Active) -> PersonOut:
    """Close or open somebody else's account; what they did stays."""
    me = person_of(request)
    return _told(staffing.set_active(me, person, timezone.now(), active=body.active), me)


@operation(router, "POST", "/people/{person}/roles", Action.MANAGE_PEOPLE, response=PersonOut)
def give_role(request: HttpRequest, person: Number, body: NewRole) -> PersonOut:
    """Give somebody else one more role; twice changes nothing."""
    me = person_of(request)
    with checked("body.place"):
        return _told(staffing.give_role(me, person, body.role, body.place, timezone.now()), me)


@operation(router, "DELETE", "/people/{person}/roles/{number}", Action.MANAGE_PEOPLE, response=PersonOut)
def take_role(request: HttpRequest, person: Number, number: Number) -> PersonOut:
    """Take a role from somebody else, unless it is their last."""
    me = person_of(request)
    return _told(staffing.take_role(me, person, number, timezone.now()), me)


def _told(one: Person, me: Person) -> PersonOut:
    held = staff.manageable(Membership.objects.filter(person=one), me)
    return PersonOut(
        number=one.pk,
        username=one.username,
        name=one.display_name,
        active=one.is_active,
        roles=[
            RoleOut(
                number=each.pk,
                role=Role(each.role),
                organisation=each.organisation.code,
                project=each.project.code if each.project else None,
            )
            for each in held.select_related("organisation", "project").order_by("pk")
        ],
    )

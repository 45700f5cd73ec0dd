"""Who am I here, and what may I do where?"""

from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from storage.catalogue.scope import may, projects_for, roles_of
from supervision.roles import Action, Role
from web.api.access import operation
from web.permissions import person_of

router = Router()


class Place(Schema):
    """A project."""

    code: str
    name: str


class Allowed(Schema):
    """An action, and the projects where the person may do it."""

    action: Action
    projects: list[Place]


class Me(Schema):
    """A person, as far as roles and token go."""

    number: int
    name: str
    username: str
    language: str
    roles: list[Role]
    allowed: list[Allowed]
    now: datetime


@operation(router, "GET", "/me", response=Me)
def me(request: HttpRequest) -> dict[str, object]:
    """Say who the person is, and what they may do where by this token or session."""
    person = person_of(request)
    allowed = [
        {"action": action, "projects": list(projects_for(person, action).order_by("code"))}
        for action in Action
        if may(person, action)
    ]
    return {
        "number": person.pk,
        "name": person.display_name,
        "username": person.username,
        "language": person.language,
        "roles": sorted(roles_of(person)),
        "allowed": allowed,
        "now": timezone.now(),
    }

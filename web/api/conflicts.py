"""What must a reviewer not read, by their own word?"""

from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from storage.catalogue import reviewers
from storage.catalogue.models import ConflictOfInterest
from supervision.roles import Action
from web.api.access import operation
from web.api.failures import checked
from web.api.shapes import Done, Key, Number
from web.permissions import person_of

router = Router()


class ConflictOut(Schema):
    """One conflict of interest: about a trainee, or about a project."""

    number: int
    trainee: str | None
    project: str | None
    noted: datetime


class About(Schema):
    """Of whom, or of which project, the person reads nothing: exactly one of the two."""

    trainee: Key | None = None
    project: Key | None = None


class Named(Schema):
    """Somebody, or a project, that a conflict of interest can be about."""

    number: int
    name: str


class Avoidable(Schema):
    """What a conflict of interest can be about."""

    trainees: list[Named]
    projects: list[Named]


@operation(router, "GET", "/conflicts", Action.REVIEW, response=list[ConflictOut])
def conflicts(request: HttpRequest) -> list[ConflictOut]:
    """List the conflicts of interest that the person noted, newest first."""
    return [_told(one) for one in reviewers.conflicts_of(person_of(request))]


@operation(router, "GET", "/conflicts/about", Action.REVIEW, response=Avoidable)
def avoidable(request: HttpRequest) -> Avoidable:
    """List whom, and which projects, a conflict of interest of the person can be about."""
    person = person_of(request)
    return Avoidable(
        trainees=[Named(number=one.pk, name=one.display_name) for one in reviewers.trainees_for(person)],
        projects=[Named(number=one.pk, name=one.name) for one in reviewers.projects_of(person)],
    )


@operation(router, "POST", "/conflicts", Action.REVIEW, response=ConflictOut)
def note(request: HttpRequest, body: About) -> ConflictOut:
    """Note a conflict of interest: from then on the person is given nothing of it."""
    person = person_of(request)
    trainee = None if body.trainee is None else reviewers.trainees_for(person).get(pk=body.trainee)
    project = None if body.project is None else reviewers.projects_of(person).get(pk=body.project)
    with checked():
        return _told(reviewers.add_conflict(person, timezone.now(), trainee=trainee, project=project))


@operation(router, "DELETE", "/conflicts/{number}", Action.REVIEW, response=Done)
def withdraw(request: HttpRequest, number: Number) -> Done:
    """Withdraw a conflict of interest that the person noted; without effect for any other."""
    reviewers.withdraw_conflict(number, person_of(request), timezone.now())
    return Done()


def _told(one: ConflictOfInterest) -> ConflictOut:
    return ConflictOut(
        number=one.pk,
        trainee=one.trainee.display_name if one.trainee else None,
        project=one.project.name if one.project else None,
        noted=one.noted_at,
    )

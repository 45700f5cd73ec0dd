"""Which clips are one exam, and which exam is read though it was not drawn?"""

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from storage.catalogue import grouping, queueing
from storage.catalogue.blinding import unblinded
from storage.catalogue.models import Exam, Person
from storage.catalogue.scope import exams_for
from supervision.roles import Action
from web.api.access import operation
from web.api.exams import ExamWhole, whole
from web.api.failures import NotValid, checked
from web.api.shapes import Key, Number
from web.permissions import person_of

router = Router()


class Clips(Schema):
    """Clips that are an exam of their own."""

    clips: list[Key] = Field(min_length=1, max_length=200)


class Other(Schema):
    """The exam whose clips belong to this one."""

    exam: Key


@operation(router, "POST", "/exams/{exam}/join", Action.GROUP_CLIPS, response=ExamWhole)
def join(request: HttpRequest, exam: Number, body: Other) -> ExamWhole:
    """Let the clips of another exam be of this one."""
    person = person_of(request)
    found, other = _known(exam, person), _known(body.exam, person)
    if found.pk == other.pk:
        raise NotValid(("body.exam", "another exam is needed"))
    with checked("body.exam"):
        return whole(grouping.join(found.pk, other.pk, person, timezone.now()), person)


@operation(router, "POST", "/exams/{exam}/split", Action.GROUP_CLIPS, response=ExamWhole)
def split(request: HttpRequest, exam: Number, body: Clips) -> ExamWhole:
    """Let some clips be an exam of their own, and return it."""
    person = person_of(request)
    found = _known(exam, person)
    with checked("body.clips"):
        return whole(grouping.split(found.pk, body.clips, person, timezone.now()), person)


@operation(router, "POST", "/exams/{exam}/read-anyway", Action.READ_ANYWAY, response=ExamWhole)
def read_anyway(request: HttpRequest, exam: Number) -> ExamWhole:
    """Have an exam read that was not drawn; any other stays as it is."""
    person = person_of(request)
    found = _exam(exam, person, Action.READ_ANYWAY)
    queueing.read_anyway(found.pk, person, timezone.now())
    return whole(_exam(found.pk, person, Action.READ_ANYWAY), person)


def _known(number: int, person: Person) -> Exam:
    """Return an exam of which nothing is hidden: which of them can be joined would tell whose they are."""
    return unblinded(person, exams_for(person, Action.GROUP_CLIPS)).get(pk=number)


def _exam(number: int, person: Person, action: Action) -> Exam:
    return exams_for(person, action).select_related("project", "trainee").get(pk=number)

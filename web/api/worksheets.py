"""What did the scanner see? The worksheet of an exam, and which clips belong to it."""

from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from storage.catalogue import worksheets
from storage.catalogue.blinding import hidden_from
from storage.catalogue.exam_catalogue import types_of
from storage.catalogue.models import Exam, Person
from storage.catalogue.scope import exams_for
from storage.catalogue.trainees import trainees_of
from supervision.blinding import Hidden
from supervision.rating import Answer
from supervision.roles import Action
from supervision.states import Stage
from supervision.worksheet import AgeBand, Sex, Urgency, Worksheet
from web.api.access import operation
from web.api.failures import NotValid, checked
from web.api.shapes import Key, Number, Page, Part, page_of
from web.permissions import person_of

router = Router()


class SheetOut(Schema):
    """A worksheet as it stands; filled_in: when somebody said it, null before."""

    exam: int
    name: str
    stage: Stage
    began: datetime
    trainee: str | None
    exam_type: str
    question: str
    answers: dict[str, Answer]
    age: AgeBand
    sex: Sex
    urgency: Urgency
    views: dict[int, str]
    filled_in: datetime | None


class Sheet(Schema):
    """What the scanner says; codes are those of the exam type. trainee: only where nobody knows who scanned."""

    exam_type: str
    question: str = ""
    answers: dict[str, Answer] = {}
    age: AgeBand = AgeBand.UNKNOWN
    sex: Sex = Sex.UNKNOWN
    urgency: Urgency = Urgency.USUAL
    views: dict[Key, str] = {}
    trainee: Key | None = None


@operation(router, "GET", "/worksheets", Action.COMPLETE_INFO, response=Page[SheetOut])
def waiting(request: HttpRequest, part: Part) -> dict[str, object]:
    """List the exams that wait for their worksheet, oldest first."""
    person = person_of(request)
    here = exams_for(person, Action.COMPLETE_INFO).filter(stage=Stage.AWAITING_INFO).select_related("trainee")
    return page_of(here.order_by("began_at", "pk"), part, lambda rows: [_sheet(one, person) for one in rows])


@operation(router, "GET", "/worksheets/{exam}", Action.COMPLETE_INFO, response=SheetOut)
def worksheet(request: HttpRequest, exam: Number) -> SheetOut:
    """Show the worksheet of an exam."""
    person = person_of(request)
    return _sheet(_exam(exam, person), person)


@operation(router, "PUT", "/worksheets/{exam}", Action.COMPLETE_INFO, response=SheetOut)
def complete(request: HttpRequest, exam: Number, body: Sheet) -> SheetOut:
    """Keep what the scanner says, as long as nobody reads the exam; when nothing is missing, it is queued."""
    person = person_of(request)
    found = _exam(exam, person)
    exam_type = types_of(found.project.organisation_id).get(body.exam_type)
    if exam_type is None:
        raise NotValid(("body.exam_type", "unknown exam type"))
    with checked():
        sheet = Worksheet(
            exam_type,
            body.question,
            body.answers,
            body.age,
            body.sex,
            body.urgency,
            {int(k): v for k, v in body.views.items()},
        )
        worksheets.complete(found.pk, sheet, _trainee(found, body.trainee), person, timezone.now())
    return _sheet(_exam(exam, person), person)


def _exam(number: int, person: Person) -> Exam:
    here = exams_for(person, Action.COMPLETE_INFO).select_related("project", "trainee")
    return here.get(pk=number)


def _trainee(exam: Exam, number: int | None) -> Person | None:
    """Return who is said to have scanned, for an exam of which nobody knows it."""
    if number is None or exam.trainee_id == number:
        return None
    if exam.trainee_id is not None:
        raise NotValid(("body.trainee", "it is known who scanned"))
    return trainees_of(exam.project).get(pk=number)


def _sheet(exam: Exam, person: Person) -> SheetOut:
    hidden = hidden_from(person, exam)
    trainee = None if Hidden.TRAINEE in hidden or exam.trainee is None else exam.trainee.display_name
    return SheetOut(
        exam=exam.pk,
        name=exam.name,
        stage=Stage(exam.stage),
        began=exam.began_at,
        trainee=trainee,
        exam_type=exam.exam_type,
        question=exam.question,
        answers={code: Answer(said) for code, said in exam.answers.items()},
        age=AgeBand(exam.age),
        sex=Sex(exam.sex),
        urgency=Urgency(exam.urgency),
        views=dict(exam.clips.order_by("pk").values_list("pk", "view")),
        filled_in=exam.worksheet_at,
    )

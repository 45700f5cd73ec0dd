"""Which questions about patients wait for a specialist, and what is done about them?"""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field, WithJsonSchema

from storage.catalogue import telemedicine
from storage.catalogue.models import Escalation, Person
from supervision.escalation import LONGEST_NOTE, EscalationState, What
from supervision.priority import Clock
from supervision.roles import Action
from web.api.access import operation
from web.api.failures import checked
from web.api.reading import Clip
from web.api.shapes import Number, Page, Part, Words, page_of
from web.media import picture_of
from web.permissions import person_of
from web.telemedicine import acts_for, lines_of, missing_in_words, site_of

router = Router()
Step = Annotated[What, WithJsonSchema({"type": "string", "enum": [one.value for one in What]})]
"""Described in place: the description knows a type by its name alone, and tickets have a What too."""

SEERS = (Action.COORDINATE, Action.ESCALATE, Action.SEE_SCANS, Action.SEE_OWN_SCANS, Action.REVIEW)


class EscalationOut(Schema):
    """A question about a patient; site is null where the person must not know it before the exam is final."""

    number: int
    exam: int
    name: str
    exam_type: str
    site: str | None
    question: str
    specialty: str
    state: EscalationState
    clock: Clock
    raised: datetime
    due: datetime
    answered: datetime | None
    outcome: str
    done: str
    missing: list[str]


class LineOut(Schema):
    """One line of its history."""

    at: datetime
    who: str
    what: Step
    note: str


class EscalationWhole(EscalationOut):
    """A question with its pictures, its history, and what the person can do now; missing_words: missing, in words."""

    missing_words: list[str]
    pictures: list[Clip]
    lines: list[LineOut]
    acts: list[Step]


class Asking(Schema):
    """The question; without the patient's consent nothing is asked."""

    question: str
    specialty: str
    consent: bool
    critical: bool = False
    note: Words = Field("", max_length=LONGEST_NOTE)


class EscalationAct(Schema):
    """What is done with it. code: the outcome when it is answered, what was done for the patient when it is done."""

    what: Step
    code: str = ""
    note: Words = Field("", max_length=LONGEST_NOTE)


@operation(router, "GET", "/telemedicine", Action.COORDINATE, response=Page[EscalationOut])
def inbox(request: HttpRequest, part: Part) -> dict[str, object]:
    """List the questions that are open, most urgent first."""
    person = person_of(request)
    return page_of(telemedicine.inbox(person), part, lambda rows: [_listed(one, person) for one in rows])


@operation(router, "GET", "/telemedicine/mine", Action.COORDINATE, Action.ESCALATE, response=Page[EscalationOut])
def mine(request: HttpRequest, part: Part) -> dict[str, object]:
    """List the questions about patients that the person asked about, scanned or read, newest first."""
    person = person_of(request)
    return page_of(telemedicine.concerning(person), part, lambda rows: [_listed(one, person) for one in rows])


@operation(router, "GET", "/telemedicine/{escalation}", *SEERS, response=EscalationWhole)
def one(request: HttpRequest, escalation: Number) -> EscalationWhole:
    """Show one question with its pictures and its history."""
    return _whole(escalation, person_of(request))


@operation(router, "POST", "/exams/{exam}/escalate", Action.ESCALATE, response=EscalationWhole)
def escalate(request: HttpRequest, exam: Number, body: Asking) -> EscalationWhole:
    """Ask a specialist about the patient of an exam."""
    person = person_of(request)
    with checked():
        raised = telemedicine.escalate(exam, person, now=timezone.now(), **body.dict())
    return _whole(raised.pk, person)


@operation(router, "POST", "/telemedicine/{escalation}", Action.COORDINATE, Action.ESCALATE, response=EscalationWhole)
def act(request: HttpRequest, escalation: Number, body: EscalationAct) -> EscalationWhole:
    """Do one thing with a question."""
    person = person_of(request)
    found = telemedicine.visible(person).get(pk=escalation).pk
    with checked():
        telemedicine.act(found, body.what, person, timezone.now(), code=body.code, note=body.note)
    return _whole(found, person)


def _listed(found: Escalation, person: Person) -> EscalationOut:
    return EscalationOut(**_told(found, person))


def _whole(number: int, person: Person) -> EscalationWhole:
    found = telemedicine.visible(person).select_related("exam__project").get(pk=number)
    clips = found.exam.clips.prefetch_related("objects_stored").order_by("captured_at", "pk")
    pictures = [picture for picture in map(picture_of, clips) if picture]
    codes = found.entries.order_by("at", "pk").values_list("what", flat=True)
    return EscalationWhole(
        **_told(found, person),
        missing_words=[str(words) for words in missing_in_words(found.exam, found.missing)],
        pictures=[Clip.from_orm(picture) for picture in pictures],
        lines=[
            LineOut(at=line.at, who=str(line.who), what=What(code), note=line.note)
            for line, code in zip(lines_of(found, person), codes, strict=True)
        ],
        acts=acts_for(person, found),
    )


def _told(found: Escalation, person: Person) -> dict[str, Any]:
    return {
        "number": found.pk,
        "exam": found.exam_id,
        "name": found.exam.name,
        "exam_type": found.exam.exam_type,
        "site": site_of(person, found.exam) or None,
        "question": found.question,
        "specialty": found.specialty,
        "state": EscalationState(found.state),
        "clock": Clock(found.clock),
        "raised": found.raised_at,
        "due": found.due_at,
        "answered": found.answered_at,
        "outcome": found.outcome,
        "done": found.done,
        "missing": list(found.missing),
    }

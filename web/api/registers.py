"""Which training was held, and what do projects ask for?"""

from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field, WithJsonSchema

from storage.catalogue.models import Person, SupportRequest, TrainingSession
from storage.catalogue.registers import requests, training
from supervision.registers import (
    LONGEST_NOTE,
    LONGEST_PLACE,
    MOST_GUESTS,
    MOST_MINUTES,
    THERE,
    Act,
    Attended,
    RequestKind,
    RequestState,
    SessionKind,
)
from supervision.roles import Action
from web.api.access import operation
from web.api.failures import checked
from web.api.shapes import LARGEST, Done, Key, Number, Page, Part, Words, page_of
from web.permissions import person_of

router = Router()
DOERS = (Action.MAKE_REQUESTS, Action.DECIDE_REQUESTS)
Deed = Annotated[Act, WithJsonSchema({"type": "string", "enum": [one.value for one in Act]})]


class Present(Schema):
    """Whether somebody was there."""

    person: Key
    attended: Attended


class SessionIn(Schema):
    """What is written down of a session; facilitators and attendance: people by number, who hold a role there."""

    held_on: date
    minutes: int = Field(ge=1, le=MOST_MINUTES)
    kind: SessionKind
    place: Words = Field("", max_length=LONGEST_PLACE)
    exam_types: list[Words] = Field([], max_length=60)
    facilitators: list[Key] = Field([], max_length=200)
    attendance: list[Present] = Field([], max_length=500)
    guests: int = Field(0, ge=0, le=MOST_GUESTS)
    note: Words = Field("", max_length=LONGEST_NOTE)

    def held(self) -> training.SessionHeld:
        """Return it as the catalogue takes it."""
        return training.SessionHeld(
            held_on=self.held_on,
            minutes=self.minutes,
            kind=self.kind,
            place=self.place,
            exam_types=tuple(self.exam_types),
            facilitators=frozenset(self.facilitators),
            attendance={one.person: one.attended for one in self.attendance},
            guests=self.guests,
            note=self.note,
        )


class NewSession(SessionIn):
    """A session of a project, by number."""

    project: int = Field(ge=1, le=LARGEST)


class SessionOut(Schema):
    """A session; there, expected: how many of the people whose presence was noted. cancelled: it counts no longer."""

    number: int
    project: str
    held_on: date
    minutes: int
    kind: SessionKind
    place: str
    exam_types: list[str]
    facilitators: list[str]
    there: int
    expected: int
    guests: int
    note: str
    cancelled: datetime | None


class SupportRequestLine(Schema):
    """One line of the history of a request."""

    at: datetime
    who: str
    act: Deed
    note: str


class SupportRequestOut(Schema):
    """What a project asks for; acts: what the person can do with it now."""

    number: int
    project: str
    kind: RequestKind
    exam_types: list[str]
    text: str
    wanted_by: date | None
    state: RequestState
    made: datetime
    closed: datetime | None
    lines: list[SupportRequestLine]
    acts: list[Deed]


class NewSupportRequest(Schema):
    """What is asked for, in words that name no patient."""

    project: int = Field(ge=1, le=LARGEST)
    kind: RequestKind
    text: Words = Field(min_length=1, max_length=LONGEST_NOTE)
    exam_types: list[Words] = Field([], max_length=60)
    wanted_by: date | None = None


class SupportRequestAct(Schema):
    """What is done with a request."""

    act: Deed
    note: Words = Field("", max_length=LONGEST_NOTE)


@operation(router, "GET", "/registers/sessions", Action.SEE_REGISTERS, response=Page[SessionOut])
def sessions(request: HttpRequest, part: Part) -> dict[str, object]:
    """List training sessions, newest first; a trainee's own."""
    return page_of(training.sessions_for(person_of(request)), part, lambda rows: [_session(one) for one in rows])


@operation(router, "POST", "/registers/sessions", Action.KEEP_TRAINING, response=SessionOut)
def new_session(request: HttpRequest, body: NewSession) -> SessionOut:
    """Write down a training session."""
    with checked():
        kept = training.log(body.project, body.held(), person_of(request), timezone.now())
    return _session(training.sessions_for(person_of(request)).get(pk=kept.pk))


@operation(router, "PUT", "/registers/sessions/{session}", Action.KEEP_TRAINING, response=SessionOut)
def change_session(request: HttpRequest, session: Number, body: SessionIn) -> SessionOut:
    """Write a session down anew, who was there included."""
    with checked():
        training.change(session, body.held(), person_of(request), timezone.now())
    return _session(training.sessions_for(person_of(request)).get(pk=session))


@operation(router, "POST", "/registers/sessions/{session}/cancel", Action.KEEP_TRAINING, response=Done)
def cancel_session(request: HttpRequest, session: Number) -> Done:
    """Note that a session did not take place."""
    training.cancel(session, person_of(request), timezone.now())
    return Done()


@operation(router, "GET", "/registers/requests", Action.SEE_REGISTERS, response=Page[SupportRequestOut])
def asked(request: HttpRequest, part: Part) -> dict[str, object]:
    """List requests, those that are open first; a trainee's own."""
    person = person_of(request)
    rows = requests.requests_for(person)
    return page_of(rows, part, lambda several: _requests(several, person))


@operation(router, "POST", "/registers/requests", Action.MAKE_REQUESTS, response=SupportRequestOut)
def ask(request: HttpRequest, body: NewSupportRequest) -> SupportRequestOut:
    """Ask for training, equipment or consumables."""
    person = person_of(request)
    with checked():
        made = requests.ask(
            body.project,
            body.kind,
            body.text,
            person,
            timezone.now(),
            exam_types=body.exam_types,
            wanted_by=body.wanted_by,
        )
    return _requests([requests.requests_for(person).get(pk=made.pk)], person)[0]


@operation(
    router,
    "POST",
    "/registers/requests/{asked}",
    Action.MAKE_REQUESTS,
    Action.DECIDE_REQUESTS,
    response=SupportRequestOut,
)
def act(request: HttpRequest, asked: Number, body: SupportRequestAct) -> SupportRequestOut:
    """Do one thing with a request."""
    person = person_of(request)
    with checked("body.note"):
        requests.act(asked, body.act, person, timezone.now(), body.note)
    return _requests([requests.requests_for(person).get(pk=asked)], person)[0]


def _session(one: TrainingSession) -> SessionOut:
    noted = list(one.attendances.all())
    return SessionOut(
        number=one.pk,
        project=one.project.code,
        held_on=one.held_on,
        minutes=one.minutes,
        kind=SessionKind(one.kind),
        place=one.place,
        exam_types=list(one.exam_types),
        facilitators=[person.display_name for person in one.facilitators.all()],
        there=sum(each.attended in THERE for each in noted),
        expected=len(noted),
        guests=one.guests,
        note=one.note,
        cancelled=one.cancelled_at,
    )


def _requests(several: list[SupportRequest], person: Person) -> list[SupportRequestOut]:
    acts = requests.possible_with(several, person)
    return [_request(one, acts[one.pk]) for one in several]


def _request(one: SupportRequest, acts: tuple[Act, ...]) -> SupportRequestOut:
    return SupportRequestOut(
        number=one.pk,
        project=one.project.code,
        kind=RequestKind(one.kind),
        exam_types=list(one.exam_types),
        text=one.text,
        wanted_by=one.wanted_by,
        state=RequestState(one.state),
        made=one.made_at,
        closed=one.closed_at,
        lines=[
            SupportRequestLine(at=line.at, who=line.person.display_name, act=Act(line.act), note=line.note)
            for line in one.entries.all()
        ],
        acts=list(acts),
    )

"""Who stood beside a trainee, at which training were they, and what did it change?"""

from datetime import date, datetime
from typing import Annotated

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from storage.catalogue import competence, observing, visits
from storage.catalogue.models import Observation, TrainingSession
from storage.catalogue.registers import training
from supervision.competence.visit import Change, Effect
from supervision.figures import Share
from supervision.registers import SessionKind
from supervision.roles import Action
from supervision.sign_off import LONGEST_REASON
from web.api.access import operation
from web.api.failures import checked
from web.api.shapes import Key, Moment, Number, Page, Part, Words, page_of
from web.permissions import person_of

router = Router()


class ObservationOut(Schema):
    """An observation at the bedside; withdrawn: since when it counts no longer."""

    number: int
    trainee: int
    exam_type: str
    observer: str
    at: datetime
    entrustment: int
    note: str
    withdrawn: datetime | None


class NewObservation(Schema):
    """Whom one watched, when, in what, and how far one would trust them (1-5, as in the form of readings)."""

    trainee: Key
    exam_type: Words = Field(max_length=16)
    at: Moment
    entrustment: int = Field(ge=1, le=5)
    note: Words = Field("", max_length=LONGEST_REASON)


class Counted(Schema):
    """A count out of a total."""

    count: int
    total: int


class ChangeOut(Schema):
    """A difference of shares (-1 to 1) with its 95 % interval."""

    value: float
    low: float
    high: float


class EffectOut(Schema):
    """What changed at training.

    before, after: successes among the last exams before and the first after it, in so many courses. difference: null
    without exams on both sides. beyond: what of it practice does not explain; null where exams are too few to tell.
    """

    before: Counted
    after: Counted
    courses: int
    difference: ChangeOut | None
    beyond: ChangeOut | None


class OfType(Schema):
    """In which exam type a change is asked for."""

    exam_type: str = Field(pattern=r"^[A-Za-z0-9_]{1,16}$")


class VisitOut(Schema):
    """A session at which a trainee was, and what changed in one exam type."""

    session: int
    held_on: date
    kind: SessionKind
    effect: EffectOut


@operation(router, "GET", "/observations", Action.SEE_COMPETENCE, response=Page[ObservationOut])
def listed(request: HttpRequest, part: Part) -> dict[str, object]:
    """List observations, newest first, also those that were taken back; a trainee's own."""
    rows = observing.observations_for(person_of(request))
    return page_of(rows, part, lambda several: [_out(one) for one in several])


@operation(router, "POST", "/observations", Action.OBSERVE, response=ObservationOut)
def observe(request: HttpRequest, body: NewObservation) -> ObservationOut:
    """Note that one watched a trainee scan, and how far one would trust them."""
    person = person_of(request)
    with checked():
        made = observing.observe(
            body.trainee, body.exam_type, body.entrustment, body.at, person, timezone.now(), text=body.note
        )
    return _out(made)


@operation(router, "POST", "/observations/{observation}/withdraw", Action.OBSERVE, response=ObservationOut)
def withdraw(request: HttpRequest, observation: Number) -> ObservationOut:
    """Take back one's own observation; it counts no longer, and stays."""
    return _out(observing.withdraw(observation, person_of(request), timezone.now()))


@operation(router, "GET", "/trainees/{trainee}/visits", Action.SEE_COMPETENCE, response=list[VisitOut])
def visited(request: HttpRequest, trainee: Number, of: Annotated[OfType, Query()]) -> list[VisitOut]:
    """List the training at which a trainee was, oldest first, with what changed in one exam type."""
    person = person_of(request)
    found = get_object_or_404(competence.trainees_for(person), pk=trainee)
    organisation = competence.organisation_of(found, person, Action.SEE_COMPETENCE)
    standing = None if organisation is None else competence.standing(organisation, found, of.exam_type)
    if standing is None:
        raise Http404
    return [_visit(one, visits.effect_on(standing, one)) for one in visits.visits_of(standing)]


@operation(router, "GET", "/registers/sessions/{session}/effect", Action.SEE_COMPETENCE, response=EffectOut)
def effect(request: HttpRequest, session: Number) -> EffectOut:
    """Tell what changed at a session in the courses of all who were there."""
    person = person_of(request)
    found = visits.effect_of(training.sessions_for(person).get(pk=session), person)
    if found is None:
        raise Http404
    return _effect(found)


def _out(one: Observation) -> ObservationOut:
    return ObservationOut(
        number=one.pk,
        trainee=one.trainee_id,
        exam_type=one.exam_type,
        observer=one.observer.display_name,
        at=one.at,
        entrustment=one.entrustment,
        note=one.note,
        withdrawn=one.withdrawn_at,
    )


def _visit(one: TrainingSession, found: Effect) -> VisitOut:
    return VisitOut(session=one.pk, held_on=one.held_on, kind=SessionKind(one.kind), effect=_effect(found))


def _effect(found: Effect) -> EffectOut:
    return EffectOut(
        before=_counted(found.before),
        after=_counted(found.after),
        courses=found.courses,
        difference=_change(found.difference),
        beyond=_change(found.beyond),
    )


def _counted(share: Share) -> Counted:
    return Counted(count=share.count, total=share.total)


def _change(one: Change | None) -> ChangeOut | None:
    return None if one is None else ChangeOut(value=one.value, low=one.low, high=one.high)

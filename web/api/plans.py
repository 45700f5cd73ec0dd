"""Who is helped, what was agreed, and how far are they?"""

from datetime import date, datetime

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from storage.catalogue import plans
from storage.catalogue.models import Person, Plan
from supervision.competence.remediation import Progress, Verdict
from supervision.roles import Action
from supervision.sign_off import LONGEST_REASON, PlanCause, PlanStep
from web.api.access import operation
from web.api.failures import checked
from web.api.shapes import Key, Number, Page, Part, Words, page_of
from web.permissions import person_of

router = Router()


class PlanLine(Schema):
    """One line of a plan's history; who: empty where the software wrote it."""

    at: datetime
    who: str
    step: PlanStep
    note: str


class FailingPart(Schema):
    """What failed when the plan was opened: a component, or interpretation; where: a view or question, if known."""

    target: str
    where: str
    gain: float
    phrases: list[str]


class PlanProgress(Schema):
    """How far the exams since are: so many of those that may count, successes among them, and the LC-CUSUM."""

    verdict: Verdict
    exams: list[int]
    most: int
    successes: int
    sum: float
    limit: float


class PlanOut(Schema):
    """A plan; keeps: whether the person may agree on it, and close it by its evidence."""

    number: int
    trainee: int
    name: str
    exam_type: str
    cause: PlanCause
    opened: datetime
    closed: datetime | None
    parts: list[FailingPart]
    exercise: str
    responsible: int | None
    due_on: date | None
    progress: PlanProgress | None
    lines: list[PlanLine]
    keeps: bool


class NewPlan(Schema):
    """Who needs help in which exam type, and why."""

    trainee: Key
    exam_type: Words = Field(max_length=16)
    why: Words = Field(min_length=1, max_length=LONGEST_REASON)


class Agreement(Schema):
    """What is practised, with whose help, until when."""

    exercise: Words = Field(min_length=1, max_length=LONGEST_REASON)
    responsible: Key | None = None
    due_on: date | None = None


class PlanNote(Schema):
    """A line for the history."""

    note: Words = Field(min_length=1, max_length=LONGEST_REASON)


@operation(router, "GET", "/plans", Action.SEE_COMPETENCE, response=Page[PlanOut])
def listed(request: HttpRequest, part: Part) -> dict[str, object]:
    """List plans, those that are open first; a trainee's own."""
    person = person_of(request)
    return page_of(plans.plans_for(person), part, lambda several: [_out(one, person) for one in several])


@operation(router, "POST", "/plans", Action.KEEP_PLANS, response=PlanOut)
def begin(request: HttpRequest, body: NewPlan) -> PlanOut:
    """Open a plan; the one that is open already where there is one."""
    person = person_of(request)
    with checked():
        made = plans.begin(body.trainee, body.exam_type, person, body.why, timezone.now())
    return _shown(made.pk, person)


@operation(router, "GET", "/plans/{plan}", Action.SEE_COMPETENCE, response=PlanOut)
def one(request: HttpRequest, plan: Number) -> PlanOut:
    """Show a plan."""
    return _shown(plan, person_of(request))


@operation(router, "POST", "/plans/{plan}/agree", Action.KEEP_PLANS, response=PlanOut)
def agree(request: HttpRequest, plan: Number, body: Agreement) -> PlanOut:
    """Write down what was agreed; earlier words stay in its lines."""
    person = person_of(request)
    with checked():
        plans.agree(plan, body.exercise, body.responsible, body.due_on, person, timezone.now())
    return _shown(plan, person)


@operation(router, "POST", "/plans/{plan}/note", Action.SEE_COMPETENCE, response=PlanOut)
def note(request: HttpRequest, plan: Number, body: PlanNote) -> PlanOut:
    """Add a line; the trainee may, and who keeps the plan."""
    person = person_of(request)
    with checked("body.note"):
        plans.note(plan, body.note, person, timezone.now())
    return _shown(plan, person)


@operation(router, "POST", "/plans/{plan}/close", Action.KEEP_PLANS, response=PlanOut)
def close(request: HttpRequest, plan: Number) -> PlanOut:
    """Close a plan because the exams since show what it asks for."""
    person = person_of(request)
    plans.close(plan, person, timezone.now())
    return _shown(plan, person)


def _shown(number: int, person: Person) -> PlanOut:
    return _out(plans.plans_for(person).get(pk=number), person)


def _out(one: Plan, person: Person) -> PlanOut:
    found = plans.progress_of(one)
    return PlanOut(
        number=one.pk,
        trainee=one.trainee_id,
        name=one.trainee.display_name,
        exam_type=one.exam_type,
        cause=PlanCause(one.cause),
        opened=one.opened_at,
        closed=one.closed_at,
        parts=[FailingPart(**{key: part[key] for key in FailingPart.model_fields}) for part in one.components],
        exercise=one.exercise,
        responsible=one.responsible_id,
        due_on=one.due_on,
        progress=None if found is None else _progress(found),
        lines=[
            PlanLine(
                at=line.at,
                who=line.person.display_name if line.person else "",
                step=PlanStep(line.step),
                note=line.note,
            )
            for line in one.entries.all()
        ],
        keeps=plans.keeps(one, person),
    )


def _progress(found: Progress) -> PlanProgress:
    return PlanProgress(
        verdict=found.verdict,
        exams=list(found.exams),
        most=found.done.total,
        successes=found.successes.count,
        sum=found.sum,
        limit=found.limit,
    )

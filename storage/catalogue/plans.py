"""Who needs help in an exam type, what was agreed, and do the exams since then show that it worked?

The software opens a plan where the watch alarms, where somebody stalls and where they have not scanned for long; it
says what fails and what to practise. People agree on the rest. While a plan is open everything of that type is read. A
plan is closed by what the exams since then show, never by a wish.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, Prefetch, Q, QuerySet

from pipeline.errors import Conflict
from storage.catalogue import competence, scope, trainees
from storage.catalogue.competence import Standing
from storage.catalogue.models import Event, Organisation, Person, Plan, PlanEntry, Project, Review
from storage.catalogue.transaction import one_transaction
from supervision.competence.exercise import Exercise, next_exercises
from supervision.competence.remediation import Progress, Verdict, idle, progress, stalled
from supervision.figures import Share
from supervision.ladder import SIGNED_OFF
from supervision.roles import Action
from supervision.sign_off import PlanCause, PlanStep, reason_given

MOST_COMPONENTS = 3


def plans_for(person: Person) -> QuerySet[Plan]:
    """Return the plans that `person` may see: open ones first, then the newest."""
    here = scope.projects_for(person, Action.SEE_COMPETENCE).values("organisation")
    seen = Plan.objects.filter(organisation__in=here, trainee__in=competence.trainees_for(person))
    ordered = seen.order_by(F("closed_at").desc(nulls_first=True), "-opened_at", "-pk")
    lines = Prefetch("entries", PlanEntry.objects.select_related("person").order_by("at", "pk"))
    return ordered.select_related("trainee", "organisation", "responsible", "opened_by").prefetch_related(lines)


def open_plan(organisation: Organisation, trainee: Person, code: str) -> Plan | None:
    """Return the plan that is open, None where none is."""
    return open_plans(organisation, trainee).filter(exam_type=code).first()


def open_plans(organisation: Organisation, trainee: Person) -> QuerySet[Plan]:
    """Return the plans of a trainee that are open, at most one in each exam type."""
    return Plan.objects.filter(organisation=organisation, trainee=trainee, closed_at=None)


def waiting_for(person: Person, today: date) -> QuerySet[Plan]:
    """Return the open plans that `person` keeps and in which nothing was agreed yet, or whose day is over."""
    here = scope.projects_for(person, Action.KEEP_PLANS)
    people = trainees.people_of(here).exclude(pk=person.pk)
    mine = Plan.objects.filter(organisation__in=here.values("organisation"), trainee__in=people, closed_at=None)
    return mine.filter(Q(exercise="") | Q(due_on__lt=today))


def keeps(plan: Plan, person: Person) -> bool:
    """Tell whether `person` may agree on a plan, and close it by its evidence; nobody may in their own."""
    if plan.trainee_id == person.pk:
        return False
    here = scope.projects_for(person, Action.KEEP_PLANS).filter(organisation=plan.organisation)
    return here.filter(pk__in=trainees.projects_of(plan.trainee)).exists()


def after_final(review: Review, now: datetime, *, alarm: bool) -> None:
    """Work out anew where the exam's trainee stands, and open a plan where the watch has just raised its alarm."""
    exam = review.exam
    if exam.trainee is None or not exam.exam_type:
        return
    organisation = exam.project.organisation
    competence.propose(organisation, exam.trainee, exam.exam_type, now)
    if alarm:
        found = competence.standing(organisation, exam.trainee, exam.exam_type)
        if found is not None:
            _open(found, PlanCause.ALARM, None, now)


@dataclass(frozen=True)
class Looked:
    """What a look at the courses of a project brought: how many were worked out, and how many plans opened."""

    courses: int
    opened: int


def look(project: Project, now: datetime) -> Looked:
    """Work out all courses of a project anew, as time alone changes some, and open the plans that are due.

    A plan is due for who stalls, or has stopped scanning after sign-off. Nobody gets a second one for the same reason
    before they have scanned again.
    """
    worked_out = opened = 0
    for trainee, code in competence.courses_in(project):
        found = competence.standing(project.organisation, trainee, code)
        if found is None:
            continue
        competence.keep(found, now)
        worked_out += 1
        cause = _due(found, now)
        if cause is None or _known(found, cause):
            continue
        with one_transaction():
            _open(found, cause, None, now)
            opened += 1
    return Looked(worked_out, opened)


def begin(trainee_id: int, code: str, person: Person, why: str, now: datetime) -> Plan:
    """Open a plan because `person` sees that it is needed; the open one where there is one already.

    ValueError without a reason; Conflict (own_sign_off) for oneself; Person.DoesNotExist outside one's projects.
    """
    said = reason_given(why)
    with one_transaction():
        trainee, organisation = _reach(trainee_id, person)
        found = competence.standing(organisation, trainee, code)
        if found is None:
            raise ValueError("no such exam type")
        return _open(found, PlanCause.PERSON, person, now, note=said)


def agree(
    plan_id: int, exercise: str, responsible_id: int | None, due_on: date | None, person: Person, now: datetime
) -> Plan:
    """Write down what was agreed: what is practised, with whose help, until when; earlier words stay in its lines.

    ValueError without an exercise, for a day that is past, or for somebody who has no role in the trainee's projects.
    """
    said = reason_given(exercise)
    with one_transaction():
        plan = _locked(plan_id, person)
        if due_on is not None and due_on < now.date():
            raise ValueError("due_on lies ahead")
        helper = None if responsible_id is None else helpers_for(plan).get(pk=responsible_id)
        plan.exercise, plan.responsible, plan.due_on = said, helper, due_on
        plan.save(update_fields=["exercise", "responsible", "due_on"])
        _line(plan, PlanStep.AGREED, person, now, said)
        return plan


def note(plan_id: int, text: str, person: Person, now: datetime) -> PlanEntry:
    """Add a line to a plan; also the trainee may. ValueError without words, Plan.DoesNotExist for who only sees it."""
    said = reason_given(text)
    with one_transaction():
        plan = plans_for(person).select_for_update(of=("self",)).get(pk=plan_id)
        if plan.trainee_id != person.pk and not keeps(plan, person):
            raise Plan.DoesNotExist
        return _line(plan, PlanStep.NOTE, person, now, said)


def close(plan_id: int, person: Person, now: datetime) -> Plan:
    """Close a plan because the exams since it was opened show what it asks for.

    Conflict: plan_not_met (they do not), stale (it is closed already), own_sign_off.
    """
    with one_transaction():
        plan = _locked(plan_id, person)
        found = progress_of(plan)
        if found is None or found.verdict is not Verdict.FULFILLED:
            raise Conflict("plan_not_met")
        _end(plan, PlanStep.MET, person, now, found)
        return plan


def end_with_step_down(organisation: Organisation, trainee: Person, code: str, person: Person, now: datetime) -> None:
    """Close the plan of somebody who goes down the ladder: the ladder asks for it all again."""
    plan = open_plan(organisation, trainee, code)
    if plan is not None:
        _end(plan, PlanStep.FAILED, person, now, progress_of(plan))


def progress_of(plan: Plan) -> Progress | None:
    """Return how a plan stands, or stood when it was closed; None for an exam type that is no longer known."""
    if plan.closed_at is not None:
        return _as_progress(plan.finding) if plan.finding else None
    found = competence.standing(plan.organisation, plan.trainee, plan.exam_type, since=plan.opened_at)
    return None if found is None else progress(found.course, plan.opened_at)


def helpers_for(plan: Plan) -> QuerySet[Person]:
    """Return who can be made responsible: whoever holds a role where the trainee learns, but the trainee."""
    projects = trainees.projects_of(plan.trainee).filter(organisation=plan.organisation)
    everywhere = Q(memberships__project=None, memberships__organisation=plan.organisation)
    people = Person.objects.filter(Q(memberships__project__in=projects) | everywhere, is_active=True)
    people = people.exclude(pk=plan.trainee_id)
    return people.distinct().order_by("last_name", "username")


def _due(found: Standing, now: datetime) -> PlanCause | None:
    """Return why a plan is due: who was signed off is watched for idleness, who is learning for standing still."""
    if found.rung.height >= SIGNED_OFF.height:
        return PlanCause.IDLE if idle(found.course, found.standard, now) else None
    return PlanCause.STALLED if stalled(found.course, found.standard) else None


def _known(found: Standing, cause: PlanCause) -> bool:
    """Tell whether a plan is open, or one of this cause was opened after the last exam."""
    plans = Plan.objects.filter(organisation=found.organisation, trainee=found.trainee, exam_type=found.code)
    last = found.course.last_scanned_at
    again = Q(cause=cause) if last is None else Q(cause=cause, opened_at__gte=last)
    return plans.filter(Q(closed_at=None) | again).exists()


def _open(found: Standing, cause: PlanCause, person: Person | None, now: datetime, *, note: str = "") -> Plan:
    """Return the open plan, a new one where there was none; another alarm is a line in it."""
    new = {
        "cause": cause,
        "opened_at": now,
        "opened_by": person,
        "components": [_as_json(one) for one in next_exercises(found.course)[:MOST_COMPONENTS]],
    }
    plan, opened = Plan.objects.get_or_create(
        organisation=found.organisation, trainee=found.trainee, exam_type=found.code, closed_at=None, defaults=new
    )
    if opened:
        _line(plan, PlanStep.OPENED, person, now, note)
    elif cause is PlanCause.ALARM:
        _line(plan, PlanStep.ALARM, None, now, "")
    return plan


def _as_json(one: Exercise) -> dict[str, Any]:
    """Return what is to be practised as a plan keeps it."""
    return asdict(one) | {"target": str(one.target), "phrases": list(one.phrases)}


def _as_progress(kept: Mapping[str, Any]) -> Progress:
    """Return how a plan stood as `_end` kept it."""
    return Progress(
        verdict=Verdict(kept["verdict"]),
        done=Share(**kept["done"]),
        successes=Share(**kept["successes"]),
        sum=kept["sum"],
        limit=kept["limit"],
        exams=tuple(kept["exams"]),
    )


def _end(plan: Plan, step: PlanStep, person: Person, now: datetime, found: Progress | None) -> None:
    plan.closed_at = now
    plan.finding = {} if found is None else asdict(found) | {"verdict": found.verdict.value, "exams": list(found.exams)}
    plan.save(update_fields=["closed_at", "finding"])
    _line(plan, step, person, now, "")
    competence.propose(plan.organisation, plan.trainee, plan.exam_type, now)


def _line(plan: Plan, step: PlanStep, person: Person | None, now: datetime, said: str) -> PlanEntry:
    facts = {"plan": plan.pk, "trainee": plan.trainee_id, "exam_type": plan.exam_type, "cause": plan.cause}
    Event.objects.create(at=now, what=f"plan_{step.value}", person=person, facts=facts)
    return PlanEntry.objects.create(plan=plan, at=now, person=person, step=step, note=said)


def _locked(plan_id: int, person: Person) -> Plan:
    plan = plans_for(person).select_for_update(of=("self",)).get(pk=plan_id)
    if plan.trainee_id == person.pk:
        raise Conflict("own_sign_off")
    if not keeps(plan, person):
        raise Plan.DoesNotExist
    if plan.closed_at is not None:
        raise Conflict("stale")
    return plan


def _reach(trainee_id: int, person: Person) -> tuple[Person, Organisation]:
    trainee = Person.objects.select_for_update().get(pk=trainee_id)
    organisation = competence.organisation_of(trainee, person, Action.KEEP_PLANS)
    if organisation is None:
        raise Person.DoesNotExist
    if trainee.pk == person.pk:
        raise Conflict("own_sign_off")
    return trainee, organisation

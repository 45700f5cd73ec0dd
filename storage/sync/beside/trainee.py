"""How is what was said of a person who learns exchanged: rungs, sign-offs, observations, plans? Only added to.

It is told in each project where they learn or have scanned. How far the next rung is is worked out on each side.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from pydantic import Field, StringConstraints

from pipeline.errors import SonorelayError
from storage.catalogue import competence, trainees
from storage.catalogue.models import Observation, Person, Plan, PlanEntry, Project, SignOff, TraineePhase
from storage.sync.beside.kind import Kind
from storage.sync.beside.plans import PlanLineTold, PlanTold, joined
from storage.sync.beside.same_exams import Exams
from storage.sync.names import Mentioned, Names
from storage.sync.records import Account, BesideTold, Code, Count, Moment, NotUnderstood, Told, Words
from supervision.certificate import verify
from supervision.ladder import Rung
from supervision.sign_off import Decision, PlanCause, PlanStep

Certificate = Annotated[str, StringConstraints(max_length=100_000, pattern=r"^[^\x00]*$")]


class RungTold(Told):
    """Where they stand in an exam type, by somebody's word."""

    exam_type: Code
    rung: Rung
    since: Moment
    by: Account | Literal[""]
    why: Code
    full_until: Count


class SignOffTold(Told):
    """A decision on a step, by its number; exams of its evidence by the names that hold on both sides."""

    number: UUID
    exam_type: Code
    exam_type_version: Count
    rung: Rung
    decision: Decision
    by: Account
    at: Moment
    reason: Words
    evidence: dict[str, Any]
    certificate: Certificate
    withdrawn_at: Moment | None
    withdrawn_by: Account | Literal[""]
    withdrawn_why: Words


class ObservationTold(Told):
    """Somebody stood beside them."""

    exam_type: Code
    by: Account
    at: Moment
    entrustment: Annotated[int, Field(ge=1, le=5)]
    note: Words
    noted_at: Moment
    withdrawn_at: Moment | None


class TraineeTold(BesideTold):
    """What was said of one person in one project; `key` is their account."""

    rungs: Annotated[list[RungTold], Field(max_length=2000)]
    sign_offs: Annotated[list[SignOffTold], Field(max_length=2000)]
    observations: Annotated[list[ObservationTold], Field(max_length=5000)]
    plans: Annotated[list[PlanTold], Field(max_length=2000)]


def _tell(project: Project, names: Names, only: str | None) -> Iterator[TraineeTold]:
    people = trainees.people_of(Project.objects.filter(pk=project.pk))
    if only is not None:
        known = names.known(only)
        people = Person.objects.filter(pk__in=[known.pk] if known else [])
    several: list[Any] = list(_with_all_said(_spoken_of(people, project), project).order_by("pk"))
    exams = Exams(project.organisation)
    exams.look_up([one.evidence for person in several for one in person.told_sign_offs])
    exams.look_up([one.finding for person in several for one in person.told_plans])
    for person in several:
        mentioned = Mentioned(names)
        yield TraineeTold(
            organisation=project.organisation.code,
            project=project.code,
            key=mentioned.who(person),
            rungs=_rungs(person.told_rungs, mentioned),
            sign_offs=_sign_offs(person.told_sign_offs, mentioned, exams),
            observations=_observations(person.told_observations, mentioned),
            plans=_plans(person.told_plans, mentioned, exams),
            people=mentioned.people,
        )


def _spoken_of(people: QuerySet[Person], project: Project) -> QuerySet[Person]:
    """Return those of whom anything was said at all: most are only learning."""
    said = [
        TraineePhase.objects.values("trainee"),
        SignOff.objects.filter(organisation=project.organisation).values("trainee"),
        Observation.objects.filter(project=project).values("trainee"),
        Plan.objects.filter(organisation=project.organisation).values("trainee"),
    ]
    pks = {pk for one in said for pk in one.values_list("trainee", flat=True)}
    return people.filter(pk__in=pks)


def _with_all_said(people: QuerySet[Person], project: Project) -> QuerySet[Person]:
    """Return these people with all that is told of them, in as few queries as of one."""
    here = project.organisation
    decided = SignOff.objects.filter(organisation=here).select_related("decided_by", "withdrawn_by")
    seen = Observation.objects.filter(project=project).select_related("observer")
    return people.prefetch_related(
        Prefetch("phases", TraineePhase.objects.select_related("set_by"), to_attr="told_rungs"),
        Prefetch("sign_offs", decided.order_by("decided_at", "number"), to_attr="told_sign_offs"),
        Prefetch("observed", seen, to_attr="told_observations"),
        Prefetch("plans", _plans_in(project), to_attr="told_plans"),
    )


def _plans_in(project: Project) -> QuerySet[Plan]:
    here = Plan.objects.filter(organisation=project.organisation)
    return here.select_related("opened_by", "responsible").prefetch_related("entries__person")


def _rungs(rows: Iterable[TraineePhase], mentioned: Mentioned) -> list[RungTold]:
    told = [
        RungTold(
            exam_type=row.exam_type,
            rung=Rung(row.rung),
            since=row.since,
            by=mentioned.who(row.set_by),
            why=row.why,
            full_until=row.full_until,
        )
        for row in rows
    ]
    return sorted(told, key=lambda one: (one.since, one.exam_type, one.by, one.rung))


def _sign_offs(rows: Iterable[SignOff], mentioned: Mentioned, exams: Exams) -> list[SignOffTold]:
    return [
        SignOffTold(
            number=row.number,
            exam_type=row.exam_type,
            exam_type_version=row.exam_type_version,
            rung=Rung(row.rung),
            decision=Decision(row.decision),
            by=mentioned.who(row.decided_by),
            at=row.decided_at,
            reason=row.reason,
            evidence=exams.named(row.evidence),
            certificate=row.certificate,
            withdrawn_at=row.withdrawn_at,
            withdrawn_by=mentioned.who(row.withdrawn_by),
            withdrawn_why=row.withdrawn_why,
        )
        for row in rows
    ]


def _observations(rows: Iterable[Observation], mentioned: Mentioned) -> list[ObservationTold]:
    told = [
        ObservationTold(
            exam_type=row.exam_type,
            by=mentioned.who(row.observer),
            at=row.at,
            entrustment=row.entrustment,
            note=row.note,
            noted_at=row.noted_at,
            withdrawn_at=row.withdrawn_at,
        )
        for row in rows
    ]
    return sorted(told, key=lambda one: (one.noted_at, one.exam_type, one.by))


def _plans(rows: Iterable[Plan], mentioned: Mentioned, exams: Exams) -> list[PlanTold]:
    told = [
        PlanTold(
            exam_type=row.exam_type,
            opened_at=row.opened_at,
            by=mentioned.who(row.opened_by),
            cause=PlanCause(row.cause),
            components=row.components,
            exercise=row.exercise,
            responsible=mentioned.who(row.responsible),
            due_on=row.due_on,
            closed_at=row.closed_at,
            finding=exams.named(row.finding),
            lines=[
                PlanLineTold(at=one.at, by=mentioned.who(one.person), step=PlanStep(one.step), note=one.note)
                for one in row.entries.all()
            ],
        )
        for row in rows
    ]
    return joined(told)


def _take(told: TraineeTold, project: Project, names: Names, now: datetime) -> None:
    person = names.person(told.key, told.people)
    if person is None:
        raise NotUnderstood("key")
    Person.objects.select_for_update().get(pk=person.pk)
    for rung in told.rungs:
        values = {"rung": rung.rung, "why": rung.why[:24], "full_until": rung.full_until}
        by = names.person(rung.by, told.people)
        row, new = TraineePhase.objects.get_or_create(
            trainee=person, exam_type=rung.exam_type, since=rung.since, set_by=by, defaults=values
        )
        if not new and rung.full_until > row.full_until:
            row.full_until = rung.full_until
            row.save(update_fields=["full_until"])
    for sign_off in told.sign_offs:
        _take_sign_off(sign_off, person, project, names, told)
    for observation in told.observations:
        _take_observation(observation, person, project, names, told)
    _take_plans(person, project, names, told)
    types = {one.exam_type for one in told.rungs} | {one.exam_type for one in told.observations}
    types |= {one.exam_type for one in told.sign_offs} | {one.exam_type for one in told.plans}
    for code in sorted(types):
        competence.propose(project.organisation, person, code, now)


def _take_sign_off(told: SignOffTold, person: Person, project: Project, names: Names, record: TraineeTold) -> None:
    row = SignOff.objects.filter(number=told.number).first()
    if row is None:
        row = SignOff(
            number=told.number,
            organisation=project.organisation,
            trainee=person,
            exam_type=told.exam_type,
            exam_type_version=told.exam_type_version,
            rung=told.rung,
            decision=told.decision,
            decided_by=names.person(told.by, record.people),
            decided_at=told.at,
            reason=told.reason,
            evidence=Exams(project.organisation).here(told.evidence),
        )
    elif (row.trainee_id, row.organisation_id) != (person.pk, project.organisation_id):
        raise NotUnderstood("sign_offs.number")
    row.certificate = min((one for one in (row.certificate, told.certificate) if one), key=_signed_at, default="")
    if told.withdrawn_at is not None and (row.withdrawn_at is None or told.withdrawn_at < row.withdrawn_at):
        row.withdrawn_at, row.withdrawn_why = told.withdrawn_at, told.withdrawn_why
        row.withdrawn_by = names.person(told.withdrawn_by, record.people)
    row.save()


def _signed_at(certificate: str) -> tuple[str, str]:
    """Return what orders certificates of one signature that were made on two sides; both are valid for ever."""
    try:
        return str(verify(certificate.encode()).document["signed_at"]), certificate
    except (SonorelayError, KeyError):
        raise NotUnderstood("sign_offs.certificate") from None


def _take_observation(
    told: ObservationTold, person: Person, project: Project, names: Names, record: TraineeTold
) -> None:
    values = {"at": told.at, "entrustment": told.entrustment, "note": told.note, "withdrawn_at": told.withdrawn_at}
    row, new = Observation.objects.get_or_create(
        project=project,
        trainee=person,
        exam_type=told.exam_type,
        observer=names.person(told.by, record.people),
        noted_at=told.noted_at,
        defaults=values,
    )
    ends = [at for at in (row.withdrawn_at, told.withdrawn_at) if at is not None]
    if not new and row.withdrawn_at != min(ends, default=None):
        row.withdrawn_at = min(ends)
        row.save(update_fields=["withdrawn_at"])


def _take_plans(person: Person, project: Project, names: Names, record: TraineeTold) -> None:
    """Let there be the plans of both sides, of which of one exam type at most one is open."""
    mentioned, exams = Mentioned(names), Exams(project.organisation)
    several = list(_plans_in(project).filter(trainee=person))
    rows = {(row.exam_type, row.opened_at, mentioned.who(row.opened_by), row.cause): row for row in several}
    wanted = joined([*_plans(several, mentioned, exams), *record.plans])
    for one in sorted(wanted, key=lambda one: one.closed_at is None):  # of one type one can be open
        row = rows.get(one.name) or Plan(
            trainee=person,
            organisation=project.organisation,
            exam_type=one.exam_type,
            cause=one.cause,
            opened_at=one.opened_at,
            opened_by=names.person(one.by, record.people),
            components=one.components,
        )
        row.exercise, row.due_on = one.exercise, one.due_on
        row.responsible = names.person(one.responsible, record.people)
        row.closed_at, row.finding = one.closed_at, exams.here(one.finding)
        row.save()
        known = {(line.at, mentioned.who(line.person), line.step, line.note) for line in row.entries.all()}
        PlanEntry.objects.bulk_create(
            PlanEntry(plan=row, at=line.at, person=names.person(line.by, record.people), step=line.step, note=line.note)
            for line in one.lines
            if (line.at, line.by, line.step, line.note) not in known
        )


KIND = Kind("trainee", TraineeTold, _tell, _take)

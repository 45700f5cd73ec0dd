"""How is what was said of a person who learns exchanged: rungs, sign-offs, observations, plans? Only added to.

It is told in each project where they learn or have scanned. How far the next rung is is worked out on each side.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import Prefetch, QuerySet
from pydantic import Field

from storage.catalogue import competence, trainees
from storage.catalogue.models import Observation, Person, Plan, Project, SignOff, TraineePhase
from storage.sync.beside import plans, sign_offs
from storage.sync.beside.kind import Kind
from storage.sync.beside.plans import PlanTold
from storage.sync.beside.same_exams import Exams
from storage.sync.beside.sign_offs import SignOffTold
from storage.sync.names import Mentioned, Names
from storage.sync.records import Account, BesideTold, Code, Count, Moment, NotUnderstood, Told, Words
from supervision.ladder import Rung


class RungTold(Told):
    """Where they stand in an exam type, by somebody's word."""

    exam_type: Code
    rung: Rung
    since: Moment
    by: Account | Literal[""]
    why: Code
    full_until: Count


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
            sign_offs=sign_offs.tell(person.told_sign_offs, mentioned, exams),
            observations=_observations(person.told_observations, mentioned),
            plans=plans.tell(person.told_plans, mentioned, exams),
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
        Prefetch("plans", plans.plans_in(project), to_attr="told_plans"),
    )


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
    sign_offs.take(told.sign_offs, person, project, names, told.people)
    for observation in told.observations:
        _take_observation(observation, person, project, names, told)
    plans.take(told.plans, person, project, names, told.people)
    types = {one.exam_type for one in told.rungs} | {one.exam_type for one in told.observations}
    types |= {one.exam_type for one in told.sign_offs} | {one.exam_type for one in told.plans}
    for code in sorted(types):
        competence.propose(project.organisation, person, code, now)


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


KIND = Kind("trainee", TraineeTold, _tell, _take)

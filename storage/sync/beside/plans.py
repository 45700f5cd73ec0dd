"""How are plans exchanged? Two sides may each have opened one for the same person: which plans are there then?"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from pydantic import Field

from storage.catalogue.models import Person, Plan, PlanEntry, Project
from storage.sync.beside.same_exams import Exams
from storage.sync.names import Mentioned, Names
from storage.sync.records import Account, Code, Moment, PersonTold, Told, Words, digest_of_json
from supervision.sign_off import PlanCause, PlanStep

Name = tuple[str, datetime, str, PlanCause]


class PlanLineTold(Told):
    """One line in the history of a plan."""

    at: Moment
    by: Account | Literal[""]
    step: PlanStep
    note: Words


class PlanTold(Told):
    """One plan, named by who opened it, why and when."""

    exam_type: Code
    opened_at: Moment
    by: Account | Literal[""]
    cause: PlanCause
    components: Annotated[list[dict[str, Any]], Field(max_length=50)]
    exercise: Words
    responsible: Account | Literal[""]
    due_on: date | None
    closed_at: Moment | None
    finding: dict[str, Any]
    lines: Annotated[list[PlanLineTold], Field(max_length=1000)]

    @property
    def name(self) -> Name:
        """What names it on both sides."""
        return self.exam_type, self.opened_at, self.by, self.cause

    @property
    def agreed_at(self) -> datetime:
        """When something was agreed last; when it was opened, where nothing was."""
        return max((line.at for line in self.lines if line.step is PlanStep.AGREED), default=self.opened_at)


def plans_in(project: Project) -> QuerySet[Plan]:
    """Return the plans of a project's organisation, with all that is told of them."""
    here = Plan.objects.filter(organisation=project.organisation)
    return here.select_related("opened_by", "responsible").prefetch_related("entries__person")


def tell(rows: Iterable[Plan], mentioned: Mentioned, exams: Exams) -> list[PlanTold]:
    """Return the plans as records say them, each once."""
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


def take(
    told: Iterable[PlanTold], person: Person, project: Project, names: Names, people: Mapping[str, PersonTold]
) -> None:
    """Let there be the plans of both sides, of which of one exam type at most one is open."""
    mentioned, exams = Mentioned(names), Exams(project.organisation)
    several = list(plans_in(project).filter(trainee=person))
    rows = {(row.exam_type, row.opened_at, mentioned.who(row.opened_by), row.cause): row for row in several}
    wanted = joined([*tell(several, mentioned, exams), *told])
    for one in sorted(wanted, key=lambda one: one.closed_at is None):  # of one type one can be open
        row = rows.get(one.name) or Plan(
            trainee=person,
            organisation=project.organisation,
            exam_type=one.exam_type,
            cause=one.cause,
            opened_at=one.opened_at,
            opened_by=names.person(one.by, people),
            components=one.components,
        )
        row.exercise, row.due_on = one.exercise, one.due_on
        row.responsible = names.person(one.responsible, people)
        row.closed_at, row.finding = one.closed_at, exams.here(one.finding)
        row.save()
        known = {(line.at, mentioned.who(line.person), line.step, line.note) for line in row.entries.all()}
        PlanEntry.objects.bulk_create(
            PlanEntry(plan=row, at=line.at, person=names.person(line.by, people), step=line.step, note=line.note)
            for line in one.lines
            if (line.at, line.by, line.step, line.note) not in known
        )


def joined(several: Iterable[PlanTold]) -> list[PlanTold]:
    """Return each plan once, with all that is known of it, and of an exam type at most one that is open.

    Of two that were opened without knowing of each other the earlier stays open; the other ends when it began, and
    keeps its lines. What was agreed last counts, and a plan is closed when any side closed it.
    """
    found: dict[Name, PlanTold] = {}
    for plan in several:
        found[plan.name] = _one_of(found.get(plan.name, plan), plan)
    open_types: set[str] = set()
    for name, plan in sorted(found.items()):
        if plan.closed_at is None and plan.exam_type in open_types:
            found[name] = plan.model_copy(update={"closed_at": plan.opened_at})
        elif plan.closed_at is None:
            open_types.add(plan.exam_type)
    return [plan for _, plan in sorted(found.items())]


def _one_of(one: PlanTold, other: PlanTold) -> PlanTold:
    agreed = max((one, other), key=lambda plan: (plan.agreed_at, plan.exercise, plan.responsible, str(plan.due_on)))
    ended = [plan for plan in (one, other) if plan.closed_at is not None]
    closed = min(ended, key=lambda plan: (plan.closed_at, digest_of_json(plan.finding)), default=one)
    lines = {*one.lines, *other.lines}
    return one.model_copy(
        update={
            "components": max(one.components, other.components, key=digest_of_json),
            "exercise": agreed.exercise,
            "responsible": agreed.responsible,
            "due_on": agreed.due_on,
            "closed_at": closed.closed_at,
            "finding": closed.finding,
            "lines": sorted(lines, key=lambda line: (line.at, list(PlanStep).index(line.step), line.by, line.note)),
        }
    )

"""Two sides may each have opened a plan for the same person: which plans are there then?"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from storage.sync.records import Account, Code, Moment, Told, Words, digest_of_json
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


def joined(several: Iterable[PlanTold]) -> list[PlanTold]:
    """Return each plan once, with all that is known of it, and of an exam type at most one that is open.

    Of two that were opened without knowing of each other the earlier stays open; the other ends when it began, and
    keeps its lines. What was agreed last counts, and a plan is closed when any side closed it.
    """
    found: dict[Name, PlanTold] = {}
    for plan in several:
        found[plan.name] = _one_of(found[plan.name], plan) if plan.name in found else _one_of(plan, plan)
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

"""About whom is a report, which reports are due, and which of them repeat each other?"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from supervision.period import Period, PeriodKind


class ScopeKind(StrEnum):
    """About one project, all projects of an organisation, or the whole programme."""

    PROJECT = "project"
    ORGANISATION = "organisation"
    PROGRAMME = "programme"


@dataclass(frozen=True)
class Subject:
    """What is reported on and when: comments belong to it, however often its report is made again.

    scope: the code of the project or organisation, empty for the programme.
    """

    scope_kind: ScopeKind
    scope: str
    period: Period

    def before(self) -> "Subject":
        """Return the same for the period before."""
        return Subject(self.scope_kind, self.scope, self.period.previous())


def over(today: date) -> tuple[Period, ...]:
    """Return the last week, month, quarter and year that were over before `today`."""
    return tuple(Period.holding(kind, today).previous() for kind in PeriodKind)


def recent(today: date) -> tuple[Period, ...]:
    """Return the periods that people ask for: of each kind the last ones that are over, and the one that runs."""
    found: list[Period] = []
    for kind, number in _RECENT.items():
        running = Period.holding(kind, today)
        found.append(running)
        for _ in range(number):
            running = running.previous()
            found.append(running)
    return tuple(found)


_RECENT = {PeriodKind.QUARTER: 5, PeriodKind.MONTH: 6, PeriodKind.WEEK: 6, PeriodKind.YEAR: 2}

"""Which scans does an address ask for, and which address asks for these scans?"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict

from storage.catalogue.figures import Dimension, Figure, Slice, behind
from storage.catalogue.models import Scan
from supervision.period import Period, PeriodKind
from supervision.states import State

UNKNOWN = "none"
NOT_GIVEN: Mapping[str, Mapping[str, object]] = {
    "trainee": {"trainee": None},
    "device": {"device": None},
    "exam_type": {"exam_type": ""},
}


@dataclass(frozen=True)
class Asked:
    """A slice, the dimensions that must be unknown (`trainee=none`), and a figure whose scans are wanted."""

    part: Slice = field(default_factory=Slice)
    unknown: frozenset[str] = frozenset()
    figure: Figure | None = None

    def of(self, scans: QuerySet[Scan]) -> QuerySet[Scan]:
        """Return those of `scans` that are asked for."""
        chosen = self.part.of(scans)
        for dimension in self.unknown:
            chosen = chosen.filter(**NOT_GIVEN[dimension])
        return behind(chosen, self.figure) if self.figure else chosen

    @property
    def tells_whose(self) -> bool:
        """Whether a scan that is left in is known by that: whose it is, where it was made, who read it, its score."""
        part = (self.part.project, self.part.trainee, self.part.device, self.part.reviewer)
        return bool(self.unknown) or self.figure is Figure.SCORED or any(one is not None for one in part)

    def query(self) -> str:
        """Return the query string that asks for the same."""
        values = {name: getattr(self.part, name) for name in Slice.__dataclass_fields__}
        values |= dict.fromkeys(self.unknown, UNKNOWN)
        if code := _period(self.part.since, self.part.until):
            values |= {"since": None, "until": None, "period": code}
        values["figure"] = self.figure
        return urlencode({name: str(value) for name, value in values.items() if value is not None})

    def narrowed(self, dimension: Dimension, key: str | int | None) -> "Asked":
        """Return the same for one project, trainee, device or exam type; None for the unknown ones."""
        if key is None:
            return replace(self, unknown=self.unknown | {dimension})
        return replace(self, part=_narrow(self.part, dimension, key))

    def during(self, since: date, until: date) -> "Asked":
        """Return the same for some days, as far as they lie within those asked for already."""
        first = max(filter(None, (since, self.part.since)))
        last = min(filter(None, (until, self.part.until)))
        return replace(self, part=replace(self.part, since=first, until=last))

    def counted(self, figure: Figure) -> "Asked":
        """Return the scans behind `figure`."""
        return replace(self, figure=figure)


def asked_in(query: QueryDict) -> Asked:
    """Read a query string; what is not understood does not narrow."""
    state, figure = query.get("state", ""), query.get("figure", "")
    days = _days(query.get("period", ""))
    part = Slice(
        project=query.get("project") or None,
        trainee=_number(query.get("trainee")),
        device=_number(query.get("device")),
        exam_type=None if query.get("exam_type") == UNKNOWN else query.get("exam_type") or None,
        reviewer=_number(query.get("reviewer")),
        state=State(str(state)) if state in set(State) else None,
        since=_day(query.get("since")) or (days.first if days else None),
        until=_day(query.get("until")) or (days.last if days else None),
    )
    unknown = frozenset(name for name in NOT_GIVEN if query.get(name) == UNKNOWN)
    return Asked(part, unknown, Figure(str(figure)) if figure in set(Figure) else None)


@lru_cache(maxsize=64)
def _period(since: date | None, until: date | None) -> str:
    """Return the code of the period that is exactly these days; empty where none is."""
    if since is None or until is None:
        return ""
    for kind in PeriodKind:
        period = Period.holding(kind, since)
        if (period.first, period.last) == (since, until):
            return period.code
    return ""


def _days(code: str) -> Period | None:
    try:
        return Period.named(code)
    except ValueError:
        return None


def _narrow(part: Slice, dimension: Dimension, key: str | int) -> Slice:
    match dimension:
        case "project":
            return replace(part, project=str(key))
        case "trainee":
            return replace(part, trainee=int(key))
        case "device":
            return replace(part, device=int(key))
    return replace(part, exam_type=str(key))


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 19 else None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None

"""From when to when does a report count, and into which weeks does that fall?

Days are those of UTC, as everywhere in the catalogue. The weeks of a period are cut at its bounds, so that the rows of
weeks add up to it, and months add up to quarters and years.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from pipeline.text import Text

DAY = timedelta(days=1)


class PeriodKind(StrEnum):
    """How long a period is, and so which report is made of it."""

    WEEK = "weekly"
    MONTH = "monthly"
    QUARTER = "quarterly"
    YEAR = "annual"


@dataclass(frozen=True, order=True)
class Days:
    """Some days in a row (UTC), both ends in it."""

    first: date
    last: date

    def __post_init__(self) -> None:
        """Refuse days that end before they begin."""
        if self.last < self.first:
            raise ValueError("days must not end before they begin")

    @property
    def begins(self) -> datetime:
        """The first moment of it."""
        return datetime.combine(self.first, time(), tzinfo=UTC)

    @property
    def ends(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.last + DAY, time(), tzinfo=UTC)

    def __contains__(self, moment: datetime) -> bool:
        """Tell whether a moment lies in it."""
        return self.begins <= moment < self.ends

    def weeks(self) -> "tuple[Days, ...]":
        """Return the weeks, from Monday to Sunday, that it touches, each cut at its bounds."""
        found, first = [], self.first
        while first <= self.last:
            last = min(self.last, monday(first) + 6 * DAY)
            found.append(Days(first, last))
            first = last + DAY
        return tuple(found)


@dataclass(frozen=True, order=True)
class Period(Days):
    """A week, month, quarter or year; ValueError for days that are none."""

    kind: PeriodKind

    def __post_init__(self) -> None:
        """Refuse days that are not a whole one of its kind."""
        if (self.first, self.last) != _bounds(self.kind, self.first):
            raise ValueError(f"{self.first} to {self.last} is no {self.kind} period")

    @classmethod
    def holding(cls, kind: PeriodKind, day: date) -> "Period":
        """Return the period of this kind in which the day lies."""
        return cls(*_bounds(kind, day), kind)

    @classmethod
    def named(cls, code: str) -> "Period":
        """Return the period of a code: 2026-W07, 2026-02, 2026-Q1 or 2026; ValueError for any other."""
        for kind, pattern in _CODES.items():
            if found := re.fullmatch(pattern, code):
                year, number = int(found[1]), int(found[2]) if found.lastindex == 2 else 1
                return cls.holding(kind, _nth(kind, year, number))
        raise ValueError("a period is written like 2026-W07, 2026-02, 2026-Q1 or 2026")

    @property
    def code(self) -> str:
        """How it is written in addresses and file names."""
        match self.kind:
            case PeriodKind.WEEK:
                year, week, _ = self.first.isocalendar()
                return f"{year}-W{week:02d}"
            case PeriodKind.MONTH:
                return f"{self.first:%Y-%m}"
            case PeriodKind.QUARTER:
                return f"{self.first.year}-Q{(self.first.month + 2) // 3}"
        return f"{self.first.year}"

    @property
    def label(self) -> Text:
        """How people call it."""
        match self.kind:
            case PeriodKind.WEEK:
                year, week, _ = self.first.isocalendar()
                return Text(f"week {week} of {year}", f"semaine {week} de {year}")
            case PeriodKind.MONTH:
                here = MONTHS[self.first.month - 1]
                return Text(f"{here.en} {self.first.year}", f"{here.fr} {self.first.year}")
            case PeriodKind.QUARTER:
                number = (self.first.month + 2) // 3
                ordinal = Text(("1st", "2nd", "3rd", "4th")[number - 1], ("1er", "2e", "3e", "4e")[number - 1])
                return Text(f"{ordinal.en} quarter of {self.first.year}", f"{ordinal.fr} trimestre {self.first.year}")
        return Text(f"{self.first.year}", f"{self.first.year}")

    def parts(self, kind: PeriodKind) -> "tuple[Period, ...]":
        """Return the months or quarters of which it consists; none where it is shorter than these."""
        found = [Period.holding(kind, self.first)]
        while found[-1].last < self.last:
            found.append(found[-1].following())
        return tuple(found) if (found[0].first, found[-1].last) == (self.first, self.last) else ()

    def previous(self) -> "Period":
        """Return the period of the same kind that ends the day before."""
        return Period.holding(self.kind, self.first - DAY)

    def following(self) -> "Period":
        """Return the period of the same kind that begins the day after."""
        return Period.holding(self.kind, self.last + DAY)


def monday(day: date) -> date:
    """Return the Monday of the week in which the day lies."""
    return day - day.weekday() * DAY


_CODES = {
    PeriodKind.WEEK: r"(\d{4})-W(\d{2})",
    PeriodKind.MONTH: r"(\d{4})-(\d{2})",
    PeriodKind.QUARTER: r"(\d{4})-Q(\d)",
    PeriodKind.YEAR: r"(\d{4})",
}
_LENGTH = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}
MONTHS = (
    Text("January", "janvier"),
    Text("February", "février"),
    Text("March", "mars"),
    Text("April", "avril"),
    Text("May", "mai"),
    Text("June", "juin"),
    Text("July", "juillet"),
    Text("August", "août"),
    Text("September", "septembre"),
    Text("October", "octobre"),
    Text("November", "novembre"),
    Text("December", "décembre"),
)


def _nth(kind: PeriodKind, year: int, number: int) -> date:
    if kind is PeriodKind.WEEK:
        return date.fromisocalendar(year, number, 1)
    return date(year, 1 + (number - 1) * _LENGTH[kind], 1)


def _bounds(kind: PeriodKind, day: date) -> tuple[date, date]:
    if kind is PeriodKind.WEEK:
        return monday(day), monday(day) + 6 * DAY
    months = _LENGTH[kind]
    first = date(day.year, day.month - (day.month - 1) % months, 1)
    after = first.month + months
    return first, date(day.year + (after > 12), (after - 1) % 12 + 1, 1) - DAY

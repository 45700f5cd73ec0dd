"""How is a value of a report written out in English and in French?"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal

from pipeline.text import Text
from supervision.period import MONTHS
from supervision.report.document import Cell, Doubt, Kind, Value

NO_BREAK, NARROW = "\u00a0", "\u202f"
NOT_PRINTED = dict.fromkeys([*range(9), 0xB, 0xC, *range(0xE, 0x20), 0x7F, 0xFFFE, 0xFFFF])
"""What no office file may hold, whoever typed it."""
DASH, TO = "–", "–"
TWO_DAYS = 48
SHORT_MONTHS = Text(
    "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
)
SMALL = Text("hidden", "masqué")
PENDING = Text("not yet known", "pas encore connu")


@dataclass(frozen=True)
class _Unit:
    """A unit of time and its length."""

    hours: int
    name: Text


_HOURS, _DAYS = _Unit(1, Text("h", "h")), _Unit(24, Text("days", "jours"))


@dataclass(frozen=True)
class Printed:
    """A value as people read it, and in smaller letters what it was counted from."""

    value: str
    detail: str = ""
    faint: bool = False


@dataclass(frozen=True)
class Pen:
    """Writes in one language: `en` or `fr`."""

    language: str

    @property
    def french(self) -> bool:
        """Whether it writes French."""
        return self.language.startswith("fr")

    def say(self, text: Text | str) -> str:
        """Return a text in this language; a name as it is."""
        return (text if isinstance(text, str) else text.say(self.language)).translate(NOT_PRINTED)

    def number(self, value: float, decimals: int = 0) -> str:
        """Return a number with its thousands apart: 12,345.6 or 12 345,6 (narrow no-break space)."""
        rounded = Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
        english = f"{rounded + 0:,}".replace("-", "\u2212")
        if not self.french:
            return english
        return english.replace(",", NARROW).replace(".", ",")

    def percent(self, share: float) -> str:
        """Return a share as a percentage; with one decimal only where whole ones would say nothing or everything."""
        return self._percents(share) + self._sign

    def interval(self, low: float, high: float, kind: Kind, decimals: int = 1) -> str:
        """Return both ends in one unit, which is written once."""
        if kind is Kind.SHARE:
            return f"{self._percents(low)}{TO}{self._percents(high)}{self._sign}"
        if kind is Kind.HOURS:
            unit = self._unit(high)
            return f"{self._time(low, unit)}{TO}{self._time(high, unit)}{NO_BREAK}{self.say(unit.name)}"
        return f"{self.number(low, decimals)}{TO}{self.number(high, decimals)}"

    def hours(self, hours: float) -> str:
        """Return a time in hours up to two days, then in days."""
        unit = self._unit(hours)
        return f"{self._time(hours, unit)}{NO_BREAK}{self.say(unit.name)}"

    def day(self, day: date) -> str:
        """Return a day in full: 1 July 2026, 1er juillet 2026."""
        return f"{self._of_month(day)}{NO_BREAK}{MONTHS[day.month - 1].say(self.language)}{NO_BREAK}{day.year}"

    def days(self, first: date, last: date) -> str:
        """Return a stretch of days."""
        return f"{self.day(first)} {'au' if self.french else 'to'} {self.day(last)}"

    def moment(self, moment: datetime) -> str:
        """Return a moment in UTC."""
        there = moment.astimezone(UTC)
        clock = f"{there:%H}{NO_BREAK}h{NO_BREAK}{there:%M}" if self.french else f"{there:%H:%M}"
        return f"{self.day(there.date())}, {clock}{NO_BREAK}UTC"

    def label(self, label: Text | str | date) -> str:
        """Return what stands at a place of a chart; a date short."""
        if isinstance(label, date):
            return f"{self._of_month(label)}{NO_BREAK}{self.say(SHORT_MONTHS).split()[label.month - 1]}"
        return self.say(label)

    def cell(self, cell: Cell) -> Printed:
        """Return a cell as people read it."""
        if cell.doubt is Doubt.SUPPRESSED:
            return Printed(self.say(SMALL))
        if cell.doubt is Doubt.PENDING:
            return Printed(self.say(PENDING), faint=True)
        if cell.value is None:
            return Printed(DASH, "n\u00a0=\u00a00" if cell.of == 0 else "", faint=True)
        return Printed(self.value(cell.value, cell.kind, cell.decimals), self._detail(cell), cell.doubt is Doubt.FEW)

    def value(self, value: Value, kind: Kind, decimals: int = 1) -> str:
        """Return a value of this kind."""
        if isinstance(value, datetime):
            return self.moment(value)
        if isinstance(value, date):
            return self.day(value)
        if isinstance(value, Text | str):
            return self.say(value)
        if value is None:
            return DASH
        match kind:
            case Kind.SHARE:
                return self.percent(value)
            case Kind.HOURS:
                return self.hours(value)
            case Kind.NUMBER:
                return self.number(value, decimals)
        return self.number(value)

    def _of_month(self, day: date) -> str:
        return f"{day.day}er" if self.french and day.day == 1 else str(day.day)

    def _unit(self, hours: float) -> "_Unit":
        return _HOURS if hours <= TWO_DAYS else _DAYS

    def _time(self, hours: float, unit: "_Unit") -> str:
        return self.number(hours / unit.hours, 0 if hours >= 10 * unit.hours or not hours else 1)

    @property
    def _sign(self) -> str:
        return f"{NO_BREAK}%" if self.french else "%"

    def _percents(self, share: float) -> str:
        near = 0 < share < 0.01 or 0.99 < share < 1
        return self.number(100 * share, 1 if near else 0)

    def _detail(self, cell: Cell) -> str:
        parts = []
        if cell.count is not None and cell.of is not None:
            parts.append(f"{self.number(cell.count)}/{self.number(cell.of)}")
        elif cell.of is not None:
            parts.append(f"n{NO_BREAK}={NO_BREAK}{self.number(cell.of)}")
        if cell.low is not None and cell.high is not None:
            parts.append(self.interval(cell.low, cell.high, cell.kind, cell.decimals))
        return " · ".join(parts)

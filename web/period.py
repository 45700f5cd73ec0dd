"""Which week, month, quarter or year does an address ask for, and how does one get to another?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from supervision.period import Period, PeriodKind

USUAL = PeriodKind.QUARTER
EARLIEST = date(2000, 1, 1)
SHOWN: dict[PeriodKind, int] = {
    PeriodKind.WEEK: 8,
    PeriodKind.MONTH: 8,
    PeriodKind.QUARTER: 8,
    PeriodKind.YEAR: 5,
}
"""How many periods a trend shows, the chosen one last."""

KINDS: dict[PeriodKind, str | Promise] = {
    PeriodKind.WEEK: _("Week"),
    PeriodKind.MONTH: _("Month"),
    PeriodKind.QUARTER: _("Quarter"),
    PeriodKind.YEAR: _("Year"),
}


@dataclass(frozen=True)
class Way:
    """A link of the chooser: what it says, where it leads, whether one is there."""

    words: str | Promise
    address: str
    here: bool = False


@dataclass(frozen=True)
class Chooser:
    """The period that is shown and the ways to others; there is no way into the future."""

    period: Period
    kinds: Sequence[Way]
    before: Way
    after: Way | None
    running: bool

    @property
    def words(self) -> str:
        """The name of the period."""
        return name_of(self.period)


def name_of(period: Period) -> str:
    """Name a period in the reader's language, with a capital letter."""
    words = period.label.say(get_language() or "en")
    return words[:1].upper() + words[1:]


def period_in(query: QueryDict, today: date) -> Period:
    """Return the period that an address asks for; the quarter of today where it asks for none that has begun."""
    try:
        return begun(query.get("period", ""), today)
    except ValueError:
        return Period.holding(USUAL, today)


def begun(code: str, today: date) -> Period:
    """Return the period of this code; ValueError where it is none, has not begun, or nothing is kept of it."""
    asked = Period.named(code)
    if not EARLIEST <= asked.first <= today:
        raise ValueError(f"a period between {EARLIEST.year} and today")
    return asked


def chooser(period: Period, query: QueryDict, today: date) -> Chooser:
    """Return the ways from a page of this period to the same page of others; the rest of the address stays."""

    def way(words: str | Promise, to: Period, *, here: bool = False) -> Way:
        asked = query.copy()
        asked["period"] = to.code
        return Way(words, f"?{asked.urlencode()}", here)

    within = min(period.last, today)
    kinds = [way(words, Period.holding(kind, within), here=kind is period.kind) for kind, words in KINDS.items()]
    before, after = period.previous(), period.following()
    return Chooser(
        period,
        kinds,
        way(name_of(before), before),
        way(name_of(after), after) if after.first <= today else None,
        running=today <= period.last,
    )


def up_to(period: Period) -> list[Period]:
    """Return the periods of a trend, oldest first, the one that is shown last."""
    found = [period]
    while len(found) < SHOWN[period.kind]:
        found.append(found[-1].previous())
    return found[::-1]

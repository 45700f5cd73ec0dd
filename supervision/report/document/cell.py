"""What is one value of a report, what was it counted from, and may it be told?"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from pipeline.text import Text
from supervision.figures import Mean, Share

Value = Text | str | int | float | date | datetime | None


class Kind(StrEnum):
    """What the value of a cell is, and so how it is printed."""

    TEXT = "text"
    COUNT = "count"
    NUMBER = "number"
    SHARE = "share"
    """0 to 1; printed as a percentage."""
    HOURS = "hours"
    """Printed in hours up to two days, then in days."""
    DATE = "date"
    MOMENT = "moment"


class Doubt(StrEnum):
    """Why a number is not printed as the others are."""

    NONE = ""
    FEW = "few"
    """Grey: too few cases to mean much."""
    SUPPRESSED = "suppressed"
    """Not told: so few that a patient could be recognised. The value itself is not in the cell."""
    PENDING = "pending"
    """Not known yet: what it is counted from is still open."""


@dataclass(frozen=True)
class Cell:
    """One value, with what it was counted from.

    value: None where there is nothing to tell. of: the denominator of a share, the number of values behind a mean.
    count: the numerator of a share that is a plain count. low, high: the interval, in the unit of the value.
    link: the page of the scans behind it, from the root of the site. decimals: of a NUMBER.
    """

    value: Value = None
    kind: Kind = Kind.TEXT
    of: int | None = None
    low: float | None = None
    high: float | None = None
    link: str = ""
    count: int | None = None
    doubt: Doubt = Doubt.NONE
    decimals: int = 1

    def __post_init__(self) -> None:
        """Refuse what no writer could print truly."""
        if self.doubt is Doubt.SUPPRESSED and not (
            self.value is self.count is self.of is self.low is self.high is None
        ):
            raise ValueError("a suppressed cell holds no number")
        if (self.low is None) != (self.high is None):
            raise ValueError("an interval has two ends")
        if self.kind is Kind.TEXT and not (self.value is None or isinstance(self.value, Text | str)):
            raise ValueError("a text cell holds a text")
        if self.kind is Kind.SHARE and self.value is not None and self.of is None and self.low is None:
            raise ValueError("no share without its denominator or its interval")

    @classmethod
    def text(cls, value: Text | str, link: str = "") -> "Cell":
        """Return words; a str is a name or a code, which is the same in both languages."""
        return cls(value, Kind.TEXT, link=link)

    @classmethod
    def number_of(cls, value: int | None, link: str = "") -> "Cell":
        """Return a count."""
        return cls(value, Kind.COUNT, link=link)

    @classmethod
    def share(cls, share: Share, link: str = "", *, few: int = 0) -> "Cell":
        """Return a share with its denominator and its Wilson interval; grey below `few` counted."""
        if share.value is None:
            return cls(None, Kind.SHARE, of=0, link=link)
        low, high = share.interval
        doubt = Doubt.FEW if share.total < few else Doubt.NONE
        return cls(share.value, Kind.SHARE, share.total, low, high, link, share.count, doubt)

    @classmethod
    def mean(cls, mean: Mean, link: str = "", *, decimals: int = 1) -> "Cell":
        """Return a mean with the number of values behind it."""
        return cls(mean.value, Kind.NUMBER, mean.total, link=link, decimals=decimals)

    @classmethod
    def suppressed(cls, kind: Kind = Kind.COUNT) -> "Cell":
        """Return what is printed where a number is so small that it must not leave."""
        return cls(None, kind, doubt=Doubt.SUPPRESSED)

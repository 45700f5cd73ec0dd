"""What do counts and times say, as numbers for a report?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from supervision.intervals import wilson


@dataclass(frozen=True)
class Share:
    """A count out of a total, never one without the other."""

    count: int
    total: int

    def __post_init__(self) -> None:
        """Refuse a part that is larger than the whole."""
        if not 0 <= self.count <= self.total:
            raise ValueError("the count must lie between 0 and the total")

    @property
    def value(self) -> float | None:
        """The share (0-1); None when nothing was counted."""
        return self.count / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson interval as shares (0-1)."""
        return wilson(self.count, self.total)


@dataclass(frozen=True)
class Estimate:
    """A share (0-1) that is no plain count: weighted, or with open cases; with its 95 % interval.

    total: how many things it was estimated from; where there are none, the value is None and the interval 0 to 1.
    """

    value: float | None
    low: float
    high: float
    total: int

    def __post_init__(self) -> None:
        """Refuse a value outside its interval, and one that comes from nothing."""
        if (self.value is None) != (self.total == 0):
            raise ValueError("an estimate needs at least one thing that was seen")
        if not 0 <= self.low <= (self.low if self.value is None else self.value) <= self.high <= 1:
            raise ValueError("an estimate lies within its interval, and that between 0 and 1")


NO_ESTIMATE = Estimate(None, 0.0, 1.0, 0)


@dataclass(frozen=True)
class Mean:
    """A mean and the number of values behind it."""

    value: float | None
    total: int

    def __post_init__(self) -> None:
        """Refuse a mean of nothing, and nothing as a mean of something."""
        if (self.value is None) != (self.total == 0):
            raise ValueError("a mean needs at least one value")


@dataclass(frozen=True)
class Ages:
    """How long what still waits has waited; None when nothing waits."""

    total: int
    median: timedelta | None
    oldest: timedelta | None


def ages(since: Iterable[datetime], now: datetime) -> Ages:
    """Return median and oldest age at `now`; a moment later than `now` counts as age 0."""
    waited = [max(timedelta(0), now - moment) for moment in since]
    if not waited:
        return Ages(0, None, None)
    return Ages(len(waited), timedelta(seconds=median(age.total_seconds() for age in waited)), max(waited))

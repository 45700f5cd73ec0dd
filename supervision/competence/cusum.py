"""Does somebody who was signed off fail more often than is usual?"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import log


@dataclass(frozen=True)
class Cusum:
    """The watch over who was signed off: failures in `p0` of the exams are usual, in `p1` too many.

    With the defaults one false alarm comes in 346 exams, a failure rate of 20 % is found in 42, one of 40 % in 13.
    Source: Page 1954, doi:10.1093/biomet/41.1-2.100; weights as Steiner 2000, doi:10.1093/biostatistics/1.4.441.
    """

    p0: float = 0.10
    p1: float = 0.20
    alarm: float = 2.5

    def __post_init__(self) -> None:
        """Refuse rates that cannot be told apart."""
        if not (0 < self.p0 < self.p1 < 1 and self.alarm > 0):
            raise ValueError("cusum: 0 < p0 < p1 < 1, and an alarm above 0")

    def weight(self, *, success: bool) -> float:
        """Return what one outcome adds."""
        return log((1 - self.p1) / (1 - self.p0)) if success else log(self.p1 / self.p0)

    def path(self, successes: Iterable[bool]) -> list[float]:
        """Return the sum after each of these outcomes, oldest first; it never falls below 0, and 0 follows an alarm."""
        total, found = 0.0, []
        for success in successes:
            total = self._next(0.0 if total >= self.alarm else total, success=success)
            found.append(total)
        return found

    def after(self, successes: Iterable[bool]) -> float:
        """Return the sum after these outcomes, of which none has been answered by an alarm."""
        total = 0.0
        for success in successes:
            total = self._next(total, success=success)
        return total

    def alarms(self, successes: Iterable[bool]) -> bool:
        """Tell whether the sum has reached the alarm with the last outcome."""
        return self.after(successes) >= self.alarm

    def _next(self, total: float, *, success: bool) -> float:
        return max(0.0, total + self.weight(success=success))

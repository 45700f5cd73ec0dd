"""Has a trainee shown competence, or may the good run be luck?

The LC-CUSUM supposes that the trainee fails too often, until a run of exams makes that hard to believe.
Source: Biau & Porcher 2010, doi:10.1002/sim.3947; Biau 2008, doi:10.1002/bjs.6056.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate
from math import log
from types import MappingProxyType

STEP = 0.01
HIGHEST = 40.0
EXACT_TO = 9
"""Decimals to which two ways to the same sum are the same."""


@dataclass(frozen=True)
class Question:
    """What the test tells apart. p_bad: a failure rate that is not competent; p_ok: one that is.

    false: at most this share (0-1) of trainees who fail p_bad may be called competent within `scans` exams.
    """

    p_bad: float = 0.25
    p_ok: float = 0.10
    false: float = 0.05
    scans: int = 100

    def __post_init__(self) -> None:
        """Refuse rates that cannot be told apart."""
        if not (0 < self.p_ok < self.p_bad < 1 and 0 < self.false < 1 and self.scans >= 1):
            raise ValueError("LC-CUSUM: 0 < p_ok < p_bad < 1, 0 < false < 1, at least one exam")

    def weight(self, *, success: bool) -> float:
        """Return what one outcome adds: the log of how much likelier it is with p_ok than with p_bad."""
        return log((1 - self.p_ok) / (1 - self.p_bad)) if success else log(self.p_ok / self.p_bad)


@dataclass(frozen=True)
class LcCusum:
    """A test: its question, and the limit at which the sum says that competence was shown."""

    question: Question
    limit: float

    def path(self, successes: Iterable[bool]) -> list[float]:
        """Return the sum after each of these outcomes, oldest first; it never falls below 0."""
        added = (self.question.weight(success=one) for one in successes)
        return list(accumulate(added, lambda total, more: max(0.0, total + more), initial=0.0))[1:]

    def crossed(self, successes: Iterable[bool]) -> int | None:
        """Return after how many of these outcomes the sum reached the limit first; None if it never did."""
        return next((number for number, total in enumerate(self.path(successes), 1) if total >= self.limit), None)


@cache
def lc_cusum(question: Question) -> LcCusum:
    """Return the test for a question, with the limit that is stored for it or, where none is, the one worked out."""
    stored = stored_limits().get(question)
    return LcCusum(question, stored.limit if stored else limit_for(question))


def limit_for(question: Question) -> float:
    """Return the smallest limit, in steps of .01, that keeps the promise of the question.

    Worked out without chance (`crossing`). A limit from 40,000 simulated courses, as in Biau 2008, wanders by .15
    between seeds; the simulation checks the limit instead.
    """
    low, high = 0, round(HIGHEST / STEP)
    while low < high:
        middle = (low + high) // 2
        if crossing(LcCusum(question, middle * STEP), question.p_bad)[-1] <= question.false:
            high = middle
        else:
            low = middle + 1
    return round(low * STEP, 2)


def crossing(test: LcCusum, failing: float) -> list[float]:
    """Return the probability that a trainee who fails this share has crossed, after 1, 2 … `scans` exams.

    The sum of two weights takes few values, so that its distribution can be followed exam by exam (the Markov chain of
    Brook & Evans 1972, doi:10.1093/biomet/59.3.539, without rounding to classes).
    """
    good, bad = test.question.weight(success=True), test.question.weight(success=False)
    still: dict[float, float] = {0.0: 1.0}
    crossed, found = 0.0, []
    for _ in range(test.question.scans):
        after: dict[float, float] = {}
        for total, share in still.items():
            for weight, chance in ((good, 1 - failing), (bad, failing)):
                there = round(max(0.0, total + weight), EXACT_TO)
                if there >= test.limit:
                    crossed += share * chance
                else:
                    after[there] = after.get(there, 0.0) + share * chance
        still = after
        found.append(crossed)
    return found


@dataclass(frozen=True)
class StoredLimit:
    """A limit that was worked out before, and what `runs` simulated trainees who fail p_bad made of it.

    false: their share that crossed, with this seed.
    """

    limit: float
    runs: int
    seed: int
    false: float


@cache
def stored_limits() -> Mapping[Question, StoredLimit]:
    """Return the limits that are kept as data, by their question."""
    table = tomllib.loads(files("supervision.competence").joinpath("limits.toml").read_text(encoding="utf-8"))
    return MappingProxyType(
        {
            Question(row["p_bad"], row["p_ok"], row["false"], row["scans"]): StoredLimit(
                row["limit"], row["runs"], row["seed"], row["simulated"]
            )
            for row in table["limits"]
        }
    )

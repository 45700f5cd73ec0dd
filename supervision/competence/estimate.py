"""Which share of a trainee's exams succeeds now, and how sure are we?

A trainee's exams are drawn from a share that changes while they learn: each exam counts a little less than the one
after it. That is a Beta-Binomial whose past is discounted (Smith 1979, doi:10.1111/j.2517-6161.1979.tb01092.x), from
the prior of Jeffreys (1946, doi:10.1098/rspa.1946.0056), which is worth one exam.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv

Floats = NDArray[np.float64]

REMEMBERED = 0.97
"""What is left of an exam's weight after the next one: 33 exams count as many in the long run. ESTIMATE."""
PRIOR = 0.5
CREDIBLE = 0.90


@dataclass(frozen=True)
class Estimate:
    """What is known of the share of successes: a Beta distribution. exams: how many it is worth, beside the prior."""

    successes: float
    failures: float

    @property
    def exams(self) -> float:
        """How many exams it is worth."""
        return self.successes + self.failures

    @property
    def mean(self) -> float:
        """The expected share (0-1)."""
        return (self.successes + PRIOR) / (self.exams + 2 * PRIOR)

    @property
    def interval(self) -> tuple[float, float]:
        """The 90 % credible interval, as much left out below as above."""
        tails = np.array([(1 - CREDIBLE) / 2, (1 + CREDIBLE) / 2])
        low, high = betaincinv(self.successes + PRIOR, self.failures + PRIOR, tails)
        return float(low), float(high)

    def reaches(self, target: float) -> float:
        """Return the probability (0-1) that the share is at least `target` (0-1)."""
        return float(1 - betainc(self.successes + PRIOR, self.failures + PRIOR, target))


def estimates(outcomes: Sequence[bool], inclusion: Sequence[float] | None = None) -> list[Estimate]:
    """Return what is known after each of these outcomes, oldest first.

    inclusion: the probability with which each exam was chosen to be read (0-1], all 1 where it is left out. An exam
    that stands for several counts for them in the share, and makes the whole worth fewer exams (Kish 1965, Survey
    Sampling).
    """
    if inclusion is not None and len(inclusion) != len(outcomes):
        raise ValueError("each outcome has one probability of inclusion")
    found = []
    successes = all_of_them = squares = 0.0
    for number, success in enumerate(outcomes):
        weight = 1.0 if inclusion is None else 1.0 / inclusion[number]
        successes = REMEMBERED * successes + weight * success
        all_of_them = REMEMBERED * all_of_them + weight
        squares = REMEMBERED * squares + weight * weight
        worth = all_of_them**2 / squares
        share = min(1.0, successes / all_of_them)
        found.append(Estimate(worth * share, worth * (1 - share)))
    return found


def intervals_of(known: Sequence[Estimate]) -> Floats:
    """Return the 90 % credible intervals of many estimates at once, as rows of low and high."""
    if not known:
        return np.empty((0, 2))
    a = np.array([one.successes for one in known]) + PRIOR
    b = np.array([one.failures for one in known]) + PRIOR
    tails = ((1 - CREDIBLE) / 2, (1 + CREDIBLE) / 2)
    return np.column_stack([betaincinv(a, b, tail) for tail in tails])

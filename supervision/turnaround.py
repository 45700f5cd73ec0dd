"""How long does it take until feedback comes, when some still wait?

What is still open is censored at its age, not left out: left out, a queue that stands still would look fast.
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from supervision.figures import NO_ESTIMATE, Estimate
from supervision.intervals import score_interval

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Turnaround:
    """The times to feedback of `total` exams, `answered` of which have it.

    median, p90: by when half and nine of ten have feedback; None as long as so many have not. within: the share that
    has it within its own clock.
    """

    total: int
    answered: int
    median: timedelta | None
    p90: timedelta | None
    within: Estimate


@dataclass(frozen=True)
class Survival:
    """The share (0-1) that still waits after each of `times` (ascending, each with an answer), and its variance."""

    times: Floats
    waiting: Floats
    variance: Floats


def turnaround(taken: Floats, clocks: Floats, answered: NDArray[np.bool_]) -> Turnaround:
    """Return how long feedback takes, from a number for each exam, times in seconds.

    taken: from its arrival to feedback, or until the cut-off where it is still open. clocks: within which feedback was
    promised. ValueError for a wait below 0 or a clock that is not above 0.
    """
    if (taken < 0).any() or (clocks <= 0).any():
        raise ValueError("nobody waits less than no time, and a clock gives some")
    curve = survival(taken, answered)
    within = _within(taken / clocks, answered)
    return Turnaround(len(taken), int(answered.sum()), _until(curve, 0.5), _until(curve, 0.1), within)


def survival(taken: Floats, answered: NDArray[np.bool_]) -> Survival:
    """Return the estimate of Kaplan & Meier 1958 (doi:10.1080/01621459.1958.10501452) with Greenwood's variance.

    Where one is answered and another leaves sight at the same time, the answer came first.
    """
    times, answers = np.unique(taken[answered], return_counts=True)
    exposed = len(taken) - np.searchsorted(np.sort(taken), times, side="left")
    waiting: Floats = np.cumprod(1 - answers / exposed, dtype=np.float64)
    left = exposed - answers
    hazard = np.divide(answers, exposed * left, out=np.zeros(len(times)), where=left > 0)
    return Survival(times, waiting, waiting**2 * np.cumsum(hazard))


def _until(curve: Survival, share: float) -> timedelta | None:
    """Return the first time at which at most `share` still waits."""
    reached = np.flatnonzero(curve.waiting <= share + 1e-12)
    return timedelta(seconds=float(curve.times[reached[0]])) if reached.size else None


def _within(clocks_taken: Floats, answered: NDArray[np.bool_]) -> Estimate:
    """Return the share that was answered after at most one clock; no estimate where nobody was seen so long."""
    told = int((answered | (clocks_taken >= 1)).sum())
    if not told:
        return NO_ESTIMATE
    curve = survival(clocks_taken, answered)
    steps = int(np.searchsorted(curve.times, 1.0, side="right"))
    waiting, variance = (float(curve.waiting[steps - 1]), float(curve.variance[steps - 1])) if steps else (1.0, 0.0)
    share = min(1.0, max(0.0, 1 - waiting))
    # without variance all outcomes are the same, and only those that were seen to the end bear on them
    size = share * (1 - share) / variance if variance > 0 else told
    return Estimate(share, *score_interval(share, size), len(clocks_taken))

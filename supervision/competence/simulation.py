"""How do the tests behave on trainees of whom it is known how often they fail?"""

import numpy as np
from numpy.typing import NDArray

from supervision.competence.cusum import Cusum
from supervision.competence.lc_cusum import LcCusum

Whole = NDArray[np.int64]


def crossings(test: LcCusum, failing: float, *, runs: int, seed: int) -> Whole:
    """Return after how many exams each of `runs` simulated trainees crossed; 0 for who did not within `scans`."""
    chance = np.random.default_rng(seed)
    good, bad = test.question.weight(success=True), test.question.weight(success=False)
    total, when = np.zeros(runs), np.zeros(runs, np.int64)
    for number in range(1, test.question.scans + 1):
        total = np.maximum(0.0, total + np.where(chance.random(runs) < failing, bad, good))
        when = np.where((when == 0) & (total >= test.limit), number, when)
    return when


def run_lengths(watch: Cusum, failing: float, *, runs: int, seed: int) -> Whole:
    """Return after how many exams each of `runs` simulated people who fail this share sets off the alarm."""
    chance = np.random.default_rng(seed)
    good, bad = watch.weight(success=True), watch.weight(success=False)
    lengths, total, running = np.zeros(runs, np.int64), np.zeros(runs), np.arange(runs)
    while running.size:
        lengths[running] += 1
        total = np.maximum(0.0, total + np.where(chance.random(running.size) < failing, bad, good))
        still = total < watch.alarm
        total, running = total[still], running[still]
    return lengths

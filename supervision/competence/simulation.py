"""How do the tests behave on trainees of whom it is known how often they fail?"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

from supervision.competence.curves import question_of
from supervision.competence.cusum import Cusum
from supervision.competence.estimate import PRIOR, REMEMBERED
from supervision.competence.lc_cusum import LcCusum, lc_cusum
from supervision.standards import Certain, Learned, Standard

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


def sign_offs(outcomes: NDArray[np.bool_], standard: Standard, volume: int) -> Whole:
    """Return after how many exams the numbers of a standard first allow sign-off, by trainee; 0 where they never do.

    outcomes: successes, trainees by exams, oldest first. Only what can be told from successes is asked: the volume,
    the LC-CUSUM and the probability.
    """
    trainees, exams = outcomes.shape
    learned, certain = standard.asks(Learned), standard.asks(Certain)
    test = lc_cusum(question_of(standard))
    good, bad = test.question.weight(success=True), test.question.weight(success=False)
    total, successes, worth = np.zeros(trainees), np.zeros(trainees), 0.0
    crossed, when = np.full(trainees, learned is None), np.zeros(trainees, np.int64)
    for number in range(1, exams + 1):
        told = outcomes[:, number - 1]
        total = np.maximum(0.0, total + np.where(told, good, bad))
        crossed |= total >= test.limit
        successes, worth = REMEMBERED * successes + told, REMEMBERED * worth + 1
        met = crossed & (number >= volume)
        if certain is not None:
            short = betainc(successes + PRIOR, worth - successes + PRIOR, certain.target)
            met &= 1 - short >= certain.probability
        when = np.where((when == 0) & met, number, when)
    return when

"""What do the other trainees of a programme tell about one of whom little is known?

Each trainee's share of successes is drawn from one distribution, which all of them together teach. Who has few exams is
drawn towards the others, who has many hardly. It is for deciding whom to help; nobody is signed off by it, because
the company somebody keeps is no evidence of theirs.
Source: Gelman 2013, Bayesian Data Analysis, 3rd ed., section 5.3.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln

from supervision.competence.estimate import CREDIBLE, Estimate

Floats = NDArray[np.float64]

MEANS = (np.arange(60) + 0.5) / 60
WORTHS = np.geomspace(1.0, 300.0, 36)
SHARES = (np.arange(800) + 0.5) / 800


@dataclass(frozen=True)
class Pooled:
    """What is known of one trainee in the light of the others: expected share, 90 % credible interval (0-1).

    target: the probability that the share is at least the target that was asked for. own: the weight of the trainee's
    own exams in the mean (0-1).
    """

    mean: float
    low: float
    high: float
    target: float
    own: float


@dataclass(frozen=True)
class Peers:
    """The trainees of a programme: the mean share, and of how many exams the pool is worth to each of them."""

    mean: float
    worth: float
    trainees: tuple[Pooled, ...]


def pooled(known: Sequence[Estimate], target: float) -> Peers | None:
    """Return each trainee in the light of all; None for fewer than two, who have no peers.

    The two numbers of the common distribution are averaged over what they may be, not fixed at their best values:
    with a handful of trainees the best value would say that all are alike.
    """
    if len(known) < 2:
        return None
    successes = np.array([[one.successes] for one in known])
    failures = np.array([[one.failures] for one in known])
    mean, worth = (one.ravel() for one in np.meshgrid(MEANS, WORTHS, indexing="ij"))
    a, b = mean * worth, (1 - mean) * worth
    # p(a, b) ~ (a + b)^-5/2; on the grid of mean and log worth that is worth^-1/2
    each = betaln(a + successes, b + failures) - betaln(a, b)
    log_weight = each.sum(axis=0) - 0.5 * np.log(worth)
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    prior = np.exp(np.outer(a - 1, np.log(SHARES)) + np.outer(b - 1, np.log1p(-SHARES)) - betaln(a, b)[:, None])
    likelihood = np.exp(successes * np.log(SHARES) + failures * np.log1p(-SHARES))
    density = likelihood * ((weight * np.exp(-each)) @ prior)
    density /= density.sum(axis=1, keepdims=True)
    pool = float(weight @ worth)
    return Peers(
        float(weight @ mean),
        pool,
        tuple(
            _told(row, target, float(one.exams / (one.exams + worth) @ weight))
            for row, one in zip(density, known, strict=True)
        ),
    )


def _told(density: Floats, target: float, own: float) -> Pooled:
    below = density.cumsum()
    low, high = (float(np.interp(tail, below, SHARES)) for tail in ((1 - CREDIBLE) / 2, (1 + CREDIBLE) / 2))
    return Pooled(float(density @ SHARES), low, high, float(density[target <= SHARES].sum()), own)

"""What do the other trainees of a programme tell about one of whom little is known?

Each trainee's share of successes is drawn from one distribution, which all of them together teach. Who has few exams is
drawn towards the others, who has many hardly. It is for deciding whom to help; nobody is signed off by it, because
the company somebody keeps is no evidence of theirs.
Source: Gelman 2013, Bayesian Data Analysis, 3rd ed., section 5.3.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln

from supervision.competence.estimate import CREDIBLE, Estimate

Floats = NDArray[np.float64]

MEANS = (np.arange(48) + 0.5) / 48
WORTHS = np.geomspace(1.0, 300.0, 24)
SHARES = (np.arange(500) + 0.5) / 500


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
    a, b, log_prior = _prior()
    # p(a, b) ~ (a + b)^-5/2; on the grid of mean and log worth that is worth^-1/2
    each = betaln(a + successes, b + failures) - betaln(a, b)
    log_weight = each.sum(axis=0) - 0.5 * np.log(a + b)
    weight = _scaled(log_weight)
    weight /= weight.sum()
    worth = a + b
    density = _scaled(successes * np.log(SHARES) + failures * np.log1p(-SHARES))
    density *= _scaled(log_weight - each) @ np.exp(log_prior)
    density /= density.sum(axis=1, keepdims=True)
    return Peers(
        float(weight @ (a / worth)),
        float(weight @ worth),
        tuple(
            _told(row, target, float(one.exams / (one.exams + worth) @ weight))
            for row, one in zip(density, known, strict=True)
        ),
    )


@cache
def _prior() -> tuple[Floats, Floats, Floats]:
    """Return both numbers of each Beta distribution of the grid, and the logarithm of its density over SHARES."""
    mean, worth = (one.ravel() for one in np.meshgrid(MEANS, WORTHS, indexing="ij"))
    a, b = mean * worth, (1 - mean) * worth
    density = np.outer(a - 1, np.log(SHARES)) + np.outer(b - 1, np.log1p(-SHARES)) - betaln(a, b)[:, None]
    return a, b, density


def _scaled(logarithm: Floats) -> Floats:
    """Return what these are logarithms of, the largest of each row as 1."""
    return np.asarray(np.exp(logarithm - logarithm.max(axis=-1, keepdims=True)), float)


def _told(density: Floats, target: float, own: float) -> Pooled:
    below = density.cumsum()
    low, high = (float(np.interp(tail, below, SHARES)) for tail in ((1 - CREDIBLE) / 2, (1 + CREDIBLE) / 2))
    return Pooled(float(density @ SHARES), low, high, float(density[target <= SHARES].sum()), own)

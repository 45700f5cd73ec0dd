"""Did a training visit change anything, beyond what practice alone would have?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from supervision.competence.course import Course
from supervision.competence.curves import Measure
from supervision.figures import Share
from supervision.intervals import wilson

Floats = NDArray[np.float64]

NEAR = 20
"""So many exams on either side of a visit are compared. ESTIMATE."""
FEWEST = 10
"""Exams on either side, over all courses, without which practice cannot be told from the visit. ESTIMATE."""
ROUNDS, CLOSE_ENOUGH, LONGEST_STEP = 100, 1e-8, 2.0
DRAWS, SEED, TAIL = 1000, 20261123, 0.025


@dataclass(frozen=True)
class Change:
    """A difference of shares with its 95 % interval (-1 to 1)."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Effect:
    """What changed at a visit, over all courses that it concerns.

    before, after: successes among the last exams before it and the first after it, of courses with both (courses: how
    many). difference: after minus before; None without exams. beyond: what of it practice alone does not explain; None
    where the exams are too few to tell.
    """

    before: Share
    after: Share
    courses: int
    difference: Change | None
    beyond: Change | None


def effect(courses: Sequence[Course], at: datetime, measure: Measure = Measure.SUCCESS) -> Effect:
    """Return what changed at a visit that ended `at`.

    A visit that was called because things went badly is followed by better exams even when it does nothing; the
    trend takes away practice, not that.
    """
    sides = [_sides(course, at, measure) for course in courses]
    both = [(before, after) for before, after in sides if before and after]
    earlier, later = (
        Share(sum(sum(side[which]) for side in both), sum(len(side[which]) for side in both)) for which in (0, 1)
    )
    difference = _difference(earlier, later) if both else None
    enough = min(earlier.total, later.total) >= FEWEST
    return Effect(earlier, later, len(both), difference, _beyond(both) if enough else None)


def _sides(course: Course, at: datetime, measure: Measure) -> tuple[list[bool], list[bool]]:
    told = [(one.at, outcome) for one in course.results if (outcome := measure.of(one)) is not None]
    before = [outcome for when, outcome in told if when < at]
    return before[-NEAR:], [outcome for when, outcome in told if when >= at][:NEAR]


def _difference(before: Share, after: Share) -> Change:
    """Return after minus before with the interval from both Wilson intervals.

    Source: Newcombe 1998, method 10, doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I.
    """
    one, other = before.count / before.total, after.count / after.total
    (low_one, high_one), (low_other, high_other) = (wilson(side.count, side.total) for side in (before, after))
    below = np.hypot(other - low_other, high_one - one)
    above = np.hypot(high_other - other, one - low_one)
    return Change(other - one, float(other - one - below), float(other - one + above))


def _beyond(sides: Sequence[tuple[list[bool], list[bool]]]) -> Change | None:
    """Return by how much the visit raised success in the exams after it, the trend of practice taken away.

    An interrupted series (Wagner 2002, doi:10.1046/j.1365-2710.2002.00430.x): a level of each course, one trend per
    exam on the scale of log odds, and a step at the visit; fitted with the penalty of Firth (1993,
    doi:10.1093/biomet/80.1.27), which keeps a side without failures finite. The interval is from coefficients drawn
    around those found (King 2000, doi:10.2307/2669316): with 20 exams it covers where the delta method falls short.
    """
    rows, outcomes = [], []
    for place, (before, after) in enumerate(sides):
        for number, outcome in enumerate([*before, *after], -len(before)):
            level = [float(place == other) for other in range(len(sides))]
            rows.append([*level, (number + 0.5) / NEAR, float(number >= 0)])
            outcomes.append(outcome)
    design, told = np.array(rows), np.array(outcomes, float)
    fitted = firth(design, told)
    if fitted is None:
        return None
    found, spread = fitted
    later = design[design[:, -1] == 1]
    without = later.copy()
    without[:, -1] = 0.0
    drawn = np.random.default_rng(SEED).multivariate_normal(found, spread, DRAWS).T
    value, values = ((_chance(later @ one) - _chance(without @ one)).mean(axis=0) for one in (found, drawn))
    low, high = np.quantile(values, (TAIL, 1 - TAIL))
    return Change(float(value), float(low), float(high))


def firth(design: Floats, outcomes: Floats) -> tuple[Floats, Floats] | None:
    """Return coefficients of a logistic regression and their covariance, penalised by Jeffreys' prior; None in vain.

    Source: Firth 1993, doi:10.1093/biomet/80.1.27; Heinze & Schemper 2002, doi:10.1002/sim.1047.
    """
    found = np.zeros(design.shape[1])
    for _ in range(ROUNDS):
        chance = _chance(design @ found)
        weight = chance * (1 - chance)
        spread = np.asarray(np.linalg.pinv(design.T @ (design * weight[:, None])), float)
        leverage = weight * np.einsum("ij,jk,ik->i", design, spread, design)
        step = spread @ (design.T @ (outcomes - chance + leverage * (0.5 - chance)))
        found = found + step * min(1.0, LONGEST_STEP / max(float(np.abs(step).max()), 1e-12))
        if float(np.abs(step).max()) < CLOSE_ENOUGH:
            return found, spread
    return None


def _chance(odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-odds)), float)

"""What do the coefficients of agreement say of ratings 1 to 5, and how sure are they?

Weights are quadratic (Fleiss & Cohen 1973, doi:10.1177/001316447303300309): the same rating counts 1, the two ends of
the scale 0. Intervals of kappa and AC2 are those of Gwet 2014, Handbook of Inter-Rater Reliability, 4th ed., chapter 5:
exams are drawn from many, readers are as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.stats import f as fisher
from scipy.stats import t as student

LOWEST, HIGHEST = 1, 5
NUMBER = HIGHEST - LOWEST + 1
SURE = 0.975

Pair = tuple[int, int]
"""One reader's overall rating of an exam, and the rating it is compared with; both 1 to 5."""

Floats = NDArray[np.float64]
_SCALE = np.arange(NUMBER)
WEIGHTS: Floats = 1 - ((_SCALE[:, None] - _SCALE[None, :]) / (NUMBER - 1)) ** 2


@dataclass(frozen=True)
class Coefficient:
    """A coefficient of agreement, at most 1, and its 95 % interval; 0 is chance alone.

    Of few exams that disagree more than by chance it may be below -1.
    """

    value: float
    low: float
    high: float


def quadratic_kappa(pairs: Sequence[Pair]) -> Coefficient | None:
    """Return Cohen's kappa; None without pairs, or where both always gave the same rating.

    Source: Cohen 1968, doi:10.1037/h0026256.
    """
    if not pairs:
        return None
    own, other = (np.eye(NUMBER)[_places([pair[side] for pair in pairs])] for side in (0, 1))
    weighed = own @ WEIGHTS
    chance = (weighed @ other.mean(axis=0) + other @ WEIGHTS @ own.mean(axis=0)) / 2
    return _beyond_chance((weighed * other).sum(axis=1), chance)


def fleiss_kappa(exams: Sequence[Sequence[int]]) -> Coefficient | None:
    """Return the kappa of exams that were each rated by any two or more readers; None where it is not defined.

    Source: Fleiss 1971, doi:10.1037/h0031619, with weights and any number of readers as Gwet 2014, chapter 3.
    """
    if not exams:
        return None
    shares, observed = _told(exams)
    return _beyond_chance(observed, shares @ WEIGHTS @ shares.mean(axis=0))


def gwet_ac2(exams: Sequence[Sequence[int]]) -> Coefficient | None:
    """Return Gwet's AC2 of exams that were each rated by any two or more readers; None without exams.

    Source: Gwet 2008, doi:10.1348/000711006X126600 (AC1); with weights: Gwet 2014, chapter 3.
    """
    if not exams:
        return None
    shares, observed = _told(exams)
    return _beyond_chance(observed, WEIGHTS.sum() / (NUMBER * (NUMBER - 1)) * (shares @ (1 - shares.mean(axis=0))))


def icc_agreement(exams: Sequence[Sequence[float]]) -> Coefficient | None:
    """Return ICC(A,1), the agreement of single ratings of the same readers, where a difference in level counts.

    None below two exams, or where all ratings are the same.
    Source: McGraw & Wong 1996, doi:10.1037/1082-989X.1.1.30, table 4, case 2.
    """
    if len(exams) < 2:
        return None
    table = np.array(exams, np.float64)
    n, k = table.shape
    means, levels, whole = table.mean(axis=1), table.mean(axis=0), table.mean()
    rows = k * ((means - whole) ** 2).sum() / (n - 1)
    columns = n * ((levels - whole) ** 2).sum() / (k - 1)
    rest = ((table - means[:, None] - levels[None, :] + whole) ** 2).sum() / ((n - 1) * (k - 1))
    spread = rows + (k - 1) * rest + k / n * (columns - rest)
    if spread <= 0:
        return None
    icc = float((rows - rest) / spread)
    share, others = k * icc, n * (1 + (k - 1) * icc) - k * icc
    scatter = (share * columns) ** 2 / (k - 1) + (others * rest) ** 2 / ((n - 1) * (k - 1))
    if scatter <= 0:  # nothing is left to be unsure of
        return Coefficient(icc, icc, icc)
    freedom = (share * columns + others * rest) ** 2 / scatter
    less, more = fisher.ppf(SURE, n - 1, freedom), fisher.ppf(SURE, freedom, n - 1)
    if not np.isfinite([less, more]).all():  # without degrees of freedom nothing is known of it
        return _from_to(icc, -1.0, 1.0)
    across = k * columns + (k * n - k - n) * rest
    low = n * (rows - less * rest) / (less * across + n * rows)
    high = n * (more * rows - rest) / (across + n * more * rows)
    return _from_to(icc, float(low), float(high))


def icc_one_way(exams: Sequence[Sequence[float]]) -> Coefficient | None:
    """Return ICC(1), the agreement of single ratings by whichever readers; None where it is not defined.

    Exams may have two or more ratings each, not all as many (Donner 1986, doi:10.2307/1403259); intervals as McGraw &
    Wong 1996, table 4, case 1, with the mean number of ratings.
    """
    many = np.array([len(one) for one in exams], np.float64)
    if len(many) < 2 or (many < 2).any():
        return None
    means = np.array([np.mean(one) for one in exams])
    total = many.sum()
    whole = (many * means).sum() / total
    within = sum(float(((np.array(one) - mean) ** 2).sum()) for one, mean in zip(exams, means, strict=True))
    rows, rest = float((many * (means - whole) ** 2).sum()) / (len(many) - 1), within / (total - len(many))
    each = (total - (many**2).sum() / total) / (len(many) - 1)
    if rows == 0 and rest == 0:
        return None
    icc = float((rows - rest) / (rows + (each - 1) * rest))
    if rest == 0:
        return Coefficient(1.0, 1.0, 1.0)
    ratio, above, below = rows / rest, len(many) - 1, total - len(many)
    low, high = ratio / fisher.ppf(SURE, above, below), ratio * fisher.ppf(SURE, below, above)
    return Coefficient(icc, float((low - 1) / (low + each - 1)), float((high - 1) / (high + each - 1)))


def _told(exams: Sequence[Sequence[int]]) -> tuple[Floats, Floats]:
    """Return which share of its readers gave an exam each rating, and how far those of each exam agree."""
    many = np.array([len(one) for one in exams])
    if (many < 2).any():
        raise ValueError("an exam that was rated once agrees with nothing")
    counts = np.zeros((len(exams), NUMBER))
    np.add.at(counts, (np.repeat(np.arange(len(exams)), many), _places([one for exam in exams for one in exam])), 1)
    agreeing = (counts * (counts @ WEIGHTS - 1)).sum(axis=1) / (many * (many - 1))
    return counts / many[:, None], agreeing


def _beyond_chance(observed: Floats, chance: Floats) -> Coefficient | None:
    """Return what of the agreement of each exam goes beyond what each would have by chance."""
    number, expected = len(observed), float(chance.mean())
    if expected >= 1 - 1e-12:
        return None
    value = (float(observed.mean()) - expected) / (1 - expected)
    if number < 2:
        return _from_to(value, -1.0, 1.0)
    each = (observed - expected) / (1 - expected) - 2 * (1 - value) * (chance - expected) / (1 - expected)
    margin = float(student.ppf(SURE, number - 1)) * sqrt(float(((each - value) ** 2).sum()) / (number * (number - 1)))
    return _from_to(value, value - margin, value + margin)


def _from_to(value: float, low: float, high: float) -> Coefficient:
    """Return a coefficient whose interval ends at -1 and 1; at itself where few exams brought it beyond."""
    return Coefficient(value, min(value, max(-1.0, low)), max(value, min(1.0, high)))


def _places(ratings: Sequence[int]) -> NDArray[np.int64]:
    places = np.array(ratings, np.int64) - LOWEST
    if ((places < 0) | (places >= NUMBER)).any():
        raise ValueError("a rating is a whole number from 1 to 5")
    return places

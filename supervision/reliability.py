"""How far do a reader's ratings agree with those of others?

Two coefficients stand side by side, and neither ranks anybody: with the same noise in the readings, kappa falls as more
and more exams are good (Feinstein & Cicchetti 1990, doi:10.1016/0895-4356(90)90158-L), AC2 hardly moves.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from supervision.intervals import wilson

LOWEST, HIGHEST = 1, 5
CATEGORIES = range(LOWEST, HIGHEST + 1)

Pair = tuple[int, int]
"""The reader's overall rating of an exam, and the rating it is compared with; both 1 to 5."""


@dataclass(frozen=True)
class Reliability:
    """What `pairs` readings say of a reader.

    severity: mean of own minus other, below 0 for who is stricter. within_one: how many differ by at most 1. kappa and
    ac2 are at most 1; None where they are not defined.
    """

    pairs: int
    severity: float | None
    within_one: int
    kappa: float | None
    ac2: float | None

    @property
    def agreement(self) -> tuple[float, float]:
        """The Wilson 95 % interval of the share that differs by at most 1."""
        return wilson(self.within_one, self.pairs)


def reliability(pairs: Sequence[Pair]) -> Reliability:
    """Return what these pairs say of the reader; ValueError for a rating that is none."""
    if not all(one in CATEGORIES for pair in pairs for one in pair):
        raise ValueError("a rating is a whole number from 1 to 5")
    severity = fmean(own - other for own, other in pairs) if pairs else None
    within_one = sum(abs(own - other) <= 1 for own, other in pairs)
    return Reliability(len(pairs), severity, within_one, quadratic_kappa(pairs), gwet_ac2(pairs))


def quadratic_kappa(pairs: Sequence[Pair]) -> float | None:
    """Return Cohen's kappa with quadratic weights; None without pairs, or where both always gave the same rating.

    Source: Cohen 1968, doi:10.1037/h0026256; weights of Fleiss & Cohen 1973, doi:10.1177/001316447303300309.
    """
    if not pairs:
        return None
    own, other = (_shares([pair[side] for pair in pairs]) for side in (0, 1))
    expected = sum(_weight(a, b) * own[a] * other[b] for a in CATEGORIES for b in CATEGORIES)
    return _beyond_chance(pairs, expected)


def gwet_ac2(pairs: Sequence[Pair]) -> float | None:
    """Return Gwet's AC2 with quadratic weights; None without pairs.

    Source: Gwet 2008, doi:10.1348/000711006X126600 (AC1); with weights: Gwet, Handbook of Inter-Rater Reliability,
    4th ed. 2014, chapter 3.
    """
    if not pairs:
        return None
    both = _shares([rating for pair in pairs for rating in pair])
    number = len(CATEGORIES)
    weights = sum(_weight(a, b) for a in CATEGORIES for b in CATEGORIES)
    expected = weights / (number * (number - 1)) * sum(share * (1 - share) for share in both.values())
    return _beyond_chance(pairs, expected)


def _beyond_chance(pairs: Sequence[Pair], expected: float) -> float | None:
    observed = fmean(_weight(own, other) for own, other in pairs)
    return None if expected >= 1 else (observed - expected) / (1 - expected)


def _shares(ratings: Sequence[int]) -> dict[int, float]:
    counts = Counter(ratings)
    return {category: counts[category] / len(ratings) for category in CATEGORIES}


def _weight(one: int, other: int) -> float:
    """Return 1 for the same rating, 0 for the two ends of the scale."""
    return 1 - ((one - other) / (HIGHEST - LOWEST)) ** 2

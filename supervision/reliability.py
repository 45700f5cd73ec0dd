"""How far do a reader's ratings agree with those of others, and how far do readers agree among themselves?

Two coefficients stand side by side, and neither ranks anybody: with the same noise in the readings, kappa falls as more
and more exams are good (Feinstein & Cicchetti 1990, doi:10.1016/0895-4356(90)90158-L), AC2 hardly moves.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean

from supervision.coefficients import (
    Coefficient,
    Pair,
    fleiss_kappa,
    gwet_ac2,
    icc_agreement,
    icc_one_way,
    quadratic_kappa,
)
from supervision.figures import Share


@dataclass(frozen=True)
class Reliability:
    """What `pairs` readings say of a reader.

    severity: mean of own minus other, below 0 for who is stricter. within_one: how many differ by at most 1. kappa, ac2
    and icc are at most 1; None where they are not defined.
    """

    pairs: int
    severity: float | None
    within_one: Share
    kappa: Coefficient | None
    ac2: Coefficient | None
    icc: Coefficient | None


@dataclass(frozen=True)
class Agreement:
    """How far the readers of `exams` exams agree, each read by two or more of them, whoever they were.

    within_one: of all pairs of readings of the same exam, how many differ by at most 1.
    """

    exams: int
    within_one: Share
    kappa: Coefficient | None
    ac2: Coefficient | None
    icc: Coefficient | None


def reliability(pairs: Sequence[Pair]) -> Reliability:
    """Return what these pairs say of the reader; ValueError for a rating that is none."""
    severity = fmean(own - other for own, other in pairs) if pairs else None
    return Reliability(
        len(pairs), severity, _near(pairs), quadratic_kappa(pairs), gwet_ac2(pairs), icc_agreement(pairs)
    )


def agreement(exams: Iterable[Sequence[int]]) -> Agreement:
    """Return how far the ratings of each exam agree; exams with fewer than two say nothing.

    ValueError for a rating that is none.
    """
    told = [exam for exam in exams if len(exam) > 1]
    near = _near([pair for exam in told for pair in combinations(exam, 2)])
    return Agreement(len(told), near, fleiss_kappa(told), gwet_ac2(told), icc_one_way(told))


def _near(pairs: Sequence[Pair]) -> Share:
    return Share(sum(abs(own - other) <= 1 for own, other in pairs), len(pairs))

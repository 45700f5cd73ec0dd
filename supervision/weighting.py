"""What is the rate among all exams, where only some of them were drawn to be read?"""

from collections.abc import Iterable
from math import fsum

from supervision.figures import NO_ESTIMATE, Estimate
from supervision.intervals import score_interval


def weighted_rate(read: Iterable[tuple[bool, float]]) -> Estimate:
    """Return the rate among all exams, from those that were read, each with the probability with which it was drawn.

    Each counts 1/probability times (Hájek 1971, the ratio form of Horvitz & Thompson 1952,
    doi:10.1080/01621459.1952.10483446). The variance is that of the ratio for exams drawn one by one, chance in who was
    scanned included: where all were read, the interval is the one that Wilson gives for the plain count. Where
    all outcomes are the same, the effective size is that of Kish 1965. ValueError unless 0 < probability <= 1.
    """
    outcomes = list(read)
    if not outcomes:
        return NO_ESTIMATE
    if not all(0 < probability <= 1 for _, probability in outcomes):
        raise ValueError("a probability lies above 0 and is at most 1")
    weights = [1 / probability for _, probability in outcomes]
    whole = fsum(weights)
    rate = fsum(weight for (success, _), weight in zip(outcomes, weights, strict=True) if success) / whole
    spread = fsum((weight * (success - rate)) ** 2 for (success, _), weight in zip(outcomes, weights, strict=True))
    kish = whole**2 / fsum(weight**2 for weight in weights)
    size = rate * (1 - rate) * whole**2 / spread if spread > 0 else kish
    return Estimate(rate, *score_interval(rate, size), len(outcomes))

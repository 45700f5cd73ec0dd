"""What is the rate among all exams, where only some of them were drawn to be read?"""

from collections import Counter
from collections.abc import Iterable
from math import fsum, sqrt

from supervision.figures import NO_ESTIMATE, Estimate
from supervision.intervals import Z, wilson


def weighted_rate(read: Iterable[tuple[bool, float]]) -> Estimate:
    """Return the rate among all exams, from those that were read, each with the probability with which it was drawn.

    Each counts 1/probability times (Hájek 1971, the ratio form of Horvitz & Thompson 1952,
    doi:10.1080/01621459.1952.10483446). The interval takes the exams of each probability by themselves, as Wilson does,
    and puts them together by their distances from the rate (Zou & Donner 2008, doi:10.1002/sim.3095): where a few exams
    stand for many and all went well, that is not mistaken for knowing it. Chance in how many were drawn, and in who was
    scanned, is included: where all had the same probability, it is Wilson's interval of the plain count.
    ValueError unless 0 < probability <= 1.
    """
    counts = Counter(read)
    totals, successes = Counter[float](), Counter[float]()
    for (success, probability), number in counts.items():
        if not 0 < probability <= 1:
            raise ValueError("a probability lies above 0 and is at most 1")
        totals[probability] += number
        successes[probability] += number * success
    if not totals:
        return NO_ESTIMATE
    whole = fsum(number / probability for probability, number in totals.items())
    rate = fsum(number / probability for probability, number in successes.items()) / whole
    below, above = [], []
    for probability, total in totals.items():
        weight, share = total / probability / whole, successes[probability] / total
        low, high = wilson(successes[probability], total)
        drawn = (Z * weight * (share - rate)) ** 2 / total
        below.append((weight * (share - low)) ** 2 + drawn)
        above.append((weight * (high - share)) ** 2 + drawn)
    low, high = max(0.0, rate - sqrt(fsum(below))), min(1.0, rate + sqrt(fsum(above)))
    return Estimate(min(1.0, rate), min(low, rate), max(high, min(1.0, rate)), totals.total())

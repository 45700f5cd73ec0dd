"""Who rates more strictly than the others, and what would the same exams have been given by a reader in the middle?

A rating is taken as the exam's own level plus that of its reader plus chance, so that only exams that more than one
reader has read speak about readers, and it does not matter who was given the better ones (Linacre 1989, Many-Facet
Rasch Measurement, on the scale of the ratings instead of logits). Nobody is ranked by this: it corrects rates.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, hypot

import numpy as np
from numpy.typing import NDArray

from supervision.figures import NO_ESTIMATE, Estimate, Mean, Share
from supervision.intervals import Z, score_interval
from supervision.readings import ENOUGH

Floats = NDArray[np.float64]

WIDEST, STEPS = 3.0, 60
"""How far readers may differ among themselves, as a multiple of the chance in one reading: all as likely beforehand."""
ROUNDING = 1 / 12
"""Variance of what whole numbers leave out: readers who never differ are not known better than that."""


@dataclass(frozen=True)
class Rated:
    """One reader's overall rating, 1 to 5, of one exam."""

    exam: Hashable
    reader: int
    overall: int


@dataclass(frozen=True)
class Severity:
    """Points by which a reader rates above (below 0: more strictly than) the mean of all, with its 95 % interval.

    shared: how many of the reader's exams somebody else has read too.
    """

    value: float
    low: float
    high: float
    shared: int


_MIDDLE = Severity(0.0, 0.0, 0.0, 0)


@dataclass(frozen=True)
class Adjusted:
    """What exams were given, and what a reader of mean severity would have given them.

    enough: how many were rated 3 or more; adjusted_enough: how many would have been, not a whole number; adjusted_rate:
    that as a rate, with an interval that holds the chance in these exams and in what is known of their readers.
    """

    raw: Mean
    adjusted: Mean
    enough: Share
    adjusted_enough: float
    adjusted_rate: Estimate


def severities(readings: Iterable[Rated]) -> dict[int, Severity]:
    """Return the severity of each reader who shares an exam with another one.

    Each exam has a level of its own, readers are a sample of readers (best linear unbiased prediction: Robinson 1991,
    doi:10.1214/ss/1177011926): whoever shares few exams is drawn towards the mean of all. How much readers differ is
    not known either and averaged over what the ratings leave likely (REML: Patterson & Thompson 1971,
    doi:10.1093/biomet/58.3.545).
    """
    shared = _shared(readings)
    readers = sorted({one.reader for exam in shared for one in exam})
    if not readers:
        return {}
    places = {reader: place for place, reader in enumerate(readers)}
    ties, pulls, within, left = np.zeros((len(readers), len(readers))), np.zeros(len(readers)), 0.0, 0
    many = np.zeros(len(readers), np.int64)
    for exam in shared:
        who = [places[one.reader] for one in exam]
        given = np.array([one.overall for one in exam], np.float64)
        ties[np.ix_(who, who)] -= 1 / len(who)
        ties[who, who] += 1
        pulls[who] += given - given.mean()
        within += float(((given - given.mean()) ** 2).sum())
        left += len(who) - 1
        many[who] += 1
    values, errors = _posterior(ties, pulls, within, left)
    return {
        reader: Severity(value, value - Z * error, value + Z * error, int(number))
        for reader, value, error, number in zip(readers, values.tolist(), errors.tolist(), many, strict=True)
    }


def adjusted(readings: Iterable[Rated], known: Mapping[int, Severity]) -> Adjusted:
    """Return raw and adjusted figures of these readings, one for each exam; who is not known counts as the mean.

    A rating of 3 stands for all between 2.5 and 3.5 (the continuous scale of equating: Kolen & Brennan 2014, Test
    Equating, Scaling, and Linking, chapter 2), so that moving it by half a point moves half an exam over the line. Each
    exam counts by itself: parts of a period add up.
    """
    pairs = [(one.overall, known.get(one.reader, _MIDDLE)) for one in readings]
    if not pairs:
        return Adjusted(Mean(None, 0), Mean(None, 0), Share(0, 0), 0.0, NO_ESTIMATE)
    number = len(pairs)
    enough = fsum(_enough(overall - reader.value) for overall, reader in pairs)
    fewest = fsum(_enough(overall - reader.high) for overall, reader in pairs)
    most = fsum(_enough(overall - reader.low) for overall, reader in pairs)
    rate = enough / number
    low, high = score_interval(rate, number)
    return Adjusted(
        raw=Mean(sum(overall for overall, _ in pairs) / number, number),
        adjusted=Mean(fsum(overall - reader.value for overall, reader in pairs) / number, number),
        enough=Share(sum(overall >= ENOUGH for overall, _ in pairs), number),
        adjusted_enough=enough,
        adjusted_rate=Estimate(
            rate,
            max(0.0, rate - hypot(rate - low, rate - fewest / number)),
            min(1.0, rate + hypot(high - rate, most / number - rate)),
            number,
        ),
    )


def _enough(rating: float) -> float:
    """Return which part of an exam of this rating, moved by a severity, lies at 3 or more."""
    return min(1.0, max(0.0, rating - ENOUGH + 1))


def _shared(readings: Iterable[Rated]) -> list[Sequence[Rated]]:
    """Return the readings of each exam that has more than one reader."""
    exams: dict[Hashable, dict[int, Rated]] = {}
    for one in readings:
        exams.setdefault(one.exam, {})[one.reader] = one
    return [list(exam.values()) for exam in exams.values() if len(exam) > 1]


def _posterior(ties: Floats, pulls: Floats, within: float, left: int) -> tuple[Floats, Floats]:
    """Return value and standard error of each reader, against the mean of all.

    ties: how readers are linked by shared exams. pulls: the sum of each reader's deviations. within: the sum of all
    squared deviations within exams, with `left` degrees of freedom.
    """
    strength, turn = np.linalg.eigh(ties)
    strength = np.where(strength > 1e-9, strength, 0.0)
    turned = turn.T @ pulls
    told = strength > 0
    explained = turned[told] ** 2 / strength[told]
    unexplained = max(0.0, within - float(explained.sum()))
    centre = turn - turn.mean(axis=0)
    likely, values, squares = [], [], []
    for ratio in (np.arange(STEPS) + 0.5) / STEPS * WIDEST:
        grown = 1 + strength * ratio**2
        noise = max(ROUNDING, (unexplained + float((explained / grown[told]).sum())) / left)
        likely.append(-(left * np.log(noise) + float(np.log(grown).sum())) / 2)
        value = centre @ (ratio**2 / grown * turned)
        values.append(value)
        squares.append(value**2 + noise * (centre**2 @ (ratio**2 / grown)))
    weights = np.exp(np.array(likely) - max(likely))
    weights /= weights.sum()
    mean = weights @ np.array(values)
    return mean, np.sqrt(np.maximum(weights @ np.array(squares) - mean**2, 0.0))

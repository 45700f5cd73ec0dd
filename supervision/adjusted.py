"""How do the scans of one device compare with others of its model, exam type and trainee being equal?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

Floats = NDArray[np.float64]

FEWEST = 10
"""Clips of the device, and of the others, without which nothing is said."""

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Scored:
    """One scored clip. score: 0-100; exam_type and trainee may be empty where they are not known."""

    score: float
    exam_type: str
    trainee: str
    of_the_device: bool


@dataclass(frozen=True)
class Adjusted:
    """Points by which the device lies above (below: negative) the others of its model, with its 95 % interval.

    device, others: mean score 0-100 as they are, not adjusted. clips, other_clips: how many each.
    """

    difference: float
    low: float
    high: float
    device: float
    others: float
    clips: int
    other_clips: int


def adjusted(scored: Sequence[Scored]) -> Adjusted | None:
    """Return how the device does, adjusted for exam type and trainee; None where it cannot be told.

    Least squares on the sum of an effect of the exam type, one of the trainee and one of the device, so that only clips
    of people and exams on both sides speak about the device; errors as HC3 (MacKinnon and White 1985,
    doi:10.1016/0304-4076(85)90158-7). It cannot be told with fewer than 10 clips on either side, or where nobody used
    both.
    """
    ours = np.array([one.of_the_device for one in scored], bool)
    if ours.sum() < FEWEST or (~ours).sum() < FEWEST:
        return None
    scores = np.array([one.score for one in scored], np.float64)
    design = np.column_stack(
        [
            ours.astype(np.float64),
            np.ones(len(scored)),
            *_indicators([one.exam_type for one in scored]),
            *_indicators([one.trainee for one in scored]),
        ]
    )
    found = _effect_of_the_first(design, scores)
    if found is None:
        return None
    effect, error, freedom = found
    margin = float(student.ppf(0.5 + CONFIDENCE / 2, freedom)) * error
    return Adjusted(
        round(effect, 2),
        round(effect - margin, 2),
        round(effect + margin, 2),
        round(float(scores[ours].mean()), 2),
        round(float(scores[~ours].mean()), 2),
        int(ours.sum()),
        int((~ours).sum()),
    )


def _indicators(labels: Sequence[str]) -> list[Floats]:
    """Return a column of 0 and 1 for each label but the first."""
    return [np.array([label == one for label in labels], np.float64) for one in sorted(set(labels))[1:]]


def _effect_of_the_first(design: Floats, scores: Floats) -> tuple[float, float, int] | None:
    """Return effect, standard error and degrees of freedom of the first column; None where the others imply it."""
    rank = int(np.linalg.matrix_rank(design))
    if rank == int(np.linalg.matrix_rank(design[:, 1:])) or len(scores) <= rank:
        return None
    turned = np.linalg.pinv(design)
    rest = scores - design @ (turned @ scores)
    leverage = np.clip((design * turned.T).sum(axis=1), 0.0, 1.0)
    # a clip that alone determines an effect is fitted without rest and says nothing about the scatter
    told = np.where(leverage < 1 - 1e-9, rest / np.maximum(1 - leverage, 1e-9), 0.0)
    error = float(np.sqrt((turned[0] ** 2 * told**2).sum()))
    return float(turned[0] @ scores), error, len(scores) - rank

"""What is usual on each device, from the values of its own clips, and which score means which rating here?

Pure: the catalogue reads the values, keeps what comes out with a version and judges by it (`pipeline.yardstick`).
Every value that is given back has been drawn towards the level above by what a few clips lack in weight: a device's
towards its model's, a model's towards the programme's, the programme's towards the rule's own `usual`. So one bad
clip moves nothing, and a device without clips is held against its model, or the programme, or the rule as it was made.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from pipeline.rule import Rule, Usual

Level = tuple[str, str]
"""("device", its id), ("model", its name) or ("programme", "")."""

PROGRAMME: Level = ("programme", "")
WORTH = 4.0
"""As many clips as the level above counts for."""

TO_DEVIATION = 1.4826
"""Makes the median absolute deviation of a normal distribution its standard deviation."""

LEAST_SPREAD = 1e-6
FEWEST_REVIEWS = 50
HIGHEST_SUGGESTED = 4


@dataclass(frozen=True)
class Measured:
    """The values that one clip got: which device recorded it, that device's model ("" where unknown), value by rule.

    Only values of the rules' present versions belong here; a rule that was not measured is left out.
    """

    device: str
    model: str
    values: Mapping[str, float]


def usual_of(values: Sequence[float]) -> Usual | None:
    """Return median and 1.4826 times the median absolute deviation of the finite `values`; None where there is none."""
    finite = np.array([value for value in values if np.isfinite(value)], np.float64)
    if not len(finite):
        return None
    middle = float(np.median(finite))
    spread = TO_DEVIATION * float(np.median(np.abs(finite - middle)))
    return Usual(middle, max(spread, LEAST_SPREAD), len(finite))


def shrunk(own: Usual, above: Usual) -> Usual:
    """Return what `own` clips say, drawn towards the level `above` as if that had seen four clips (`WORTH`).

    Middles are mixed by weight, spreads by the weight of their squares; one or two clips have no spread worth telling,
    which the same weights look after.
    """
    weight = own.clips / (own.clips + WORTH)
    middle = above.middle + weight * (own.middle - above.middle)
    known = max(0.0, weight * (1 - 1 / own.clips))  # the spread of n clips has n - 1 degrees of freedom
    spread = (known * own.spread**2 + (1 - known) * above.spread**2) ** 0.5
    return Usual(middle, max(spread, LEAST_SPREAD), own.clips)


def calibration(measured: Sequence[Measured], rules: Iterable[Rule]) -> Mapping[Level, Mapping[str, Usual]]:
    """Return for every level that has clips what is usual there, by rule; only for rules whose limits move."""
    table: dict[Level, dict[str, Usual]] = defaultdict(dict)
    models = {clip.device: clip.model for clip in measured}
    for rule in rules:
        if rule.usual is None:
            continue
        by_device: dict[str, list[float]] = defaultdict(list)
        for clip in measured:
            if rule.name in clip.values:
                by_device[clip.device].append(clip.values[rule.name])
        own = {device: found for device, values in by_device.items() if (found := usual_of(values))}
        if not own:
            continue
        table[PROGRAMME][rule.name] = programme = shrunk(_together(list(own.values())), rule.usual)
        above = dict.fromkeys(own, programme)
        for model in sorted({models[device] for device in own} - {""}):
            of_model = [device for device in own if models[device] == model]
            table["model", model][rule.name] = found = shrunk(_together([own[d] for d in of_model]), programme)
            above |= dict.fromkeys(of_model, found)
        for device, found in own.items():
            table["device", device][rule.name] = shrunk(found, above[device])
    return {level: dict(table[level]) for level in sorted(table)}


def _together(devices: Sequence[Usual]) -> Usual:
    """Return what is usual over several devices: the median of their middles, each worth the root of its clips.

    The root, so that one busy probe does not speak for all. The spread is that within devices and between them.
    """
    middles = np.array([one.middle for one in devices])
    worth = np.sqrt([one.clips for one in devices])
    middle = _weighted_median(middles, worth)
    within = _weighted_median(np.array([one.spread for one in devices]), worth)
    between = TO_DEVIATION * _weighted_median(np.abs(middles - middle), worth)
    return Usual(middle, float(np.hypot(within, between)), sum(one.clips for one in devices))


def _weighted_median(values: NDArray[np.float64], worth: NDArray[np.float64]) -> float:
    return float(np.quantile(values, 0.5, weights=worth, method="inverted_cdf"))


def yardstick_for(
    table: Mapping[Level, Mapping[str, Usual]], device: str | None, model: str | None
) -> Mapping[str, Usual]:
    """Return by rule what is usual on this device; else on its model; else in the programme."""
    levels = (PROGRAMME, ("model", model or ""), ("device", device or ""))
    found: dict[str, Usual] = {}
    for level in levels:
        found |= table.get(level, {})
    return found


def rating_cut_offs(pairs: Sequence[tuple[float, int]]) -> tuple[tuple[float, int], ...] | None:
    """Return the score from which on each rating is suggested, highest first, from pairs of score and overall rating.

    Isotonic regression of the programme's own reviews (1 to 5) on the score; a rating is suggested from where the fit
    comes nearer to it than to the one below. 5 counts as 4 and is never suggested; a rating that the fit never reaches
    is not suggested either. None where there are fewer than 50 reviews: the fixed cut-offs hold until then.
    """
    if len(pairs) < FEWEST_REVIEWS:
        return None
    scores, place = np.unique([score for score, _ in pairs], return_inverse=True)
    ratings = np.clip([rating for _, rating in pairs], 1, HIGHEST_SUGGESTED).astype(np.float64)
    reviews = np.bincount(place)
    fitted = isotonic_regression(np.bincount(place, ratings) / reviews, weights=reviews.astype(np.float64)).x
    cut_offs: list[tuple[float, int]] = []
    for rating in range(HIGHEST_SUGGESTED, 1, -1):
        reached = np.flatnonzero(fitted >= rating - 0.5)
        if not len(reached):
            continue
        first = int(reached[0])
        least = 0.0 if first == 0 else round(float(scores[first - 1] + scores[first]) / 2, 2)
        if not cut_offs or least < cut_offs[-1][0]:
            cut_offs.append((least, rating))
    return tuple(cut_offs)

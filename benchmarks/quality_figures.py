"""What do trials say about rules: how well they rank, how often they cry wolf, what they take for what?"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata, spearmanr

from benchmarks.quality_trials import KINDS, Kind, Trial
from pipeline.calibration import Measured, calibration, yardstick_for
from pipeline.finding import Verdict
from pipeline.quality import Quality
from pipeline.rule import Rule
from pipeline.yardstick import ABSOLUTE, Yardstick, held_against

RESAMPLES = 300
NONE: Mapping[str, Yardstick] = {}
MOST_CALIBRATING = 10
FEWEST_CALIBRATING = 3


def auc(clean: Iterable[float], faulty: Iterable[float]) -> float:
    """Return how surely a faulty value is above a clean one, ties half."""
    low, high = list(clean), list(faulty)
    if not low or not high:
        return float("nan")
    ranks = rankdata(high + low)[: len(high)]
    return float((ranks.sum() - len(high) * (len(high) + 1) / 2) / (len(high) * len(low)))


@dataclass(frozen=True)
class Ranked:
    """AUC with its 95 % interval (bootstrap over clips), from how many clips; trials that gave no value."""

    auc: float
    low: float
    high: float
    clips: int
    unmeasured: int


def ranked(
    clean: Sequence[Trial], faulty: Sequence[Trial], rule: Rule, yardsticks: Mapping[str, Yardstick] = NONE
) -> Ranked:
    """Return how well a rule tells faulty trials from clean ones, by its value held against the clip's yardstick."""
    limits = {clip: yardstick.applied_to([rule])[0].limits for clip, yardstick in yardsticks.items()}
    good, bad, unmeasured = defaultdict(list), defaultdict(list), 0
    for trials, kept in ((clean, good), (faulty, bad)):
        for trial in trials:
            value = trial.value(rule.name)
            if value is not None:
                here = limits.get(trial.clip, rule.limits)
                kept[trial.clip].append((value - here.good) / (here.poor - here.good))
            elif trials is faulty:
                unmeasured += 1
    names = sorted(set(good) | set(bad))
    rng = np.random.default_rng(1)
    drawn = []
    for _ in range(RESAMPLES):
        some = [names[i] for i in rng.integers(len(names), size=len(names))] if names else []
        drawn.append(auc((v for n in some for v in good.get(n, ())), (v for n in some for v in bad.get(n, ()))))
    seen = np.array([value for value in drawn if np.isfinite(value)])
    low, high = np.quantile(seen, (0.025, 0.975)) if len(seen) else (float("nan"), float("nan"))
    exact = auc((v for vs in good.values() for v in vs), (v for vs in bad.values() for v in vs))
    return Ranked(exact, float(low), float(high), len(bad), unmeasured)


def within(clean: Sequence[Trial], faulty: Sequence[Trial], rule: Rule) -> float:
    """Return the median over clips of Spearman's correlation of severity and value (1: worse always reads worse)."""
    sign = 1.0 if rule.limits.poor > rule.limits.good else -1.0
    points: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for trial in (*clean, *faulty):
        value = trial.value(rule.name)
        if value is not None:
            points[trial.clip].append((trial.severity, sign * value))
    found = []
    for pairs in points.values():
        if len(pairs) > 2:
            level, value = zip(*pairs, strict=True)
            found.append(float(spearmanr(level, value).statistic) if len(set(value)) > 1 else 0.0)
    return float(np.median(found)) if found else float("nan")


def judged(trial: Trial, rules: Sequence[Rule], yardstick: Yardstick = ABSOLUTE) -> tuple[set[str], Quality]:
    """Return the names of the rules that find a fault, and the quality."""
    findings, quality = held_against(yardstick, trial.findings, rules)
    return {f.rule for f in findings if f.verdict in (Verdict.WEAK, Verdict.POOR)}, quality


def yardstick_of(trial: Trial, clean: Sequence[Trial], rules: Sequence[Rule]) -> Yardstick | None:
    """Return what at most 10 other clips of the device say is usual, of other patients where there are enough."""
    same = [other for other in clean if other.device == trial.device and other.clip != trial.clip]
    others = [other for other in same if other.patient != trial.patient]
    chosen = (others if len(others) >= FEWEST_CALIBRATING else same)[:MOST_CALIBRATING]
    if len(chosen) < FEWEST_CALIBRATING:
        return None
    values = [
        Measured(one.device, "", {f.rule: f.value for f in one.findings if f.value is not None}) for one in chosen
    ]
    return Yardstick(1, yardstick_for(calibration(values, rules), trial.device, ""))


def yardsticks(clean: Sequence[Trial], rules: Sequence[Rule]) -> dict[str, Yardstick]:
    """Return by clip what `yardstick_of` says, for the clips of devices that have others."""
    found = {trial.clip: yardstick_of(trial, clean, rules) for trial in clean}
    return {clip: yardstick for clip, yardstick in found.items() if yardstick is not None}


def alarms(
    clean: Sequence[Trial], everything: Sequence[Trial], rules: Sequence[Rule], *, calibrated: bool
) -> tuple[Counter[str], int, int]:
    """Return how many clean clips each rule finds fault with, how many any does, and of how many.

    calibrated: only clips of devices with other clips, held against those. Rules without weight and hints are left out.
    """
    weighty = {rule.name for rule in rules if rule.weight > 0}
    found: Counter[str] = Counter()
    any_rule = counted = 0
    for trial in clean:
        yardstick = yardstick_of(trial, everything, rules) if calibrated else ABSOLUTE
        if yardstick is None:
            continue
        faults = judged(trial, rules, yardstick)[0] & weighty
        found.update(faults)
        any_rule += bool(faults)
        counted += 1
    return found, any_rule, counted


def top_reasons(faulty: Sequence[Trial], rules: Sequence[Rule], kind: Kind) -> tuple[Counter[str], int]:
    """Return the rules that cost most, "nothing" where the score is full, and how often the right one is first."""
    first: Counter[str] = Counter()
    for trial in faulty:
        quality = judged(trial, rules)[1]
        if quality.score is None:
            first["no score"] += 1
        else:
            first[quality.reasons[0].rule if quality.reasons and quality.score < 100 else "nothing"] += 1
    return first, sum(first[name] for name in (kind.rule, *kind.also))


def composite(clean: Sequence[Trial], faulty: Sequence[Trial], rules: Sequence[Rule]) -> tuple[float, int]:
    """Return how well the score alone tells faulty from clean clips, and how many faulty ones have no score."""
    good = [-score for trial in clean if (score := judged(trial, rules)[1].score) is not None]
    bad = [judged(trial, rules)[1].score for trial in faulty]
    return auc(good, [-score for score in bad if score is not None]), sum(score is None for score in bad)


def of(trials: Sequence[Trial], part: str, family: int, kind: str = "", least: float = 0.0) -> list[Trial]:
    """Return the trials of one part and family; of one kind, from one severity on."""
    return [
        t for t in trials
        if t.part == part and t.family == family and (not kind or t.kind == kind) and t.severity >= least
    ]  # fmt: skip


def weighted_kinds(rules: Mapping[str, Rule]) -> list[Kind]:
    """Return the faults whose rule takes part in the score."""
    return [kind for kind in KINDS if kind.rule in rules and rules[kind.rule].weight > 0]

"""What do trials say about rules: how well they rank, how often they cry wolf, what they take for what?"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.stats import rankdata, spearmanr

from benchmarks.quality_known import MOST_EARLIER, Source
from benchmarks.quality_trials import KINDS, Kind, Trial
from pipeline.calibration import Measured, calibration, yardstick_for
from pipeline.finding import Finding
from pipeline.quality import Quality
from pipeline.rule import Rule
from pipeline.yardstick import ABSOLUTE, Yardstick, held_against

RESAMPLES = 300
OTHERS = Source.OTHERS
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


@dataclass(frozen=True)
class Known:
    """What is known of the devices: nothing; or the layout and what is usual, from at most 10 other clips of each.

    usual: by clip, for the clips of devices that have enough others. layout: whether layouts are used, and whose.
    """

    usual: Mapping[str, Yardstick] = field(default_factory=dict)
    layout: str = ""

    def holds_for(self, trial: Trial) -> bool:
        """Tell whether anything is known for this clip in this condition; always where nothing is to be known."""
        return (
            not self.layout or trial.layout_from == self.layout or (self.layout == OTHERS and trial.clip in self.usual)
        )

    def told(self, trial: Trial) -> tuple[Finding, ...]:
        """Return the findings in this condition."""
        return trial.told(known=self._has_layout(trial))

    def is_held_back(self, trial: Trial) -> bool:
        """Tell whether a person has to draw the sector before anyone gets to see the scan."""
        return trial.held_back[self._has_layout(trial)]

    def _has_layout(self, trial: Trial) -> bool:
        return bool(self.layout) and trial.layout_from == self.layout

    def is_clean_for(self, trial: Trial, rule: Rule) -> bool:
        """Tell whether the clip shows no fault of this rule by itself; what is usual on a known device is none."""
        return rule.name not in trial.has or (rule.usual is not None and trial.clip in self.usual)

    def rules_for(self, trial: Trial, rules: Sequence[Rule]) -> list[Rule]:
        """Return the rules; those for which the clip is not clean by itself weigh nothing."""
        return [rule if self.is_clean_for(trial, rule) else replace(rule, weight=0.0, cap=None) for rule in rules]

    def held(self, trial: Trial, rules: Sequence[Rule]) -> tuple[tuple[Finding, ...], Quality]:
        """Return findings and quality held against what is usual on the device where that is known."""
        return held_against(self.usual.get(trial.clip, ABSOLUTE), self.told(trial), rules)

    def judged(self, trial: Trial, rules: Sequence[Rule]) -> tuple[set[str], Quality]:
        """Return the names of the weighty rules that find a fault, and the quality."""
        here = self.rules_for(trial, rules)
        findings, quality = self.held(trial, here)
        weighty = {rule.name for rule in here if rule.weight > 0}
        return {f.rule for f in findings if f.severity > 0 and f.rule in weighty}, quality


NOTHING = Known()


def ranked(clean: Sequence[Trial], faulty: Sequence[Trial], rule: Rule, known: Known = NOTHING) -> Ranked:
    """Return how well a rule tells faulty trials from clean ones, by its value held against the clip's yardstick.

    Clips that show the rule's fault by themselves are left out on both sides.
    """
    limits = {clip: yardstick.applied_to([rule])[0].limits for clip, yardstick in known.usual.items()}
    good, bad, unmeasured = defaultdict(list), defaultdict(list), 0
    for trials, kept in ((clean, good), (faulty, bad)):
        for trial in trials:
            if not known.holds_for(trial) or not known.is_clean_for(trial, rule):
                continue
            value = next((f.value for f in known.told(trial) if f.rule == rule.name), None)
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


def within(clean: Sequence[Trial], faulty: Sequence[Trial], rule: Rule, known: Known = NOTHING) -> float:
    """Return the median over clips of Spearman's correlation of severity and value (1: worse always reads worse)."""
    sign = 1.0 if rule.limits.poor > rule.limits.good else -1.0
    points: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for trial in (*clean, *faulty):
        value = next((f.value for f in known.told(trial) if f.rule == rule.name), None)
        if value is not None and known.holds_for(trial):
            points[trial.clip].append((trial.severity, sign * value))
    found = []
    for pairs in points.values():
        if len(pairs) > 2:
            level, value = zip(*pairs, strict=True)
            found.append(float(spearmanr(level, value).statistic) if len(set(value)) > 1 else 0.0)
    return float(np.median(found)) if found else float("nan")


def hits(faulty: Sequence[Trial], rule: Rule, known: Known = NOTHING) -> tuple[int, int]:
    """Return in how many trials the rule says weak or poor, and of how many."""
    some = [trial for trial in faulty if known.holds_for(trial) and known.is_clean_for(trial, rule)]
    found = [f for trial in some for f in known.held(trial, [rule])[0] if f.rule == rule.name and f.severity > 0]
    return len(found), len(some)


def yardstick_of(trial: Trial, clean: Sequence[Trial], rules: Sequence[Rule]) -> Yardstick | None:
    """Return what at most 10 other clips of the device say is usual, of other patients where there are enough."""
    same = [other for other in clean if other.device == trial.device and other.clip != trial.clip]
    others = [other for other in same if other.patient != trial.patient]
    chosen = (others if len(others) >= FEWEST_CALIBRATING else same)[:MOST_EARLIER]
    if len(chosen) < FEWEST_CALIBRATING:
        return None
    values = [
        Measured(one.device, "", {f.rule: f.value for f in one.findings if f.value is not None}) for one in chosen
    ]
    return Yardstick(1, yardstick_for(calibration(values, rules), trial.device, ""))


def conditions(clean: Sequence[Trial], rules: Sequence[Rule]) -> tuple[Known, Known, Known]:
    """Return nothing known, at most 10 other clips known, and the layout alone as drawn once on the clip itself."""
    found = {trial.clip: yardstick_of(trial, clean, rules) for trial in clean}
    usual = {clip: yardstick for clip, yardstick in found.items() if yardstick is not None}
    return NOTHING, Known(usual, OTHERS), Known(layout=Source.ITSELF)


def alarms(clean: Sequence[Trial], rules: Sequence[Rule], known: Known) -> tuple[Counter[str], int, int]:
    """Return how many clean clips each rule finds fault with, how many any does, and of how many.

    Rules without weight, and those for which a clip is not clean, are left out.
    """
    found: Counter[str] = Counter()
    any_rule = counted = 0
    for trial in clean:
        if known.holds_for(trial):
            faults = known.judged(trial, rules)[0]
            found.update(faults)
            any_rule += bool(faults)
            counted += 1
    return found, any_rule, counted


def clean_for(clean: Sequence[Trial], rule: Rule, known: Known) -> int:
    """Return how many clips are clean for a rule."""
    return sum(known.holds_for(trial) and known.is_clean_for(trial, rule) for trial in clean)


NO_REASON, SILENT, FULL = "no reason: held back", "no score", "nothing"


def top_reasons(faulty: Sequence[Trial], rules: Sequence[Rule], kind: Kind, known: Known) -> Counter[str]:
    """Return how often each rule costs most; besides, how often no rule does.

    Held back without a score: a person draws the sector, and it is measured then. No score, though it is not held
    back; and a full score are both misses.
    """
    rule = next(rule for rule in rules if rule.name == kind.rule)
    first: Counter[str] = Counter()
    for trial in faulty:
        if not known.holds_for(trial) or not known.is_clean_for(trial, rule):
            continue
        quality = known.judged(trial, rules)[1]
        if quality.score is None:
            first[NO_REASON if known.is_held_back(trial) else SILENT] += 1
        else:
            first[quality.reasons[0].rule if quality.reasons and quality.score < 100 else FULL] += 1
    return first


def composite(
    clean: Sequence[Trial], faulty: Sequence[Trial], rules: Sequence[Rule], known: Known
) -> tuple[float, int, int]:
    """Return how well the score alone tells faulty from clean clips; how many faulty have no score, and of how many."""
    good = [known.judged(trial, rules)[1].score for trial in clean if known.holds_for(trial)]
    bad = [known.judged(trial, rules)[1].score for trial in faulty if known.holds_for(trial)]
    worse = auc((-score for score in good if score is not None), (-score for score in bad if score is not None))
    return worse, sum(score is None for score in bad), len(bad)


def of(trials: Sequence[Trial], part: str, family: int, kind: str = "", least: float = 0.0) -> list[Trial]:
    """Return the trials of one part and family; of one kind, from one severity on."""
    return [
        t for t in trials
        if t.part == part and t.family == family and (not kind or t.kind == kind) and t.severity >= least
    ]  # fmt: skip


def weighted_kinds(rules: Mapping[str, Rule]) -> list[Kind]:
    """Return the faults whose rule takes part in the score."""
    return [kind for kind in KINDS if kind.rule in rules and rules[kind.rule].weight > 0]

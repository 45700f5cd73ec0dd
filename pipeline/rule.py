"""What is a quality rule, and how does its value become a verdict?"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, StrEnum

from pipeline.clip import Clip
from pipeline.finding import Finding, Measurement, Side, Verdict
from pipeline.sector import Sector
from pipeline.text import Text


class Family(StrEnum):
    """What a rule is about; the order is the order of explanation, strongest first (DESIGN: `Quality`).

    A finding of the family DEVICE is a hint at the probe, for biomed over many clips, and no remark on the scan.
    """

    INTEGRITY = "integrity"
    CONTENT = "content"
    CODEC = "codec"
    GAIN = "gain"
    CONTACT = "contact"
    REST = "rest"
    DEVICE = "device"


class Several(StrEnum):
    """What a rule says of a picture with several sectors: asked of each, its worst or its best; or asked once."""

    WORST = "worst"
    BEST = "best"
    ONCE = "once"


class Unanswered(Enum):
    """Why a rule gives no value."""

    NOT_MEASURABLE = Verdict.NOT_MEASURABLE
    NOT_APPLICABLE = Verdict.NOT_APPLICABLE


NOT_MEASURABLE = Unanswered.NOT_MEASURABLE
NOT_APPLICABLE = Unanswered.NOT_APPLICABLE

Measure = Callable[[Clip, Sector], Measurement | Unanswered]


@dataclass(frozen=True)
class Limits:
    """Where good ends and poor begins, in the rule's unit; poor below good means that low values are bad."""

    good: float
    poor: float

    def severity(self, value: float) -> float:
        """Return 0 up to `good`, 1 from `poor` on, straight in between."""
        return min(1.0, max(0.0, (value - self.good) / (self.poor - self.good)))


@dataclass(frozen=True)
class Usual:
    """What a rule's value is in good clips of one kind. spread: 1.4826 times the median absolute deviation, above 0."""

    middle: float
    spread: float
    clips: int

    def __post_init__(self) -> None:
        """Refuse a spread by which nothing could be divided."""
        if not self.spread > 0:
            raise ValueError("a spread is above 0")


@dataclass(frozen=True)
class Rule:
    """One quality question.

    weight: how much a severity of 1 takes from the score, 0-1 (0: told, never counted).
    cap: the highest score that a scan with verdict poor can have, None for no cap.
    explains: names of rules, or prefixes ending in '.', whose findings are consequences of this one when it is poor.
    usual: what good clips showed where the limits were set, for limits that move with the device; None: absolute.
    advice_by_side: what to say in place of `advice` where the finding has a side.
    several: BEST where one of two views side by side may be so by choice (frozen); ONCE for the picture or the file.
    """

    name: str
    version: int
    title: Text
    advice: Text
    unit: str
    limits: Limits
    family: Family
    weight: float
    measure: Measure
    cap: float | None = None
    explains: tuple[str, ...] = ()
    usual: Usual | None = None
    several: Several = Several.WORST
    advice_by_side: Mapping[Side, Text] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        """Refuse limits that cannot be told apart and weights outside 0-1."""
        if self.limits.good == self.limits.poor or not 0 <= self.weight <= 1:
            raise ValueError(f"{self.name}: limits must differ and weight is a share")

    def ask(self, clip: Clip, sector: Sector) -> Finding:
        """Return this rule's finding; a value that is not finite counts as not measurable."""
        answer = self.measure(clip, sector)
        if isinstance(answer, Unanswered):
            return Finding(self.name, self.version, answer.value)
        if not math.isfinite(answer.value):
            return Finding(self.name, self.version, Verdict.NOT_MEASURABLE)
        found = Finding(self.name, self.version, Verdict.GOOD, answer.value, 0.0, answer.side, answer.evidence)
        return self.judged(found)

    def ask_each(self, clip: Clip, sectors: Sequence[Sector]) -> Finding:
        """Return this rule's finding over all `sectors`, with the `sector` (its number, from 0) that it is about."""
        if len(sectors) == 1 or self.several is Several.ONCE:
            return self.ask(clip, sectors[0])
        findings = [self.ask(clip, sector) for sector in sectors]
        measured = [n for n, finding in enumerate(findings) if finding.value is not None]
        if not measured:
            return findings[0]
        choose = max if self.several is Several.WORST else min
        number = choose(measured, key=lambda n: self._badness(findings[n]))
        chosen = findings[number]
        return replace(chosen, evidence=(*chosen.evidence, ("sector", float(number))))

    def _badness(self, finding: Finding) -> float:
        """Return how far a value lies towards poor, beyond what a severity holds."""
        good, poor = self.limits.good, self.limits.poor
        return ((finding.value or 0.0) - good) / (poor - good)

    def advice_for(self, side: Side | None) -> Text:
        """Return what to do about a finding on `side`."""
        return self.advice if side is None else self.advice_by_side.get(side, self.advice)

    def judged(self, finding: Finding) -> Finding:
        """Return a finding of this rule with severity and verdict as its limits say; one without a value as it is."""
        if finding.value is None:
            return finding
        severity = self.limits.severity(finding.value)
        verdict = Verdict.GOOD if severity == 0 else Verdict.POOR if severity == 1 else Verdict.WEAK
        return replace(finding, severity=severity, verdict=verdict)

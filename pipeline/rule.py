"""What is a quality rule, and how does its value become a verdict?"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, StrEnum

from pipeline.clip import Clip
from pipeline.finding import Finding, Measurement, Verdict
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

    def judged(self, finding: Finding) -> Finding:
        """Return a finding of this rule with severity and verdict as its limits say; one without a value as it is."""
        if finding.value is None:
            return finding
        severity = self.limits.severity(finding.value)
        verdict = Verdict.GOOD if severity == 0 else Verdict.POOR if severity == 1 else Verdict.WEAK
        return replace(finding, severity=severity, verdict=verdict)

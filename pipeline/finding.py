"""What did one rule say about one scan?"""

import math
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """The answer of a rule; the last two never lower a score."""

    GOOD = "good"
    WEAK = "weak"
    POOR = "poor"
    NOT_MEASURABLE = "not_measurable"
    NOT_APPLICABLE = "not_applicable"


class Side(StrEnum):
    """Where in the picture, as the reader sees it."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"


@dataclass(frozen=True)
class Measurement:
    """What a rule measured: a value in the rule's unit, its side, and small evidence (numbers that locate it)."""

    value: float
    side: Side | None = None
    evidence: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Finding:
    """A rule's verdict on a scan. severity: 0 (good) to 1 (as bad as the rule's poor limit or worse)."""

    rule: str
    version: int
    verdict: Verdict
    value: float | None = None
    severity: float = 0.0
    side: Side | None = None
    evidence: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        """Refuse a value that is not a number and a severity outside 0-1."""
        if self.value is not None and not math.isfinite(self.value):
            raise ValueError(f"{self.rule}: a finding's value must be finite")
        if not 0 <= self.severity <= 1:
            raise ValueError(f"{self.rule}: severity is a share")

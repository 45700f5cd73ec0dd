"""Which exams are read, and with which probability was each chosen?

Every exam of a learning trainee is read; later a share. The probability is kept with the exam, whether it was chosen or
not, so that a rate over those that were read, each counted 1/probability times (Horvitz & Thompson 1952,
doi:10.1080/01621459.1952.10483446), is that of all exams (supervision.weighting).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

MONTHS_AFTER_SIGN_OFF = 6.0
READ_AFTER_ALARM = 15
SMALLEST_UNIFORM = 0.05
FINDING_RISK, NOVELTY_RISK, NOVEL_DAYS = 0.2, 0.2, 180.0
RECENT, KNOWN_FROM = 500, 50
"""Among the risks of how many exams the riskiest are looked for, and from how many on that is known."""


class Phase(StrEnum):
    """How far a trainee is in one exam type."""

    LEARNING = "learning"
    SIGNED_OFF = "signed_off"
    AUTONOMOUS = "autonomous"


class Chosen(StrEnum):
    """Why an exam is read, or by which rule it was left out."""

    FLAGGED = "flagged"  # critical, or a red flag
    EXPERT_READ = "expert_read"  # its type is always read
    LEARNING = "learning"
    ALARM = "alarm"  # too many of the last ones were poor
    SIGNED_OFF = "signed_off"  # a share of what is made soon after sign-off
    RISK = "risk"
    UNIFORM = "uniform"  # any exam may be drawn
    ASKED = "asked"  # not drawn: somebody wanted it to be read


@dataclass(frozen=True)
class Shares:
    """Which share is read: soon after sign-off, of whoever is autonomous, and of that at least by chance alone."""

    signed_off: float = 0.5
    autonomous: float = 0.2
    uniform: float = SMALLEST_UNIFORM

    def __post_init__(self) -> None:
        """Refuse shares from which no rate could be estimated."""
        if not SMALLEST_UNIFORM <= self.uniform <= self.autonomous <= self.signed_off <= 1:
            raise ValueError("shares: 0.05 <= uniform <= autonomous <= signed_off <= 1")

    @property
    def by_risk(self) -> float:
        """The riskiest share that is read for certain, so that it makes `autonomous` with the uniform share."""
        return (self.autonomous - self.uniform) / (1 - self.uniform) if self.uniform < 1 else 0.0


def risk(score: float | None, *, finding: bool, days_since_last: float | None) -> float:
    """Return how likely an exam is to be worth reading, 0 to 1: each part alone can raise it.

    score: 0-100, None counts as 50. finding: the scanner answered a critical question with yes or was not sure.
    days_since_last: since the trainee's last exam of this type, None for the first one.
    """
    low = 1 - (50.0 if score is None else min(max(score, 0.0), 100.0)) / 100
    novel = 1.0 if days_since_last is None else min(max(days_since_last, 0.0) / NOVEL_DAYS, 1.0)
    return 1 - (1 - low) * (1 - FINDING_RISK * finding) * (1 - NOVELTY_RISK * novel)


def riskiest(risk: float, recent: Sequence[float], share: float) -> float:
    """Return with which probability an exam of this risk is among the riskiest `share` (0-1) of recent ones.

    recent: their risks in ascending order. 1 above the line and 0 below it; those that lie on it share what is left.
    """
    below, up_to = bisect_left(recent, risk), bisect_right(recent, risk)
    above, level = (len(recent) - up_to) / len(recent), (up_to - below) / len(recent)
    return min(max((share - above) / level, 0.0), 1.0) if level else float(above < share)


def inclusion(
    phase: Phase,
    *,
    months: float = 0.0,
    risk: float = 0.0,
    recent: Sequence[float] = (),
    alarm: bool = False,
    expert_read: bool = False,
    flagged: bool = False,
    shares: Shares | None = None,
) -> tuple[float, Chosen]:
    """Return the probability that an exam is read, 0.05 to 1, and the rule it comes from.

    months: since sign-off. flagged: critical or with a red flag, which is never left out. Of whoever is autonomous the
    riskiest are read, held against the risks of `recent` exams (ascending), and of all others a uniform share; as
    long as fewer than 50 are known, as many as soon after sign-off.
    """
    known = shares or Shares()
    for certain, why in (
        (flagged, Chosen.FLAGGED),
        (expert_read, Chosen.EXPERT_READ),
        (phase is Phase.LEARNING, Chosen.LEARNING),
        (alarm, Chosen.ALARM),
    ):
        if certain:
            return 1.0, why
    if not audited(phase, months):
        return known.signed_off, Chosen.SIGNED_OFF
    if len(recent) < KNOWN_FROM:
        return known.signed_off, Chosen.UNIFORM
    by_risk = riskiest(risk, recent, known.by_risk)
    return known.uniform + (1 - known.uniform) * by_risk, Chosen.RISK if by_risk else Chosen.UNIFORM


def audited(phase: Phase, months: float) -> bool:
    """Tell whether risk and chance decide what is read: autonomous, or signed off for six months."""
    return phase is Phase.AUTONOMOUS or (phase is Phase.SIGNED_OFF and months >= MONTHS_AFTER_SIGN_OFF)

"""What may a person decide on a proposed step, and what becomes of a plan for somebody who fell back?"""

from collections.abc import Collection
from enum import StrEnum

from supervision.competence.evidence import StepEvidence
from supervision.ladder import SIGNED_OFF, Rung
from supervision.plain_text import is_plain_text

LONGEST_REASON = 500


class Decision(StrEnum):
    """What was decided."""

    SIGNED = "signed"
    REFUSED = "refused"


class PlanCause(StrEnum):
    """Why there is a plan."""

    ALARM = "alarm"  # of the watch over who was signed off
    STALLED = "stalled"  # twice the volume, and still not there
    IDLE = "idle"  # no exam for longer than skill lasts
    PERSON = "person"  # somebody saw that it is needed


class PlanStep(StrEnum):
    """One line in the history of a plan."""

    OPENED = "opened"
    AGREED = "agreed"  # who, which exercise, until when
    NOTE = "note"
    ALARM = "alarm"  # another one while it was open
    MET = "met"  # closed by evidence
    FAILED = "failed"  # closed because the trainee went down the ladder


def written(said: str) -> str:
    """Return what somebody wrote without the spaces around it; ValueError for what cannot be kept or is too long."""
    said = said.strip()
    if not is_plain_text(said, LONGEST_REASON):
        raise ValueError(f"text of at most {LONGEST_REASON} characters")
    return said


def reason_given(said: str) -> str:
    """Return it as `written`; ValueError also where there are no words."""
    words = written(said)
    if not words:
        raise ValueError("a reason, or what was agreed, is said in words")
    return words


def why_not(
    evidence: StepEvidence, now: Rung, *, trainee: int, signer: int, readers: Collection[int], plan: bool
) -> str:
    """Return the code of what stands against a signature, nothing where a person may sign.

    now: the rung on which the trainee stands. readers: who gave the readings on which the evidence rests. plan: whether
    one is still open. All that the standard asks must be there; where it asks nothing, the step is left to people.
    """
    if signer == trainee:
        return "own_sign_off"
    if evidence.to is not now.above:
        return "not_next_rung"
    if evidence.to.height >= SIGNED_OFF.height and not set(readers) - {signer}:
        return "only_reviewer"
    if plan:
        return "plan_open"
    return "" if evidence.met or not evidence.pieces else "evidence_missing"

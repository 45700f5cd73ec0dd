"""What may a person decide on a proposed step, and what becomes of a plan for somebody who fell back?"""

from collections.abc import Collection
from enum import StrEnum

from supervision.competence.evidence import StepEvidence
from supervision.ladder import SIGNED_OFF, Rung, may_step

LONGEST_REASON = 500


class Decision(StrEnum):
    """What was decided."""

    SIGNED = "signed"
    REFUSED = "refused"


class PlanCause(StrEnum):
    """Why there is a plan."""

    ALARM = "alarm"  # of the watch over who was signed off
    RECENCY = "recency"  # too long without an exam
    PERSON = "person"  # somebody saw that it is needed


class PlanStep(StrEnum):
    """One line in the history of a plan."""

    OPENED = "opened"
    AGREED = "agreed"  # who, which exercise, until when
    NOTE = "note"
    MET = "met"  # closed by evidence
    REPLACED = "replaced"  # closed because the person went down the ladder
    ALARM = "alarm"  # another alarm while it was open


def why_not(
    evidence: StepEvidence, now: Rung, *, trainee: int, signer: int, readers: Collection[int], plan: bool
) -> str:
    """Return the code of what stands against a signature, nothing where a person may sign.

    now: the rung on which the trainee stands. readers: who gave the readings on which the evidence rests. plan: whether
    one is still open. A step to sign-off or above needs all that the standard asks, where it asks anything; a step
    that lets nobody scan unread is left to people.
    """
    if signer == trainee:
        return "own_sign_off"
    if not may_step(now, evidence.to) or evidence.to.height <= now.height:
        return "not_next_rung"
    if evidence.to.height < SIGNED_OFF.height:
        return ""
    if not set(readers) - {signer}:
        return "only_reviewer"
    if plan:
        return "plan_open"
    return "" if evidence.met or not evidence.pieces else "evidence_missing"

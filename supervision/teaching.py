"""Which clips teach, who let them in, and how well does a trainee recognise what they show?"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from supervision.figures import Share
from supervision.rating import Answer


class Nomination(StrEnum):
    """How far a clip is on its way into the teaching library; the last two are out of it."""

    NOMINATED = "nominated"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


MOVES: dict[Nomination, frozenset[Nomination]] = {
    Nomination.NOMINATED: frozenset({Nomination.APPROVED, Nomination.DECLINED}),
    Nomination.APPROVED: frozenset({Nomination.WITHDRAWN}),
    Nomination.DECLINED: frozenset({Nomination.APPROVED}),
    Nomination.WITHDRAWN: frozenset(),
}
"""What a supervisor may decide next. Consent that was withdrawn is not given again for the same clip."""

CERTAIN = (Answer.POSITIVE, Answer.NEGATIVE)
"""What can be the truth of a self-test."""


@dataclass(frozen=True)
class SelfTest:
    """How often a trainee was right: of all, of what was there (sensitivity), of what was not (specificity)."""

    accuracy: Share
    sensitivity: Share
    specificity: Share


def self_test(answers: Iterable[tuple[Answer, Answer]]) -> SelfTest:
    """Return the figures of (said, truth) pairs; "unsure" is never right. The truth is positive or negative."""
    pairs = list(answers)
    there = [said for said, truth in pairs if truth is Answer.POSITIVE]
    absent = [said for said, truth in pairs if truth is Answer.NEGATIVE]
    found, cleared = there.count(Answer.POSITIVE), absent.count(Answer.NEGATIVE)
    return SelfTest(
        Share(found + cleared, len(there) + len(absent)), Share(found, len(there)), Share(cleared, len(absent))
    )

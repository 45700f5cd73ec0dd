"""What became of the feedback on an exam, and how often is a person told of what is new?"""

from datetime import timedelta
from enum import StrEnum


class Digest(StrEnum):
    """How often a person gets an e-mail about what is new."""

    OFF = "off"
    DAILY = "daily"
    WEEKLY = "weekly"


class Step(StrEnum):
    """One thing that the trainee did with the feedback, or that came back on it."""

    ACKNOWLEDGED = "acknowledged"
    REPLIED = "replied"
    APPEALED = "appealed"
    ANSWERED = "answered"
    DECIDED = "decided"  # an arbiter has read the appeal


COMES_BACK = frozenset({Step.ANSWERED, Step.DECIDED})
"""Steps of others, which the trainee has to see."""

LONGEST_REPLY = 1000

CLOSED_AFTER = timedelta(days=30)
"""Acknowledged feedback can be replied to and appealed for so long."""

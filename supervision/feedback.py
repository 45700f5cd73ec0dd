"""What became of the feedback on an exam, and how often is a person told of what is new?"""

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


LONGEST_REPLY = 1000

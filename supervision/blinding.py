"""What must a reviewer not know before the exam is final? Four switches of the programme."""

from enum import StrEnum


class Hidden(StrEnum):
    """One thing that is not served to whoever may still read the exam."""

    TRAINEE = "trainee"
    SITE = "site"
    SCORE = "score"
    FIRST_READ = "first_read"


EVERYTHING = frozenset(Hidden)

"""Which clips teach, who let them in, and how well does a trainee recognise what they show?"""

from enum import StrEnum


class Nomination(StrEnum):
    """How far a clip is on its way into the teaching library."""

    NOMINATED = "nominated"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"

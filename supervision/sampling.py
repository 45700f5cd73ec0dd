"""Which exams are read, and with which probability was each chosen?"""

from enum import StrEnum


class Phase(StrEnum):
    """How far a trainee is in one exam type."""

    LEARNING = "learning"
    SIGNED_OFF = "signed_off"
    AUTONOMOUS = "autonomous"

"""How does a question about a patient reach telemedicine, and how does the answer come back?"""

from enum import StrEnum


class EscalationState(StrEnum):
    """How far an escalation is; the last two are closed."""

    OPEN = "open"
    TAKEN = "taken"
    ANSWERED = "answered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"

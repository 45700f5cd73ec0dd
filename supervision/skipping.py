"""Why does a reviewer leave an exam to somebody else?"""

from datetime import timedelta
from enum import StrEnum


class SkipReason(StrEnum):
    """Why; a conflict of interest is remembered for all that this trainee sends."""

    NOT_MY_FIELD = "not_my_field"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    DOES_NOT_LOAD = "does_not_load"
    NO_TIME = "no_time"
    UNSURE = "unsure"


COMES_BACK_AFTER: dict[SkipReason, timedelta | None] = {
    SkipReason.NOT_MY_FIELD: None,
    SkipReason.CONFLICT_OF_INTEREST: None,
    SkipReason.DOES_NOT_LOAD: timedelta(hours=6),
    SkipReason.NO_TIME: timedelta(hours=2),
    SkipReason.UNSURE: None,
}
"""After which time it is offered to the same person again; None: never."""

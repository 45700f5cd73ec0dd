"""When does somebody need a plan, what does it ask, and when is it done?"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from supervision.competence.course import Course
from supervision.figures import Share

READ = 15
"""Exams of a plan that are read, all of them in a row."""
MOST_FAILURES = 2
"""Among them."""
LONGEST = 30
"""Exams after which a plan that is not fulfilled has failed."""


class Trigger(StrEnum):
    """Why a plan is opened."""

    ALARM = "alarm"  # the watch after sign-off
    STALLED = "stalled"  # twice the volume and still not there
    IDLE = "idle"  # no exam for longer than skill lasts


class Verdict(StrEnum):
    """How a plan stands."""

    OPEN = "open"
    FULFILLED = "fulfilled"
    FAILED = "failed"


@dataclass(frozen=True)
class Progress:
    """What came since a plan was opened.

    done: of the exams that it asks for. last: successes among the last of them. verdict: what the numbers say; a person
    closes the plan. exams: those that count.
    """

    verdict: Verdict
    done: Share
    last: Share
    exams: tuple[int, ...]


def trigger(course: Course, now: datetime) -> Trigger | None:
    """Return why a plan is due now, None where none is."""
    raise NotImplementedError


def progress(course: Course, opened_at: datetime) -> Progress:
    """Return how a plan stands that was opened then."""
    raise NotImplementedError

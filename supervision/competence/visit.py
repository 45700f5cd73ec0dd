"""Did a training visit change anything, beyond what practice alone would have?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from supervision.competence.course import Course
from supervision.competence.curves import Measure
from supervision.figures import Share


@dataclass(frozen=True)
class Effect:
    """What changed at a visit, over all courses that it concerns.

    before, after: successes among the last exams before it and the first after it. difference: after minus before with
    its 95 % interval (-1 to 1). beyond: what of it practice alone would not have brought, with its 95 % interval; None
    where too few exams stand on either side. courses: with exams on both sides.
    """

    before: Share
    after: Share
    difference: float | None
    low: float | None
    high: float | None
    beyond: float | None
    beyond_low: float | None
    beyond_high: float | None
    courses: int


def effect(courses: Sequence[Course], at: datetime, measure: Measure = Measure.SUCCESS) -> Effect:
    """Return what changed at a visit that ended `at`."""
    raise NotImplementedError

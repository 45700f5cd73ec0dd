"""How does a trainee's success with one exam type develop, exam by exam, and how sure are we?"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from supervision.competence.course import Course
from supervision.figures import Share


class Measure(StrEnum):
    """What a curve follows."""

    ADEQUATE = "adequate"
    CORRECT = "correct"
    SUCCESS = "success"


@dataclass(frozen=True)
class Point:
    """The curve after one exam.

    number: of the exam in the course, from 1. outcome: of this exam. so_far: over all up to it. level, low, high: the
    present share of successes with its 90 % credible interval (0-1), recent exams counting most. learned: the sum of
    the LC-CUSUM. watch: the sum of the CUSUM, None before sign-off.
    """

    number: int
    exam: int
    at: datetime
    outcome: bool
    so_far: Share
    level: float
    low: float
    high: float
    learned: float
    watch: float | None


@dataclass(frozen=True)
class Curve:
    """A curve; exams of which the measure cannot be told have no point (untold: how many).

    target: the share to be reached. limit: the LC-CUSUM's, alarm: the CUSUM's. crossed: the point at which competence
    was shown first.
    """

    measure: Measure
    points: tuple[Point, ...]
    untold: int
    target: float
    limit: float
    alarm: float
    crossed: Point | None


def curve(course: Course, measure: Measure = Measure.SUCCESS) -> Curve:
    """Return the curve of a course."""
    raise NotImplementedError

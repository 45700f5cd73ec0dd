"""How does a trainee's success with one exam type develop, exam by exam, and how sure are we?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import accumulate

from supervision.competence.course import Course, ExamResult
from supervision.competence.cusum import Cusum
from supervision.competence.estimate import Estimate, estimates, intervals_of
from supervision.competence.lc_cusum import Question, lc_cusum
from supervision.figures import Share
from supervision.standards import DEFAULT, Certain, Learned, Standard, standard_named


class Measure(StrEnum):
    """What a curve follows."""

    ADEQUATE = "adequate"
    CORRECT = "correct"
    SUCCESS = "success"

    def of(self, result: ExamResult) -> bool | None:
        """Return what an exam says of it; None where it cannot be told."""
        told: bool | None = getattr(result, self.value)
        return told


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
    was shown first. estimate: after the last point.
    """

    measure: Measure
    points: tuple[Point, ...]
    untold: int
    target: float
    limit: float
    alarm: float
    crossed: Point | None
    estimate: Estimate


def curve(
    course: Course,
    measure: Measure = Measure.SUCCESS,
    standard: Standard | None = None,
    watch: Cusum | None = None,
    question: Question | None = None,
) -> Curve:
    """Return the curve of a course, held against what a standard asks; against the default one where none is named.

    question: another one than that of the standard.
    """
    asked = standard or standard_named(DEFAULT)
    test, cusum = lc_cusum(question or question_of(asked)), watch or Cusum()
    told = [
        (number, result, outcome)
        for number, result in enumerate(course.results, 1)
        if (outcome := measure.of(result)) is not None
    ]
    outcomes = [outcome for _, _, outcome in told]
    known = estimates(outcomes, [result.inclusion for _, result, _ in told])
    sums, watched = test.path(outcomes), _watched(course, told, cusum)
    points = tuple(
        Point(
            number=number,
            exam=result.exam,
            at=result.at,
            outcome=outcome,
            so_far=Share(successes, place),
            level=float(one.mean),
            low=float(low),
            high=float(high),
            learned=learned,
            watch=watched[place - 1],
        )
        for place, ((number, result, outcome), successes, one, (low, high), learned) in enumerate(
            zip(told, accumulate(map(int, outcomes)), known, intervals_of(known), sums, strict=True), 1
        )
    )
    crossed = test.crossed(outcomes)
    return Curve(
        measure,
        points,
        len(course.results) - len(told),
        target_of(asked),
        test.limit,
        cusum.alarm,
        None if crossed is None else points[crossed - 1],
        known[-1] if known else Estimate(0.0, 0.0),
    )


def question_of(standard: Standard) -> Question:
    """Return what the LC-CUSUM of a standard tells apart; the usual where it asks for none."""
    asked = standard.asks(Learned)
    return Question() if asked is None else asked.question


def target_of(standard: Standard) -> float:
    """Return the share of successes (0-1) that a standard wants; 1 - p_ok of its test where it names none."""
    asked = standard.asks(Certain)
    return 1 - question_of(standard).p_ok if asked is None else asked.target


def _watched(course: Course, told: Sequence[tuple[int, ExamResult, bool]], watch: Cusum) -> list[float | None]:
    since = course.signed_off_at
    before = sum(since is None or result.at < since for _, result, _ in told)
    sums: list[float | None] = [None] * before
    return sums + watch.path([outcome for _, _, outcome in told[before:]])

"""How right are a trainee's answers, question by question, and on how many findings does that rest?"""

from collections.abc import Iterable
from dataclasses import dataclass

from supervision.competence.course import Course
from supervision.exam_types import FocusedQuestion
from supervision.figures import Share
from supervision.rating import Answer, Outcome

FEW = 20
"""Below so many findings a sensitivity says little, and is greyed."""

_MISSED = frozenset({Outcome.FALSE_NEGATIVE, Outcome.MISSED_INDETERMINATE})


@dataclass(frozen=True)
class Accuracy:
    """What came of one question.

    positives: exams in which the finding was there, answered or not. sensitivity: of those that were answered, an
    answer that was not sure counting as missed. specificity: of the answers where there was nothing, those that were
    not sure left out (unsure: how many). exams: with the finding.
    """

    question: FocusedQuestion
    positives: int
    sensitivity: Share
    specificity: Share
    unsure: int
    exams: tuple[int, ...]

    @property
    def few(self) -> bool:
        """Tell whether the findings are too few to say much."""
        return self.positives < FEW


def accuracy(course: Course, *, critical_only: bool = True) -> tuple[Accuracy, ...]:
    """Return what came of each question of the exam type, in its order."""
    asked = (one for one in course.exam_type.questions if one.critical or not critical_only)
    return tuple(_of(question, course) for question in asked)


def _of(question: FocusedQuestion, course: Course) -> Accuracy:
    code = question.code
    found = tuple(one.exam for one in course.results if one.expert.get(code) is Answer.POSITIVE)
    outcomes = [one.outcomes[code] for one in course.results if code in one.outcomes]
    hits, missed = _count(outcomes, {Outcome.TRUE_POSITIVE}), _count(outcomes, _MISSED)
    clear, false = _count(outcomes, {Outcome.TRUE_NEGATIVE}), _count(outcomes, {Outcome.FALSE_POSITIVE})
    unsure = _count(outcomes, {Outcome.INDETERMINATE})
    return Accuracy(question, len(found), Share(hits, hits + missed), Share(clear, clear + false), unsure, found)


def _count(outcomes: Iterable[Outcome], wanted: Iterable[Outcome]) -> int:
    return sum(one in frozenset(wanted) for one in outcomes)

"""What should a trainee practise next: the repair of what would gain most?"""

from dataclasses import dataclass

from supervision.competence.course import Course
from supervision.figures import Share
from supervision.rating import Component

INTERPRETATION = "interpretation"
"""What is repaired where the pictures were adequate and the answer was wrong."""


@dataclass(frozen=True)
class Exercise:
    """One thing to practise.

    target: a component, or interpretation. view: in which view it is worst, or the question that was answered wrongly.
    gain: share of the exams (0-1) that its repair would have made successes, credit for an exam with several faults
    divided between them. alone: exams in which nothing else was wrong. sure: how often it comes first when the exams
    are drawn anew (0-1). phrases: codes of supervision.phrases that help, best first.
    """

    target: Component | str
    view: str
    gain: float
    alone: Share
    sure: float
    phrases: tuple[str, ...]


def next_exercises(course: Course) -> tuple[Exercise, ...]:
    """Return what to practise, what would gain most first; nothing where nothing went wrong lately."""
    raise NotImplementedError

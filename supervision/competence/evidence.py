"""What does a standard ask for a step of the ladder, what is there, and does it suffice?"""

from dataclasses import dataclass
from datetime import datetime

from pipeline.text import Text
from supervision.competence.course import Course
from supervision.ladder import Rung
from supervision.standards import Requirement, Standard


@dataclass(frozen=True)
class Evidence:
    """One requirement and what is there.

    title: what is asked, found: what is there (both words with their numbers). value and needed: the same as numbers,
    for a bar; None where there is none. exams: the numbers of the exams on which it rests, at most those that decide.
    """

    requirement: Requirement
    met: bool
    title: Text
    found: Text
    value: float | None
    needed: float
    source: Text
    exams: tuple[int, ...] = ()

    @property
    def kind(self) -> str:
        """The requirement's kind, as in the standard."""
        return self.requirement.kind


@dataclass(frozen=True)
class StepEvidence:
    """All that a standard asks for a step; met: a person may sign."""

    standard: Standard
    exam_type: str
    to: Rung
    at: datetime
    pieces: tuple[Evidence, ...]

    @property
    def met(self) -> bool:
        """Tell whether nothing is missing; never where nothing is asked."""
        return bool(self.pieces) and all(one.met for one in self.pieces)


def evidence_for(course: Course, standard: Standard, to: Rung, now: datetime) -> StepEvidence:
    """Return what there is for a step to `to`; no pieces where the standard leaves the step to people."""
    raise NotImplementedError

"""What does the scanner say about an exam, beside the pictures? Codes only: free text could name a patient."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from supervision.exam_types import ExamType
from supervision.rating import Answer


class AgeBand(StrEnum):
    """How old the patient is, as wide as the reading needs; wide enough not to identify anybody."""

    NEWBORN = "newborn"  # to 28 days
    INFANT = "infant"  # to 11 months
    CHILD_1_4 = "child_1_4"
    CHILD_5_14 = "child_5_14"
    ADULT_15_44 = "adult_15_44"
    ADULT_45_64 = "adult_45_64"
    ADULT_65 = "adult_65"
    UNKNOWN = "unknown"


class Sex(StrEnum):
    """The patient's sex as far as the reading needs it."""

    FEMALE = "female"
    MALE = "male"
    UNKNOWN = "unknown"


class Urgency(StrEnum):
    """How soon the scanner needs the answer: the patient is critical now, or within the usual time."""

    USUAL = "usual"
    CRITICAL = "critical"


@dataclass(frozen=True)
class Worksheet:
    """What the scanner said: the clinical question is the code of the focused question the exam was made for.

    views: which clip (number of the scan in the catalogue) shows which view. ValueError where the exam type does not
    know a code.
    """

    exam_type: ExamType
    question: str = ""
    answers: Mapping[str, Answer] = field(default_factory=dict)
    age: AgeBand = AgeBand.UNKNOWN
    sex: Sex = Sex.UNKNOWN
    urgency: Urgency = Urgency.USUAL
    views: Mapping[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse codes that the exam type does not know."""
        asked = {question.code for question in self.exam_type.questions}
        if self.question and self.question not in asked:
            raise ValueError("question must be one of the exam type")
        if not asked.issuperset(self.answers):
            raise ValueError("answers must be to questions of the exam type")
        known = {view.code for view in self.exam_type.views}
        if not known.issuperset(view for view in self.views.values() if view):
            raise ValueError("views must be views of the exam type")

    @property
    def red_flags(self) -> tuple[str, ...]:
        """The questions whose positive answer must not wait."""
        flagged = (question.code for question in self.exam_type.questions if question.red_flag)
        return tuple(code for code in flagged if self.answers.get(code) is Answer.POSITIVE)

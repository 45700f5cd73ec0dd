"""What is an exam type, what is a view of it, what does it ask?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from pipeline.rule import Limits
from pipeline.text import Text
from supervision.exam_types.sources import cited

NOTHING = Text("", "")


@dataclass(frozen=True)
class View:
    """A picture that an exam of this type must hold: a clip of at least `seconds`, or a still.

    side: "" where the body has but one or both are seen, "left" or "right" where the view is of that side.
    """

    code: str
    label: Text
    still: bool = False
    seconds: float = 0.0
    side: str = ""


@dataclass(frozen=True)
class FocusedQuestion:
    """A question that an exam of this type answers with yes or no; yes is always the finding.

    critical: a wrong answer makes the reading wrong. red_flag: a positive answer must be answered within 24 h.
    """

    code: str
    label: Text
    critical: bool = False
    red_flag: bool = False


@dataclass(frozen=True)
class ExamType:
    """One kind of examination. supervised_scans: default number before sign-off, None where each site decides.

    clinical is False for phantoms, which never count as patients' scans; expert_read means that every scan is read.
    limits, weights: by the name of the rule, where they differ from the rule's own. population: in whom it is made.
    sources: where each number comes from, by `supervised_scans`, `views`, `seconds`, `questions` and `limits.<rule>`.
    """

    code: str
    label: Text
    supervised_scans: int | None
    clinical: bool = True
    expert_read: bool = False
    limits: Mapping[str, Limits] = field(default_factory=dict, hash=False)
    weights: Mapping[str, float] = field(default_factory=dict, hash=False)
    version: int = 1
    views: tuple[View, ...] = ()
    questions: tuple[FocusedQuestion, ...] = ()
    population: Text = NOTHING
    sources: Mapping[str, str] = field(default_factory=dict, hash=False)
    valid_from: date | None = None

    def __post_init__(self) -> None:
        """Refuse limits that cannot be told apart and weights outside 0-1."""
        if any(one.good == one.poor for one in self.limits.values()):
            raise ValueError(f"{self.code}: limits must differ")
        if not all(0 <= weight <= 1 for weight in self.weights.values()):
            raise ValueError(f"{self.code}: a weight is a share")

    @property
    def source(self) -> Text:
        """Where the number of supervised scans comes from."""
        return self.source_of("supervised_scans")

    def source_of(self, number: str) -> Text:
        """Return where a number comes from, in words; empty where there is no such number."""
        return cited(self.sources.get(number, ""))

    def view(self, code: str) -> View | None:
        """Return the view of this code, None if there is none."""
        return next((one for one in self.views if one.code == code), None)

    def question(self, code: str) -> FocusedQuestion | None:
        """Return the question of this code, None if there is none."""
        return next((one for one in self.questions if one.code == code), None)

"""What does an expert say about an exam?

Two layers: every required view by its components, and the exam as a whole. What can be computed is computed: whether
the exam is adequate (from the views and the overall rating) and correct (from the answers).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

from supervision.exam_types import ExamType
from supervision.marks import MOST_MARKS, Mark, mark_of
from supervision.plain_text import is_plain_text
from supervision.rating import NEEDED, WRONG, Answer, Cause, Component, Consequence, Outcome, Reference, outcome

LONGEST_COMMENT = 4000
LONGEST_ADVICE = 500
LONGEST_PHRASE = 40

Rated = Mapping[Component, int | None]
"""0, 1 or 2 for each component of a view; None where it does not apply (NA)."""


@dataclass(frozen=True)
class Advice:
    """One sentence for the trainee: a phrase that exists in both languages, or own words."""

    phrase: str = ""
    text: str = ""

    def __post_init__(self) -> None:
        """Refuse what is too long."""
        if not is_plain_text(self.phrase, LONGEST_PHRASE) or not is_plain_text(self.text, LONGEST_ADVICE):
            raise ValueError(f"advice must be text of at most {LONGEST_ADVICE} characters")

    def __bool__(self) -> bool:
        """Tell whether it says anything."""
        return bool(self.phrase or self.text.strip())


@dataclass(frozen=True)
class ReviewForm:
    """One reading.

    overall 1-5 (1 no recognisable structure, 3 minimum criteria met, 5 excellent). views: by code of the view.
    answers, references: by code of the question. indication 0-2; integration and entrustment 1-5; confidence 1-3; None
    where it was not said. keep, change, next: the advice. told: the reader opened the scanner's answers before giving
    all of theirs. ValueError names the field that is not valid.
    """

    overall: int
    views: Mapping[str, Rated] = field(default_factory=dict)
    answers: Mapping[str, Answer] = field(default_factory=dict)
    references: Mapping[str, Reference] = field(default_factory=dict)
    indication: int | None = None
    consequence: Consequence | None = None
    integration: int | None = None
    entrustment: int | None = None
    cause: Cause | None = None
    confidence: int | None = None
    keep: Advice = field(default_factory=Advice)
    change: Advice = field(default_factory=Advice)
    next: Advice = field(default_factory=Advice)
    exemplar: bool = False
    comment: str = ""
    marks: tuple[Mark, ...] = ()
    told: bool = False

    def __post_init__(self) -> None:
        """Refuse what is out of range; whether it fits an exam type is said by `problems`."""
        for name, low, high, needed in _RANGES:
            value = getattr(self, name)
            if value is None and not needed:
                continue
            if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
                raise ValueError(f"{name} must be a whole number from {low} to {high}")
        for name in ("exemplar", "told"):
            if not isinstance(getattr(self, name), bool):
                raise ValueError(f"{name} must be yes or no")
        if not is_plain_text(self.comment, LONGEST_COMMENT):
            raise ValueError(f"comment must be text of at most {LONGEST_COMMENT} characters")
        if len(self.marks) > MOST_MARKS:
            raise ValueError(f"marks: at most {MOST_MARKS}")
        for view, rated in self.views.items():
            if any(value is not None and (type(value) is not int or value not in LEVELS) for value in rated.values()):
                raise ValueError(f"views: a component of {view} is 0, 1, 2 or does not apply")

    def problems(self, exam_type: ExamType) -> tuple[str, ...]:
        """Return what is missing or unknown for this exam type, as paths such as `views.PLAX.axis` and `answers.EFF`.

        Every required view is rated in every component, or is not present, after which nothing else of it needs a word;
        every critical question has an answer. What makes a view adequate is a number and never "does not apply". A
        reference stands beside an answer. Nothing else is needed beside the overall rating.
        """
        known = {view.code for view in exam_type.views}
        asked = {question.code: question for question in exam_type.questions}
        missing = [f"views.{view}.{part}" for view in known for part in _unrated(self.views.get(view, {}))]
        missing += [f"answers.{code}" for code, one in asked.items() if one.critical and code not in self.answers]
        missing += [f"answers.{code}" for code in self.references if code in asked and code not in self.answers]
        unknown = [f"views.{view}" for view in self.views if view not in known]
        unknown += [f"answers.{code}" for code in {*self.answers, *self.references} if code not in asked]
        return tuple(sorted({*missing, *unknown}))

    def adequate(self, exam_type: ExamType) -> bool:
        """Tell whether every required view shows its structures on the right axis and the whole reaches 3."""
        rated = (self.views.get(view.code, {}) for view in exam_type.views)
        return self.overall >= 3 and all((one.get(component) or 0) >= 1 for one in rated for component in NEEDED)

    def completeness(self, exam_type: ExamType) -> tuple[int, int]:
        """Return how many of the required views are there at all, and how many are required."""
        there = sum((self.views.get(view.code, {}).get(Component.PRESENT) or 0) >= 1 for view in exam_type.views)
        return there, len(exam_type.views)

    def outcomes(self, scanner: Mapping[str, Answer]) -> Mapping[str, Outcome]:
        """Return how the scanner's answers compare with these, by question."""
        return {code: outcome(scanner.get(code), said) for code, said in self.answers.items()}

    def correct(self, exam_type: ExamType, scanner: Mapping[str, Answer]) -> bool | None:
        """Tell whether no critical question was answered wrongly; None where none of them was answered by both."""
        critical = {question.code for question in exam_type.questions if question.critical}
        told = {one for code, one in self.outcomes(scanner).items() if code in critical}
        if told <= {Outcome.NOT_ANSWERED, Outcome.NOT_ASSESSABLE}:
            return None
        return told.isdisjoint(WRONG)

    def success(self, exam_type: ExamType, scanner: Mapping[str, Answer]) -> bool | None:
        """Tell whether the exam is adequate and correct; see `success`."""
        asked = any(question.critical for question in exam_type.questions)
        return success(adequate=self.adequate(exam_type), correct=self.correct(exam_type, scanner), asked=asked)

    def reference(self, code: str) -> Reference:
        """Return what the answer to a question rests on: the reading itself where nothing else is named."""
        return self.references.get(code, Reference.EXPERT_READING)

    def as_json(self) -> dict[str, Any]:
        """Return the form as `form_of` reads it."""
        table = {one.name: getattr(self, one.name) for one in fields(self)}
        advice = {name: {"phrase": table[name].phrase, "text": table[name].text} for name in ("keep", "change", "next")}
        views = {view: dict(rated) for view, rated in self.views.items()}
        said = {"answers": dict(self.answers), "references": dict(self.references)}
        return table | advice | said | {"views": views, "marks": [mark.as_json() for mark in self.marks]}


def success(*, adequate: bool, correct: bool | None, asked: bool) -> bool | None:
    """Tell whether an exam counts as a success: adequate and correct; asked: its type has a critical question.

    What is not adequate is none, whatever was answered. Where the type asks nothing critical, adequate is enough. Where
    it does and nothing can be said of the answers (`correct` is None: the scanner gave none, or no expert could tell),
    the exam is neither: counting it as a success would reward silence, as a failure the patient whose window is poor.
    """
    if not adequate:
        return False
    return correct if asked else True


LEVELS = (0, 1, 2)
_RANGES = (
    ("overall", 1, 5, True),
    ("indication", 0, 2, False),
    ("integration", 1, 5, False),
    ("entrustment", 1, 5, False),
    ("confidence", 1, 3, False),
)


def form_of(table: Mapping[str, Any]) -> ReviewForm:
    """Return the form of such a table (JSON); ValueError for an unknown name or a value that is not valid."""
    unknown = set(table) - {one.name for one in fields(ReviewForm)}
    if unknown:
        raise ValueError(f"unknown field {min(unknown)}")
    try:
        read: dict[str, Any] = dict(table)
        read["views"] = MappingProxyType({view: _rated(rated) for view, rated in table.get("views", {}).items()})
        read["answers"] = MappingProxyType({code: Answer(said) for code, said in table.get("answers", {}).items()})
        read["references"] = MappingProxyType({c: Reference(said) for c, said in table.get("references", {}).items()})
        read["consequence"] = Consequence(table["consequence"]) if table.get("consequence") else None
        read["cause"] = Cause(table["cause"]) if table.get("cause") else None
        read |= {name: Advice(**(table.get(name) or {})) for name in ("keep", "change", "next")}
        read["marks"] = tuple(mark_of(one) for one in table.get("marks", ()))
        return ReviewForm(**read)
    except (TypeError, AttributeError) as error:
        raise ValueError("the form is not of the expected shape") from error


def _unrated(rated: Rated) -> list[Component]:
    """Return the components of a view that lack a rating, or a number where "does not apply" is none."""
    if rated.get(Component.PRESENT) == 0:
        return []
    return [part for part in Component if part not in rated or (part in NEEDED and rated[part] is None)]


def _rated(rated: Mapping[str, Any]) -> Rated:
    return MappingProxyType({Component(name): value for name, value in rated.items()})

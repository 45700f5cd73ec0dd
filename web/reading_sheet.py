"""How is the rating form laid out for one exam type, what is filled in already, and what is wrong where?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from supervision.exam_types import ExamType, FocusedQuestion, View
from supervision.phrases import KINDS, Kind, Phrase, phrases_for, weights
from supervision.rating import Component, Reference
from web.reading_words import (
    ANSWERS,
    CAUSES,
    CONFIDENCES,
    CONSEQUENCES,
    ENTRUSTMENTS,
    INDICATIONS,
    INTEGRATIONS,
    REFERENCES,
)
from web.words import ANCHORS, Word


@dataclass(frozen=True)
class Option:
    """One answer of a row; digit: the key that gives it."""

    value: str
    words: Word
    digit: int
    chosen: bool


@dataclass(frozen=True)
class Cell:
    """One component of one view; value: "" as long as nobody has said anything; measured: from the measurement."""

    component: Component
    value: str
    measured: bool


@dataclass(frozen=True)
class ViewRow:
    """A required view: its cells, on which clips it is (counted from 1), and whether somebody has looked at it."""

    view: View
    cells: tuple[Cell, ...]
    clips: tuple[int, ...]
    seen: bool
    error: str

    @property
    def measured(self) -> bool:
        """Tell whether anything in it comes from the measurement."""
        return any(cell.measured for cell in self.cells)


@dataclass(frozen=True)
class QuestionRow:
    """A focused question with the answers and what they rest on."""

    question: FocusedQuestion
    options: tuple[Option, ...]
    references: tuple[Option, ...]
    error: str


@dataclass(frozen=True)
class AdviceRow:
    """One sentence for the trainee: a phrase or own words. phrases: each with what speaks for it, for the script."""

    kind: str
    phrase: str
    text: str
    phrases: tuple[tuple[Phrase, str], ...]


@dataclass(frozen=True)
class Sheet:
    """The whole form as a page shows it; errors: by row or field."""

    views: tuple[ViewRow, ...]
    overall: tuple[Option, ...]
    questions: tuple[QuestionRow, ...]
    advice: tuple[AdviceRow, ...]
    indication: tuple[Option, ...]
    consequence: tuple[Option, ...]
    integration: tuple[Option, ...]
    entrustment: tuple[Option, ...]
    cause: tuple[Option, ...]
    confidence: tuple[Option, ...]
    exemplar: bool
    comment: str
    marks: str
    errors: Mapping[str, str]

    @property
    def more(self) -> bool:
        """Tell whether anything of the second layer is filled in or wrong."""
        rows = (self.indication, self.consequence, self.integration, self.entrustment, self.cause, self.confidence)
        return self.exemplar or bool(self.comment) or any(one.chosen for row in rows for one in row)


def sheet_of(
    exam_type: ExamType,
    fields: Mapping[str, str],
    prefill: Mapping[str, Mapping[Component, int]],
    clips: Iterable[str] = (),
    errors: Mapping[str, str] | None = None,
) -> Sheet:
    """Return the form of an exam type with `fields` filled in, and the measurement where they say nothing.

    clips: the code of the view that each clip shows, "" where it is not known.
    """
    wrong, shown = errors or {}, list(clips)

    def options(name: str, words: Mapping[Any, Word], first: int = 1) -> tuple[Option, ...]:
        pairs = [(str(value), word) for value, word in words.items()]
        return tuple(Option(value, word, n, value == fields.get(name)) for n, (value, word) in enumerate(pairs, first))

    return Sheet(
        views=tuple(_view(view, fields, prefill.get(view.code, {}), shown, wrong) for view in exam_type.views),
        overall=options("overall", ANCHORS),
        questions=tuple(
            QuestionRow(
                question,
                options(f"q.{question.code}", ANSWERS),
                _references(fields.get(f"r.{question.code}", "")),
                wrong.get(f"q.{question.code}", ""),
            )
            for question in exam_type.questions
        ),
        advice=tuple(_advice(kind, fields, exam_type.code) for kind in KINDS),
        indication=options("indication", INDICATIONS, first=0),
        consequence=options("consequence", CONSEQUENCES),
        integration=options("integration", INTEGRATIONS),
        entrustment=options("entrustment", ENTRUSTMENTS),
        cause=options("cause", CAUSES),
        confidence=options("confidence", CONFIDENCES),
        exemplar=bool(fields.get("exemplar")),
        comment=fields.get("comment", ""),
        marks=fields.get("marks", ""),
        errors=wrong,
    )


def _view(
    view: View,
    fields: Mapping[str, str],
    measured: Mapping[Component, int],
    shown: list[str],
    errors: Mapping[str, str],
) -> ViewRow:
    cells = []
    for component in Component:
        said = fields.get(f"v.{view.code}.{component}", "")
        known = measured.get(component)
        from_measurement = known is not None and said in ("", str(known))
        cells.append(Cell(component, said or ("" if known is None else str(known)), from_measurement))
    clips = tuple(n for n, code in enumerate(shown, 1) if code == view.code)
    seen = view.code in fields.get("seen", "").split()
    return ViewRow(view, tuple(cells), clips, seen, errors.get(f"v.{view.code}", ""))


def _references(said: str) -> tuple[Option, ...]:
    chosen = said or Reference.EXPERT_READING
    return tuple(Option(code, words, n, code == chosen) for n, (code, words) in enumerate(REFERENCES.items(), 1))


def _advice(kind: Kind, fields: Mapping[str, str], exam_type: str) -> AdviceRow:
    known = phrases_for(kind, exam_type)
    weighed = tuple((one, " ".join(f"{what}={points}" for what, points in weights(one).items())) for one in known)
    return AdviceRow(kind, fields.get(kind, ""), fields.get(f"{kind}_text", ""), weighed)

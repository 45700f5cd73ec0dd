"""How do readings of one exam stand side by side, and where do they differ?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from supervision.exam_types import ExamType, FocusedQuestion
from supervision.phrases import KINDS, words_of
from supervision.rating import Component
from supervision.review_form import Rated, ReviewForm
from web.reading_words import ANSWERS, CAUSES, COMPONENTS, CONFIDENCES, CONSEQUENCES, ENTRUSTMENTS
from web.words import Word

NOTHING = "–"


@dataclass(frozen=True)
class Line:
    """What each reading says of one thing; `differs`: the first two do not say the same; part: of the view above."""

    label: Word
    said: tuple[str, ...]
    differs: bool
    part: bool = False


def lines_of(forms: Sequence[ReviewForm], exam_type: ExamType) -> list[Line]:
    """Return the lines, the forms to be compared first; of a view only those parts that are not all alike."""
    return [
        _line(_("Overall image quality"), [f"{form.overall}/5" for form in forms]),
        *_views(forms, exam_type),
        *(
            _line(_asked(question), [_word(form.answers.get(question.code), ANSWERS) for form in forms])
            for question in exam_type.questions
        ),
        _line(_("Entrustment"), [_named(form.entrustment, ENTRUSTMENTS) for form in forms]),
        _line(_("Consequence for the patient"), [_word(form.consequence, CONSEQUENCES) for form in forms]),
        _line(_("Main cause of the worst defect"), [_word(form.cause, CAUSES) for form in forms]),
        _line(_("My confidence in this reading"), [_named(form.confidence, CONFIDENCES) for form in forms]),
        _line(_("Advice"), [_advice(form) for form in forms]),
        _line(_("Comment"), [form.comment for form in forms]),
    ]


def _asked(question: FocusedQuestion) -> str:
    said = question.label.say(_language())
    return f"{said} · {_('critical')}" if question.critical else said


def _views(forms: Sequence[ReviewForm], exam_type: ExamType) -> Iterator[Line]:
    for view in exam_type.views:
        rated = [form.views.get(view.code, {}) for form in forms]
        unlike = [part for part in Component if len({one.get(part) for one in rated}) > 1]
        yield Line(view.label.say(_language()), tuple(_rest(one, unlike) for one in rated), differs=False)
        for part in unlike:
            said = tuple(_level(one.get(part)) for one in rated)
            yield Line(COMPONENTS[part], said, differs=said[0] != said[1], part=True)


def _rest(rated: Rated, unlike: Sequence[Component]) -> str:
    """Return in short how the parts of a view are rated on which all agree."""
    rest = [value for part, value in rated.items() if part not in unlike]
    if not rest:
        return NOTHING
    if set(rest) == {2}:
        return _("the rest correct") if unlike else _("all correct")
    return " ".join(_level(value) for value in rest)


def _level(value: int | None) -> str:
    return NOTHING if value is None else str(value)


def _line(label: Word, said: Sequence[str]) -> Line:
    told = tuple(one or NOTHING for one in said)
    return Line(label, told, differs=told[0] != told[1])


def _named(value: int | None, words: Mapping[int, Word]) -> str:
    return "" if value is None else f"{value} · {words[value]}"


def _word(code: object, words: Mapping[Any, Word]) -> str:
    return "" if code is None else str(words[code])


def _advice(form: ReviewForm) -> str:
    return " · ".join(said for kind in KINDS if (said := words_of(getattr(form, kind), _language())))


def _language() -> str:
    return get_language() or "en"

"""How is a clip of the teaching library told? What it shows, in the reader's language, and nothing of whose it is."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import get_language

from storage.catalogue.exam_catalogue import types_of
from storage.catalogue.models import TeachingClip
from supervision.rating import Answer, Cause
from web.media import Picture, picture_of
from web.reading_words import ANSWERS, CAUSES
from web.words import Word


@dataclass(frozen=True)
class Question:
    """A focused question about a clip; truth: the answer, for whoever may know it."""

    code: str
    label: str
    truth: Answer

    @property
    def truth_word(self) -> Word:
        """The answer in words."""
        return ANSWERS[self.truth]


@dataclass(frozen=True)
class Lesson:
    """One clip and what it teaches."""

    clip: TeachingClip
    exam: str
    defect: Word
    questions: tuple[Question, ...]
    picture: Picture | None

    @property
    def shows(self) -> tuple[str, ...]:
        """The findings that are there."""
        return tuple(question.label for question in self.questions if question.truth is Answer.POSITIVE)


def lesson_of(clip: TeachingClip) -> Lesson:
    """Return what a page may say of a clip."""
    exam_type = types_of(clip.organisation_id).get(clip.exam_type)
    labels = {one.code: one.label.say(_language()) for one in exam_type.questions} if exam_type else {}
    return Lesson(
        clip,
        exam_type.label.say(_language()) if exam_type else clip.exam_type,
        CAUSES[Cause(clip.defect)],
        tuple(_questions(clip.answers, labels)),
        picture_of(clip.scan),
    )


def _questions(answers: Mapping[str, str], labels: Mapping[str, str]) -> list[Question]:
    return [Question(code, labels.get(code, code), Answer(said)) for code, said in answers.items()]


def _language() -> str:
    return get_language() or "en"

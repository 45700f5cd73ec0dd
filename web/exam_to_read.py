"""What of an exam may be served to whoever reads it? The page and the API say nothing that does not stand here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language

from pipeline.text import Text
from storage.catalogue.blinding import hidden_from
from storage.catalogue.drafts import draft_of
from storage.catalogue.exam_catalogue import type_when_queued
from storage.catalogue.models import Exam, Person, ReviewItem
from storage.catalogue.prefill import prefill_for
from supervision.blinding import Hidden
from supervision.exam_types import ExamType
from supervision.rating import Answer, Component
from supervision.readings import Reading
from supervision.worksheet import AgeBand, Sex
from web.findings import Judgement, judgement_of
from web.media import Picture, picture_of


@dataclass(frozen=True)
class Said:
    """What the scanner said on the worksheet: the clinical question, and the answers by the question's code."""

    question: Text | None
    answers: dict[str, Answer]
    age: AgeBand
    sex: Sex


@dataclass(frozen=True)
class Kept:
    """What the reader typed before: fields as the form sends them, each with its time (milliseconds since 1970)."""

    content: dict[str, Any]
    seconds: float
    version: int
    saved_at: datetime


@dataclass(frozen=True)
class ExamToRead:
    """One exam as its reader gets it; trainee, site and findings are None where they are hidden or unknown.

    minutes: left of the lease. prefill: 0-2 by view and component, from the measurement. `hidden` says what was left
    out, so that a page can tell "hidden" from "unknown".
    """

    item: int
    reading: Reading
    name: str
    exam_type: ExamType
    clips: tuple[Picture, ...]
    said: Said | None
    due: datetime
    clock: str
    minutes: int
    prefill: dict[str, dict[Component, int]]
    draft: Kept | None
    trainee: str | None
    site: str | None
    findings: tuple[Judgement, ...] | None
    hidden: frozenset[Hidden]
    simulated: bool

    @property
    def scanner_said(self) -> list[tuple[Text, Answer]]:
        """The scanner's answers to the questions of the exam type, in its order."""
        said = self.said.answers if self.said else {}
        return [(one.label, said[one.code]) for one in self.exam_type.questions if one.code in said]


def exam_to_read(item: ReviewItem, person: Person, now: datetime) -> ExamToRead:
    """Return what `person` is served of the exam behind `item`, without what they must not know yet."""
    exam = item.exam
    exam_type = type_when_queued(exam)
    assert exam_type is not None  # noqa: S101 - nothing is queued without its type
    hidden = hidden_from(person, exam)
    clips = list(exam.clips.order_by("captured_at", "pk").prefetch_related("objects_stored"))
    labels = {view.code: view.label.say(get_language() or "en") for view in exam_type.views}
    pictures = (picture_of(clip, labels.get(clip.view, "")) for clip in clips)
    judged = (judgement_of(clip) for clip in clips)
    left = (item.lease_until - now).total_seconds() if item.lease_until else 0.0
    return ExamToRead(
        item=item.pk,
        reading=Reading(item.reading),
        name=exam.name,
        exam_type=exam_type,
        clips=tuple(one for one in pictures if one is not None),
        said=_said(exam, exam_type),
        due=item.due_at,
        clock=item.clock,
        minutes=max(0, int(left // 60)),
        prefill={view: dict(rated) for view, rated in prefill_for(exam).items()},
        draft=_kept(item, person),
        trainee=None if Hidden.TRAINEE in hidden or exam.trainee is None else exam.trainee.display_name,
        site=None if Hidden.SITE in hidden else exam.project.name,
        findings=None if Hidden.SCORE in hidden else tuple(one for one in judged if one is not None),
        hidden=hidden,
        simulated=exam.simulated,
    )


def _said(exam: Exam, exam_type: ExamType) -> Said | None:
    if exam.worksheet_at is None:
        return None
    labels = {question.code: question.label for question in exam_type.questions}
    answers = {code: Answer(said) for code, said in exam.answers.items()}
    return Said(labels.get(exam.question), answers, AgeBand(exam.age), Sex(exam.sex))


def _kept(item: ReviewItem, person: Person) -> Kept | None:
    draft = draft_of(item.pk, person)
    if draft is None:
        return None
    return Kept(draft.content, draft.seconds, draft.version, draft.saved_at)

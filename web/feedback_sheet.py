"""What does the trainee read of an expert's feedback, in words?"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from pipeline.text import Text
from storage.catalogue.exam_catalogue import type_at
from storage.catalogue.models import Arbitration, Exam, Feedback
from supervision.exam_types import ExamType
from supervision.feedback import Step
from supervision.phrases import phrases, words_of
from supervision.rating import Answer, Cause, Component, Outcome
from supervision.readings import Decided, Reading
from supervision.review_form import ReviewForm, form_of
from web.media import Picture
from web.reading_words import ANSWERS, CAUSES, COMPONENTS, DECIDED, REFERENCES
from web.words import Word

OUTCOMES: dict[Outcome, tuple[Word, str]] = {
    Outcome.TRUE_POSITIVE: (_("you both say yes"), "good"),
    Outcome.TRUE_NEGATIVE: (_("you both say no"), "good"),
    Outcome.FALSE_POSITIVE: (_("you saw something that is not there"), "poor"),
    Outcome.FALSE_NEGATIVE: (_("you missed a finding"), "poor"),
    Outcome.INDETERMINATE: (_("one of you is not sure"), "weak"),
    Outcome.MISSED_INDETERMINATE: (_("there is a finding, and you were not sure"), "poor"),
    Outcome.NOT_ASSESSABLE: (_("these pictures do not allow an answer"), "weak"),
    Outcome.NOT_ANSWERED: (_("you gave no answer"), "none"),
}
"""How the trainee's answer compares, and its icon."""

STEPS: dict[Step, Word] = {
    Step.ACKNOWLEDGED: _("read and understood"),
    Step.REPLIED: _("reply"),
    Step.APPEALED: _("appeal"),
    Step.ANSWERED: _("answer"),
    Step.DECIDED: _("appeal decided"),
}


@dataclass(frozen=True)
class ViewSaid:
    """What was not right in one required view: absent or unusable (0), flawed but still answerable (1)."""

    view: Text
    unusable: tuple[Word, ...]
    flawed: tuple[Word, ...]


@dataclass(frozen=True)
class Compared:
    """One focused question: the trainee's answer, the expert's, and what the latter rests on."""

    question: Text
    critical: bool
    yours: Word
    expert: Word
    reference: Word
    outcome: Word
    icon: str


@dataclass(frozen=True)
class Pinned:
    """One remark on a frame. number and frame count from 1; address: the clip, at this moment where the browser can."""

    number: int
    clip: str
    frame: int
    text: str
    address: str


@dataclass(frozen=True)
class Judged:
    """What an arbiter decided: by whom, why, and whether an appeal asked for it."""

    by: str
    reasons: tuple[Word, ...]
    note: str
    on_appeal: bool


@dataclass(frozen=True)
class Said:
    """One step of the trainee, or one that came back."""

    at: datetime
    who: str
    what: Word
    text: str


@dataclass(frozen=True)
class FeedbackSheet:
    """One feedback as the page shows it; `marks` is what the player draws, as JSON."""

    feedback: Feedback
    form: ReviewForm
    keep: str
    change: str
    next: str
    minutes: int | None
    cause: Word
    there: tuple[int, int]
    views: tuple[ViewSaid, ...]
    right: tuple[Text, ...]
    answers: tuple[Compared, ...]
    pinned: tuple[Pinned, ...]
    marks: str
    judged: Judged | None


def sheet_of(feedback: Feedback, exam: Exam, pictures: Sequence[Picture] = ()) -> FeedbackSheet:
    """Return feedback in the reader's language; pictures: the exam's clips, in the order of the page."""
    review = feedback.review
    exam_type = type_at(exam.project.organisation_id, exam.exam_type, review.exam_type_version)
    form = form_of(review.form)
    language = get_language() or "en"
    said = tuple(_view_said(view.label, form.views.get(view.code, {})) for view in exam_type.views)
    phrase = phrases().get(form.next.phrase)
    return FeedbackSheet(
        feedback=feedback,
        form=form,
        keep=words_of(form.keep, language),
        change=words_of(form.change, language),
        next=words_of(form.next, language),
        minutes=phrase.minutes if phrase else None,
        cause=CAUSES[form.cause] if form.cause not in (None, Cause.NO_DEFECT) else "",
        there=form.completeness(exam_type),
        views=tuple(one for one in said if one.unusable or one.flawed),
        right=tuple(one.view for one in said if not (one.unusable or one.flawed)),
        answers=_compared(form, exam, exam_type),
        pinned=_pinned(form, pictures),
        marks=json.dumps([mark.as_json() for mark in form.marks]),
        judged=_judged(feedback),
    )


def _view_said(label: Text, rated: Mapping[Component, int | None]) -> ViewSaid:
    if rated.get(Component.PRESENT) == 0:
        return ViewSaid(label, (_("the whole view"),), ())
    levels = [tuple(COMPONENTS[part] for part in Component if rated.get(part) == level) for level in (0, 1)]
    return ViewSaid(label, levels[0], levels[1])


def _compared(form: ReviewForm, exam: Exam, exam_type: ExamType) -> tuple[Compared, ...]:
    yours = {code: Answer(said) for code, said in exam.answers.items()}
    outcomes = form.outcomes(yours)
    return tuple(
        Compared(
            question.label,
            question.critical,
            ANSWERS[yours[question.code]] if question.code in yours else "–",
            ANSWERS[form.answers[question.code]],
            REFERENCES[form.reference(question.code)],
            *OUTCOMES[outcomes[question.code]],
        )
        for question in exam_type.questions
        if question.code in form.answers
    )


def _pinned(form: ReviewForm, pictures: Sequence[Picture]) -> tuple[Pinned, ...]:
    shown = {picture.clip: (number, picture) for number, picture in enumerate(pictures, 1)}
    found = []
    for number, mark in enumerate(form.marks, 1):
        place, picture = shown.get(mark.clip, (0, None))
        if picture is None:
            continue
        at = f"#t={picture.times[mark.frame]:.3f}" if mark.frame < len(picture.times) else ""
        clip = (picture.view or str(place)) if len(pictures) > 1 else ""
        found.append(Pinned(number, clip, mark.frame + 1, mark.text, (picture.small or picture.preview) + at))
    return tuple(found)


def _judged(feedback: Feedback) -> Judged | None:
    """Return what an arbiter decided to make this the reading that counts; nothing where there was none to decide."""
    decided = Arbitration.objects.filter(chosen=feedback.review, decided_at__isnull=False)
    last = decided.select_related("item", "blind__reviewer").order_by("-decided_at", "-pk").first()
    if last is None:
        return None
    why = tuple(DECIDED[Decided(code)] for code in last.reasons)
    return Judged(last.blind.reviewer.display_name, why, last.note, last.item.reading == Reading.APPEAL)


def steps_of(feedback: Feedback) -> list[Said]:
    """Return what was said on it, oldest first."""
    steps = feedback.steps.select_related("person").order_by("at", "pk")
    return [Said(one.at, one.person.display_name, STEPS[Step(one.what)], one.text) for one in steps]

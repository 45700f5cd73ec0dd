"""How does a program show an exam to its reader, and send back what they say of it?"""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from pipeline.errors import Conflict
from storage.catalogue import arbitration, drafts, readings
from storage.catalogue.models import Draft, Person, Review, ReviewItem
from storage.catalogue.scope import exams_for
from supervision.blinding import Hidden
from supervision.marks import Shape
from supervision.rating import Answer, Cause, Component, Consequence, Reference
from supervision.readings import JUDGES, Decided, Difference, Reading
from supervision.review_form import ReviewForm, form_of
from supervision.roles import Action
from supervision.worksheet import AgeBand, Sex
from web.api.access import operation
from web.api.failures import checked
from web.api.shapes import Key, Number, Words, said
from web.exam_to_read import ExamToRead, Said, exam_to_read
from web.permissions import person_of

router = Router()


class Clip(Schema):
    """A clip or a still, and the addresses of its pictures, which hold for half a day."""

    clip: int
    view: str
    moves: bool
    columns: int
    rows: int
    times: list[float]
    poster: str
    small: str
    preview: str
    mm_per_pixel: float | None


class Asked(Schema):
    """What the scanner wanted to know, and answered."""

    question: str | None
    answers: dict[str, Answer]
    age: AgeBand
    sex: Sex


class DraftOut(Schema):
    """What the reader has typed so far."""

    content: dict[str, Any]
    seconds: float
    version: int
    saved_at: datetime


class ExamToReadOut(Schema):
    """An exam as its reader gets it; what is named under `hidden` is null."""

    item: int
    reading: Reading
    name: str
    exam_type: str
    exam_type_version: int
    views: dict[str, str]
    questions: dict[str, str]
    clips: list[Clip]
    asked: Asked | None
    due: datetime
    clock: str
    minutes: int
    prefill: dict[str, dict[Component, int]]
    draft: DraftOut | None
    trainee: str | None
    site: str | None
    score: list[float | None] | None
    hidden: list[Hidden]
    simulated: bool


class MarkIn(Schema):
    """A drawing pinned to one frame of one clip; points as shares of the picture's width and height."""

    clip: Key
    frame: int = Field(ge=0, le=1_000_000)
    shape: Shape
    points: list[tuple[float, float]] = []
    text: str = ""


class AdviceIn(Schema):
    """One sentence for the trainee: the code of a phrase, or own words."""

    phrase: str = ""
    text: str = ""


class Form(Schema):
    """A reading, as supervision.review_form describes it: 0, 1, 2 or null (does not apply) for each component."""

    overall: int
    views: dict[str, dict[Component, int | None]] = {}
    answers: dict[str, Answer] = {}
    references: dict[str, Reference] = {}
    indication: int | None = None
    consequence: Consequence | None = None
    integration: int | None = None
    entrustment: int | None = None
    cause: Cause | None = None
    confidence: int | None = None
    keep: AdviceIn = AdviceIn()
    change: AdviceIn = AdviceIn()
    next: AdviceIn = AdviceIn()
    exemplar: bool = False
    comment: str = ""
    marks: list[MarkIn] = []
    told: bool = False

    def as_form(self) -> ReviewForm:
        """Return the reading; NotValid names what is out of range."""
        with checked("body.form"):
            return form_of(self.dict())


class Submitted(Schema):
    """A reading and its number: the same number again is the same reading. seen: views with proposals looked at."""

    submission: UUID
    form: Form
    seconds: float | None = Field(None, ge=0, le=86400)
    seen: list[str] = []


class Amended(Schema):
    """The new version of a reading."""

    submission: UUID
    form: Form


class DraftIn(Schema):
    """What was typed, on top of which version (0: the first)."""

    content: dict[str, Any]
    seconds: float = Field(0, ge=0, le=86400)
    version: int = Field(0, ge=0, le=2**31 - 1)


class ReadingOut(Schema):
    """What an expert said."""

    number: int
    reading: Reading
    reviewer: str
    overall: int
    adequate: bool
    correct: bool | None
    final: bool
    exam_type_version: int
    submitted_at: datetime
    form: dict[str, Any]


class BothOut(Schema):
    """The readings between which an arbiter decides, after their own; an appeal has no second."""

    own: ReadingOut
    first: ReadingOut
    second: ReadingOut | None
    differences: list[Difference]


class Decision(Schema):
    """Which reading shall count, and why."""

    chosen: Literal["first", "second", "own"]
    reasons: list[Decided] = Field(min_length=1)
    note: Words = Field("", max_length=500)


@operation(router, "GET", "/readings/{item}", Action.REVIEW, response=ExamToReadOut)
def to_read(request: HttpRequest, item: Number) -> ExamToReadOut:
    """Show an exam that the person has taken."""
    person = person_of(request)
    return shown(held_by(item, person), person, timezone.now())


@operation(router, "POST", "/readings/{item}", Action.REVIEW, response=ReadingOut)
def submit(request: HttpRequest, item: Number, body: Submitted) -> ReadingOut:
    """Send what the person says of the exam."""
    person, form = person_of(request), body.form.as_form()
    known = known_item(item, person)
    with checked("body.form"):
        review = readings.submit(
            known.pk, person, body.submission, form, timezone.now(), seconds=body.seconds, seen=body.seen
        )
    return reading_of(review)


@operation(router, "GET", "/readings/{item}/draft", Action.REVIEW, response=DraftOut | None)
def draft(request: HttpRequest, item: Number) -> Draft | None:
    """Return what the person has typed so far of this reading; null before they typed anything."""
    person = person_of(request)
    return drafts.draft_of(known_item(item, person).pk, person)


@operation(router, "PUT", "/readings/{item}/draft", Action.REVIEW, response=DraftOut)
def save_draft(request: HttpRequest, item: Number, body: DraftIn) -> Draft:
    """Keep what the person has typed so far, also without a lease."""
    person = person_of(request)
    with checked("body.content"):
        known = known_item(item, person).pk
        return drafts.save(known, person, body.content, body.seconds, body.version, timezone.now())


@operation(router, "GET", "/readings/{item}/both", Action.ARBITRATE, response=BothOut)
def both(request: HttpRequest, item: Number) -> BothOut:
    """Show the readings to decide between, once the person's own is in."""
    person = person_of(request)
    told = arbitration.both(_judged(item, person).pk, person)
    return BothOut(
        own=reading_of(told.blind),
        first=reading_of(told.first),
        second=reading_of(told.second) if told.second else None,
        differences=list(told.differences),
    )


@operation(router, "POST", "/readings/{item}/decide", Action.ARBITRATE, response=ReadingOut)
def decide(request: HttpRequest, item: Number, body: Decision) -> ReadingOut:
    """Make one of the readings final."""
    person = person_of(request)
    known = _judged(item, person).pk
    with checked():
        return reading_of(arbitration.decide(known, person, body.chosen, body.reasons, body.note, timezone.now()))


@operation(router, "POST", "/reviews/{review}/amend", Action.REVIEW, response=ReadingOut)
def amend(request: HttpRequest, review: Number, body: Amended) -> ReadingOut:
    """Replace a reading of one's own that the trainee has got by a new version."""
    person, form = person_of(request), body.form.as_form()
    with checked("body.form"):
        return reading_of(readings.amend(review, person, body.submission, form, timezone.now()))


def known_item(item: int, person: Person) -> ReviewItem:
    """Return a reading of an exam that the person may read; ReviewItem.DoesNotExist for any other."""
    here = ReviewItem.objects.filter(exam__in=exams_for(person, Action.REVIEW))
    return here.select_related("exam__project", "exam__trainee").get(pk=item)


def held_by(item: int, person: Person) -> ReviewItem:
    """Return a reading that the person has taken; Conflict("lease_lost") where they have not."""
    known = known_item(item, person)
    if known.claimed_by_id != person.pk:
        raise Conflict("lease_lost")
    if known.done_at is not None:
        raise Conflict("already_reviewed")
    return known


def shown(item: ReviewItem, person: Person, now: datetime) -> ExamToReadOut:
    """Return what the person is served of the exam; nothing but web.exam_to_read is asked."""
    one = exam_to_read(item, person, now)
    return ExamToReadOut(
        item=one.item,
        reading=one.reading,
        name=one.name,
        exam_type=one.exam_type.code,
        exam_type_version=one.exam_type.version,
        views={view.code: said(view.label) for view in one.exam_type.views},
        questions={question.code: said(question.label) for question in one.exam_type.questions},
        clips=[Clip.from_orm(clip) for clip in one.clips],
        asked=_asked(one.said),
        due=one.due,
        clock=one.clock,
        minutes=one.minutes,
        prefill=one.prefill,
        draft=DraftOut.from_orm(one.draft) if one.draft else None,
        trainee=one.trainee,
        site=one.site,
        score=_scores(one),
        hidden=sorted(one.hidden),
        simulated=one.simulated,
    )


def reading_of(review: Review) -> ReadingOut:
    """Return one reading."""
    return ReadingOut(
        number=review.pk,
        reading=Reading(review.reading),
        reviewer=review.reviewer.display_name,
        overall=review.overall,
        adequate=review.adequate,
        correct=review.correct,
        final=review.final,
        exam_type_version=review.exam_type_version,
        submitted_at=review.submitted_at,
        form=review.form,
    )


def _judged(item: int, person: Person) -> ReviewItem:
    here = ReviewItem.objects.filter(exam__in=exams_for(person, Action.ARBITRATE), reading__in=JUDGES)
    return here.get(pk=item)


def _asked(told: Said | None) -> Asked | None:
    if told is None:
        return None
    question = said(told.question) if told.question else None
    return Asked(question=question, answers=told.answers, age=told.age, sex=told.sex)


def _scores(one: ExamToRead) -> list[float | None] | None:
    return None if one.findings is None else [judged.assessment.score for judged in one.findings]

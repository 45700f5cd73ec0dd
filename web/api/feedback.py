"""What came back to the trainee, and what do they say to it?"""

from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from ninja import Router, Schema
from pydantic import Field

from storage.catalogue import feedback
from storage.catalogue.models import Exam, Feedback, FeedbackStep, Person
from storage.catalogue.scope import exams_for
from supervision.feedback import LONGEST_REPLY, Step
from supervision.phrases import words_of
from supervision.review_form import form_of
from supervision.roles import Action
from supervision.states import Stage
from web.api.access import operation
from web.api.failures import checked
from web.api.reading import ReadingOut, reading_of
from web.api.shapes import Done, Number, Page, Part, Words, page_of
from web.permissions import person_of

router = Router()


class MyExam(Schema):
    """One of the person's own exams; feedback: the number of what came back, null before there is any."""

    number: int
    name: str
    stage: Stage
    exam_type: str
    began: datetime
    feedback: int | None
    seen: bool


class StepOut(Schema):
    """One thing that was said on it."""

    at: datetime
    who: str
    what: Step
    text: str


class FeedbackOut(Schema):
    """What an expert says to the trainee, in the reader's language, and what became of it."""

    number: int
    exam: int
    released: datetime
    seen: datetime | None
    open: bool
    keep: str
    change: str
    next: str
    reading: ReadingOut
    steps: list[StepOut]
    why_no_appeal: str


class Message(Schema):
    """What is said."""

    text: Words = Field(min_length=1, max_length=LONGEST_REPLY)


@operation(router, "GET", "/my-exams", Action.SEE_OWN_SCANS, response=Page[MyExam])
def my_exams(request: HttpRequest, part: Part) -> dict[str, object]:
    """List the person's own exams, newest first."""
    mine = exams_for(person_of(request), Action.SEE_OWN_SCANS)
    return page_of(mine.order_by("-began_at", "-pk"), part, lambda rows: [_mine(one) for one in rows])


@operation(router, "GET", "/my-exams/{exam}", Action.SEE_OWN_SCANS, response=FeedbackOut | None)
def my_feedback(request: HttpRequest, exam: Number) -> FeedbackOut | None:
    """Show what came back on one of the person's own exams; null before anything did."""
    mine = exams_for(person_of(request), Action.SEE_OWN_SCANS).select_related("project").get(pk=exam)
    current = feedback.current_of(mine)
    return None if current is None else _told(current)


@operation(router, "POST", "/feedback/{number}/seen", Action.SEE_OWN_SCANS, response=Done)
def seen(request: HttpRequest, number: Number) -> Done:
    """Note that the person has read it."""
    person = person_of(request)
    feedback.see(_of_mine(number, person).pk, person, timezone.now())
    return Done()


@operation(router, "POST", "/feedback/{number}/acknowledge", Action.SEE_OWN_SCANS, response=FeedbackOut)
def acknowledge(request: HttpRequest, number: Number) -> FeedbackOut:
    """Note that the person takes the advice; thirty days later it closes."""
    person = person_of(request)
    return _told(feedback.acknowledge(_of_mine(number, person).pk, person, timezone.now()))


@operation(router, "POST", "/feedback/{number}/reply", Action.SEE_OWN_SCANS, response=StepOut)
def reply(request: HttpRequest, number: Number, body: Message) -> StepOut:
    """Write to the expert."""
    person = person_of(request)
    with checked("body.text"):
        return _step(feedback.reply(_of_mine(number, person).pk, person, body.text, timezone.now()))


@operation(router, "POST", "/feedback/{number}/appeal", Action.SEE_OWN_SCANS, response=StepOut)
def appeal(request: HttpRequest, number: Number, body: Message) -> StepOut:
    """Ask for another reading by an arbiter."""
    person = person_of(request)
    with checked("body.text"):
        return _step(feedback.appeal(_of_mine(number, person).pk, person, body.text, timezone.now()))


@operation(router, "GET", "/replies", Action.REVIEW, response=Page[FeedbackOut])
def replies(request: HttpRequest, part: Part) -> dict[str, object]:
    """List the feedback that trainees replied to and the person answers for, newest first."""
    rows = feedback.replied_to(person_of(request)).select_related("review__reviewer", "review__exam")
    return page_of(rows, part, lambda several: [_told(one) for one in several])


@operation(router, "POST", "/feedback/{number}/answer", Action.REVIEW, response=StepOut)
def answer(request: HttpRequest, number: Number, body: Message) -> StepOut:
    """Answer the trainee."""
    person = person_of(request)
    with checked("body.text"):
        return _step(feedback.answer(number, person, body.text, timezone.now()))


def _of_mine(number: int, person: Person) -> Feedback:
    mine = exams_for(person, Action.SEE_OWN_SCANS)
    return Feedback.objects.get(pk=number, review__exam__in=mine)


def _mine(exam: Exam) -> MyExam:
    current = feedback.current_of(exam)
    return MyExam(
        number=exam.pk,
        name=exam.name,
        stage=Stage(exam.stage),
        exam_type=exam.exam_type,
        began=exam.began_at,
        feedback=current.pk if current else None,
        seen=current is not None and current.seen_at is not None,
    )


def _told(one: Feedback) -> FeedbackOut:
    form, language, now = form_of(one.review.form), get_language() or "en", timezone.now()
    return FeedbackOut(
        number=one.pk,
        exam=one.review.exam_id,
        released=one.released_at,
        seen=one.seen_at,
        open=feedback.is_open(one, now),
        keep=words_of(form.keep, language),
        change=words_of(form.change, language),
        next=words_of(form.next, language),
        reading=reading_of(one.review),
        steps=[_step(step) for step in one.steps.select_related("person").order_by("at", "pk")],
        why_no_appeal=feedback.why_not_appeal(one, now),
    )


def _step(step: FeedbackStep) -> StepOut:
    return StepOut(at=step.at, who=step.person.display_name, what=Step(step.what), text=step.text)

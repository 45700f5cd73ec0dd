"""Which clips teach, who decides on them, and does the person recognise what they show?"""

from random import SystemRandom
from typing import Annotated, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from storage.catalogue import library
from storage.catalogue.models import TeachingClip
from supervision.rating import Answer, Cause
from supervision.roles import Action
from supervision.teaching import Nomination, SelfTest, self_test
from web.api.access import operation
from web.api.failures import checked
from web.api.figures import ShareOut, share_of
from web.api.reading import Clip
from web.api.shapes import Code, Key, Number, Page, Paged, Part, Words, page_of
from web.library import Lesson, lesson_of
from web.permissions import person_of

router = Router()
_random = SystemRandom()


class LessonOut(Schema):
    """A clip and what it teaches: its defect, and the true answers to the questions of its exam type."""

    number: int
    exam_type: str
    defect: Cause
    answers: dict[str, Answer]
    state: Nomination
    picture: Clip | None


class LibraryAsked(Paged):
    """Which clips; finding: the code of a question of the exam type, whose answer is positive."""

    exam_type: Words = ""
    defect: Words = ""
    finding: str = Field("", max_length=24, pattern=r"^([A-Z][A-Z0-9]*(_[A-Z0-9]+)*)?$")


class Nominated(Schema):
    """A clip that is proposed, and what it shows for certain."""

    scan: Key
    defect: Cause
    answers: dict[str, Answer] = {}


class DecisionIn(Schema):
    """What becomes of a clip; consent: the patient's is on paper, without which no clip teaches."""

    state: Nomination
    consent: bool = False


class Test(Schema):
    """A clip that the person is asked about: neither its defect nor the truth is told before the answer."""

    number: int
    exam_type: str
    questions: dict[str, str]
    picture: Clip | None


class Said(Schema):
    """The person's answer to every question of the clip."""

    answers: dict[str, Literal[Answer.POSITIVE, Answer.NEGATIVE, Answer.INDETERMINATE]]


class Told(Schema):
    """What was said, and the truth."""

    said: Answer
    truth: Answer


class Result(Schema):
    """How often the person was right the first time; exam_type is empty for all together."""

    exam_type: str
    clips: int
    new: int
    accuracy: ShareOut
    sensitivity: ShareOut
    specificity: ShareOut


@operation(router, "GET", "/library", Action.SEE_LIBRARY, response=Page[LessonOut])
def browse(request: HttpRequest, asked: Annotated[LibraryAsked, Query()]) -> dict[str, object]:
    """List the clips by exam type, defect and finding."""
    found = library.library(person_of(request), exam_type=asked.exam_type, defect=asked.defect, finding=asked.finding)
    return page_of(found, asked, lambda rows: [_lesson(one) for one in rows])


@operation(router, "GET", "/library/{clip}", Action.SEE_LIBRARY, Action.DECIDE_TEACHING, response=LessonOut)
def one(request: HttpRequest, clip: Number) -> LessonOut:
    """Show one clip; whoever decides sees those too that are not in the library."""
    person = person_of(request)
    decided = library.decidable(person).filter(pk=clip).select_related("scan").first()
    return _lesson(decided or library.library(person).get(pk=clip))


@operation(router, "GET", "/nominations", Action.DECIDE_TEACHING, response=Page[LessonOut])
def nominations(request: HttpRequest, part: Part) -> dict[str, object]:
    """List what was proposed, oldest first."""
    rows = library.nominated(person_of(request)).select_related("scan")
    return page_of(rows, part, lambda several: [_lesson(one) for one in several])


@operation(router, "POST", "/nominations", Action.REVIEW, response=LessonOut)
def nominate(request: HttpRequest, body: Nominated) -> LessonOut:
    """Propose a clip of a final exam; what was proposed before stays as it is."""
    with checked("body.answers"):
        return _lesson(library.nominate(body.scan, person_of(request), body.defect, body.answers, timezone.now()))


@operation(router, "POST", "/library/{clip}/decide", Action.DECIDE_TEACHING, response=LessonOut)
def decide(request: HttpRequest, clip: Number, body: DecisionIn) -> LessonOut:
    """Let a clip in, decline it, or take it out."""
    with checked("body.consent"):
        return _lesson(library.decide(clip, body.state, person_of(request), timezone.now(), consent=body.consent))


@operation(router, "GET", "/self-test", Action.SEE_LIBRARY, response=list[Result])
def results(request: HttpRequest) -> list[Result]:
    """List what the person can be tested on, and how well it went so far; nobody else sees it."""
    person = person_of(request)
    known = library.results(person)
    there = {code: (clips, new) for code, clips, new in library.types_to_test(person)}
    everything = (sum(clips for clips, _ in there.values()), sum(new for _, new in there.values()))
    counted = {"": everything, **there}
    return [_result(code, *counted.get(code, (0, 0)), known.get(code)) for code in sorted({*counted, *known})]


@operation(router, "GET", "/self-test/next/{code}", Action.SEE_LIBRARY, response=Test | None)
def next_test(request: HttpRequest, code: Code) -> Test | None:
    """Give a clip of this exam type, a new one as long as there is one; null where there is none."""
    clip = library.next_to_test(person_of(request), code, _random)
    if clip is None:
        return None
    lesson = lesson_of(clip)
    return Test(
        number=clip.pk,
        exam_type=clip.exam_type,
        questions={one.code: one.label for one in lesson.questions},
        picture=_picture(lesson),
    )


@operation(router, "POST", "/self-test/{clip}", Action.SEE_LIBRARY, response=dict[str, Told])
def answer(request: HttpRequest, clip: Number, body: Said) -> dict[str, Told]:
    """Answer the questions of a clip, and learn the truth."""
    with checked("body.answers"):
        told = library.answer(clip, person_of(request), body.answers, timezone.now())
    return {code: Told(said=said, truth=truth) for code, (said, truth) in told.items()}


def _lesson(clip: TeachingClip) -> LessonOut:
    lesson = lesson_of(clip)
    return LessonOut(
        number=clip.pk,
        exam_type=clip.exam_type,
        defect=Cause(clip.defect),
        answers={one.code: one.truth for one in lesson.questions},
        state=Nomination(clip.state),
        picture=_picture(lesson),
    )


def _picture(lesson: Lesson) -> Clip | None:
    return Clip.from_orm(lesson.picture) if lesson.picture else None


def _result(code: str, clips: int, new: int, told: SelfTest | None) -> Result:
    shares = told or self_test(())
    return Result(
        exam_type=code,
        clips=clips,
        new=new,
        accuracy=share_of(shares.accuracy),
        sensitivity=share_of(shares.sensitivity),
        specificity=share_of(shares.specificity),
    )

"""Which exams and scans are there, and what is known of them?"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from storage.catalogue import blinding, finals
from storage.catalogue.figures import Slice
from storage.catalogue.models import Exam, Person, Scan
from storage.catalogue.scope import exams_for, scans_for
from supervision.blinding import Hidden
from supervision.rating import Answer
from supervision.roles import Action
from supervision.states import Stage, State
from supervision.worksheet import AgeBand, Sex, Urgency
from web.api.access import operation
from web.api.reading import Clip, ReadingOut, reading_of
from web.api.shapes import LARGEST, Number, Page, Paged, Words, page_of
from web.media import picture_of
from web.permissions import person_of

router = Router()


class ExamOut(Schema):
    """One exam; what is named under `hidden` is null."""

    number: int
    name: str
    stage: Stage
    exam_type: str
    began: datetime
    trainee: str | None
    project: str | None
    score: float | None
    urgency: Urgency
    simulated: bool
    hidden: list[Hidden]


class ClipOut(Schema):
    """One clip of an exam."""

    number: int
    view: str
    state: State
    picture: Clip | None


class ExamWhole(ExamOut):
    """One exam with its clips, its worksheet and what may be told of its readings."""

    question: str
    answers: dict[str, Answer]
    age: AgeBand
    sex: Sex
    clips: list[ClipOut]
    readings: list[ReadingOut]


class ExamsAsked(Paged):
    """Which exams; whose an exam is narrows only where the person may know it."""

    stage: Stage | None = None
    exam_type: Words | None = None
    project: Words | None = None
    trainee: int | None = Field(None, ge=1, le=LARGEST)


class ScanOut(Schema):
    """One file; what is named under `hidden` is null."""

    number: int
    name: str
    exam: int | None
    state: State
    reason: str
    exam_type: str
    kind: str
    received: datetime
    trainee: str | None
    project: str | None
    score: float | None
    simulated: bool
    hidden: list[Hidden]


class ScanWhole(ScanOut):
    """One file with its picture, where it was released."""

    frames: int | None
    frames_per_second: float | None
    picture: Clip | None


class ScansAsked(Paged):
    """Which scans; days of arrival (UTC), both included."""

    state: State | None = None
    exam_type: Words | None = None
    project: Words | None = None
    trainee: int | None = Field(None, ge=1, le=LARGEST)
    device: int | None = Field(None, ge=1, le=LARGEST)
    since: date | None = None
    until: date | None = None


@operation(router, "GET", "/exams", Action.SEE_SCANS, response=Page[ExamOut])
def exams(request: HttpRequest, asked: Annotated[ExamsAsked, Query()]) -> dict[str, object]:
    """List exams, newest first."""
    person = person_of(request)
    found = exams_for(person, Action.SEE_SCANS).select_related("project", "trainee")
    wanted = {"stage": asked.stage, "exam_type": asked.exam_type}
    whose = {"project__code": asked.project, "trainee": asked.trainee}
    found = found.filter(**{name: value for name, value in wanted.items() if value is not None})
    if any(value is not None for value in whose.values()):
        found = blinding.unblinded(person, found)
        found = found.filter(**{name: value for name, value in whose.items() if value is not None})
    return page_of(found.order_by("-began_at", "-pk"), asked, lambda rows: _listed(rows, person))


@operation(router, "GET", "/exams/{exam}", Action.SEE_SCANS, response=ExamWhole)
def exam(request: HttpRequest, exam: Number) -> ExamWhole:
    """Show one exam."""
    person = person_of(request)
    found = exams_for(person, Action.SEE_SCANS).select_related("project", "trainee").get(pk=exam)
    return whole(found, person)


@operation(router, "GET", "/scans", Action.SEE_SCANS, response=Page[ScanOut])
def scans(request: HttpRequest, asked: Annotated[ScansAsked, Query()]) -> dict[str, object]:
    """List files, newest first."""
    person = person_of(request)
    found = scans_for(person, Action.SEE_SCANS)
    if asked.project is not None or asked.trainee is not None or asked.device is not None:
        found = found.exclude(exam__in=blinding.blinded(person, exams_for(person, Action.SEE_SCANS)).values("pk"))
    narrowed = Slice(asked.project, asked.trainee, asked.device, asked.exam_type, asked.state, asked.since, asked.until)
    found = narrowed.of(found).select_related("exam__project", "project", "trainee")
    return page_of(found.order_by("-received_at", "-pk"), asked, lambda rows: _files(rows, person))


@operation(router, "GET", "/scans/{scan}", Action.SEE_SCANS, response=ScanWhole)
def scan(request: HttpRequest, scan: Number) -> ScanWhole:
    """Show one file."""
    person = person_of(request)
    found = scans_for(person, Action.SEE_SCANS).select_related("exam__project", "project", "trainee").get(pk=scan)
    (told,) = _files([found], person)
    picture = picture_of(found)
    return ScanWhole(
        **told.dict(),
        frames=found.frames,
        frames_per_second=found.frames_per_second,
        picture=Clip.from_orm(picture) if picture else None,
    )


def whole(found: Exam, person: Person) -> ExamWhole:
    """Return all that the person may know of an exam."""
    (told,) = _listed([found], person)
    clips = found.clips.order_by("captured_at", "pk").prefetch_related("objects_stored")
    pictures = [(clip, picture_of(clip)) for clip in clips]
    return ExamWhole(
        **told.dict(),
        question=found.question,
        answers={code: Answer(said) for code, said in found.answers.items()},
        age=AgeBand(found.age),
        sex=Sex(found.sex),
        clips=[
            ClipOut(
                number=clip.pk,
                view=clip.view,
                state=State(clip.state),
                picture=Clip.from_orm(picture) if picture else None,
            )
            for clip, picture in pictures
        ],
        readings=[reading_of(review) for review in finals.readings_of(found, person)],
    )


def _listed(rows: Iterable[Exam], person: Person) -> Iterable[ExamOut]:
    known = list(rows)
    hidden = blinding.hidden_in(person, known)
    for one in known:
        kept = hidden[one.pk]
        yield ExamOut(
            number=one.pk,
            name=one.name,
            stage=Stage(one.stage),
            exam_type=one.exam_type,
            began=one.began_at,
            trainee=None if Hidden.TRAINEE in kept or one.trainee is None else one.trainee.display_name,
            project=None if Hidden.SITE in kept else one.project.code,
            score=None if Hidden.SCORE in kept else one.score,
            urgency=Urgency(one.urgency),
            simulated=one.simulated,
            hidden=sorted(kept),
        )


def _files(rows: Iterable[Scan], person: Person) -> Iterable[ScanOut]:
    known = list(rows)
    exams = {one.exam_id: one.exam for one in known if one.exam is not None}
    hidden: Mapping[int, frozenset[Hidden]] = blinding.hidden_in(person, exams.values())
    for one in known:
        kept = hidden.get(one.exam_id or 0, frozenset())
        yield ScanOut(
            number=one.pk,
            name=one.short_id,
            exam=one.exam_id,
            state=State(one.state),
            reason=one.reason,
            exam_type=one.exam_type,
            kind=one.kind,
            received=one.received_at,
            trainee=None if Hidden.TRAINEE in kept or one.trainee is None else one.trainee.display_name,
            project=None if Hidden.SITE in kept else one.project.code,
            score=None if Hidden.SCORE in kept else one.score,
            simulated=one.simulated,
            hidden=sorted(kept),
        )

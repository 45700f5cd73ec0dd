"""Which exam types does an organisation know, and what does each ask?"""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from storage.catalogue import exam_catalogue
from storage.catalogue.models import ExamTypeVersion, Organisation, Person
from storage.catalogue.scope import organisations_for, projects_for
from supervision.exam_types import ExamType
from supervision.roles import Action
from web.api.access import operation
from web.api.failures import checked
from web.api.shapes import Code, Number, Words, said
from web.permissions import person_of

router = Router()


class ViewOut(Schema):
    """A picture that an exam of this type must hold; seconds: at least so long, 0 for a still."""

    code: str
    label: str
    still: bool
    seconds: float
    side: str


class QuestionOut(Schema):
    """A question that an exam of this type answers."""

    code: str
    label: str
    critical: bool
    red_flag: bool


class ExamTypeOut(Schema):
    """One exam type as it holds now; supervised_scans: null where each site decides."""

    code: str
    label: str
    version: int
    clinical: bool
    expert_read: bool
    supervised_scans: int | None
    views: list[ViewOut]
    questions: list[QuestionOut]


class Catalogue(Schema):
    """The exam types of one organisation."""

    organisation: int
    name: str
    exam_types: list[ExamTypeOut]


class VersionOut(Schema):
    """One version that an organisation made; content is a table as in the shipped catalogue."""

    version: int
    valid_from: datetime
    made_by: str
    note: str
    content: dict[str, Any]


class Changed(Schema):
    """A new version. based_on: the newest version that was seen, so that nobody overwrites another's."""

    content: dict[str, Any]
    note: Words = Field("", max_length=300)
    based_on: int | None = Field(None, ge=0, le=2**31 - 1)


@operation(router, "GET", "/exam-types", Action.SEE_CATALOGUE, response=list[Catalogue])
def catalogues(request: HttpRequest) -> list[Catalogue]:
    """List the exam types of the person's organisations."""
    return [
        Catalogue(
            organisation=one.pk,
            name=one.name,
            exam_types=[_told(each) for each in exam_catalogue.types_of(one.pk).values()],
        )
        for one in _seen(person_of(request))
    ]


@operation(router, "GET", "/exam-types/{organisation}/{code}", Action.SEE_CATALOGUE, response=ExamTypeOut)
def exam_type(request: HttpRequest, organisation: Number, code: Code) -> ExamTypeOut:
    """Show one exam type."""
    found = exam_catalogue.type_named(_seen(person_of(request)).get(pk=organisation).pk, code)
    if found is None:
        raise ExamTypeVersion.DoesNotExist
    return _told(found)


@operation(router, "GET", "/exam-types/{organisation}/{code}/history", Action.SEE_CATALOGUE, response=list[VersionOut])
def history(request: HttpRequest, organisation: Number, code: Code) -> list[VersionOut]:
    """List the versions that the organisation made of one exam type, newest first."""
    here = _seen(person_of(request)).get(pk=organisation)
    return [_version(row) for row in exam_catalogue.history(here, code)]


@operation(router, "POST", "/exam-types/{organisation}/{code}", Action.EDIT_CATALOGUE, response=VersionOut)
def change(request: HttpRequest, organisation: Number, code: Code, body: Changed) -> VersionOut:
    """Keep a new version of an exam type, in force at once; reviews keep the version they were made with."""
    person = person_of(request)
    here = organisations_for(person, Action.EDIT_CATALOGUE).get(pk=organisation)
    with checked("body.content"):
        row = exam_catalogue.save(here, code, body.content, person, body.note, timezone.now(), based_on=body.based_on)
    return _version(row)


def _seen(person: Person) -> QuerySet[Organisation]:
    projects = projects_for(person, Action.SEE_CATALOGUE)
    return Organisation.objects.filter(projects__in=projects).distinct().order_by("name", "pk")


def _told(one: ExamType) -> ExamTypeOut:
    return ExamTypeOut(
        code=one.code,
        label=said(one.label),
        version=one.version,
        clinical=one.clinical,
        expert_read=one.expert_read,
        supervised_scans=one.supervised_scans,
        views=[
            ViewOut(code=view.code, label=said(view.label), still=view.still, seconds=view.seconds, side=view.side)
            for view in one.views
        ],
        questions=[
            QuestionOut(
                code=question.code,
                label=said(question.label),
                critical=question.critical,
                red_flag=question.red_flag,
            )
            for question in one.questions
        ],
    )


def _version(row: ExamTypeVersion) -> VersionOut:
    return VersionOut(
        version=row.version,
        valid_from=row.valid_from,
        made_by=row.made_by.display_name,
        note=row.note,
        content=row.content,
    )

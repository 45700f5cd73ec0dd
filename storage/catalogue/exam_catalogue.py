"""Which exam types does an organisation know, in which version, and who changed what?

What is shipped holds until an organisation makes a version of its own. Versions are never overwritten: a review keeps
the one it was made with.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.utils import timezone

from storage.catalogue.models import Event, Exam, ExamTypeVersion, Organisation, Person
from storage.catalogue.transaction import one_transaction
from supervision.exam_types import MOST_SHIPPED, ExamType, exam_types, shipped_version
from supervision.exam_types.table import exam_type_of


def types_of(organisation_id: int, at: datetime | None = None) -> Mapping[str, ExamType]:
    """Return the exam types of an organisation by their codes, in the order of the catalogue, its own ones last.

    at: the moment, now where it is not said.
    """
    own = {one.code: read(one) for one in _in_force(organisation_id, at).order_by("code")}
    return MappingProxyType({**exam_types(), **own}) if own else exam_types()


def type_named(organisation_id: int, code: str, at: datetime | None = None) -> ExamType | None:
    """Return one exam type of an organisation, None if it knows none of this code."""
    own = _in_force(organisation_id, at).filter(code=code).first()
    return read(own) if own else exam_types().get(code)


def type_of(exam: Exam) -> ExamType | None:
    """Return what the exam's type asks for now; None as long as the type is not known."""
    return type_named(exam.project.organisation_id, exam.exam_type) if exam.exam_type else None


def type_when_queued(exam: Exam) -> ExamType | None:
    """Return what the exam's type asked for when it was queued, so that all its readings answer the same questions.

    As `type_of` where it was not queued yet.
    """
    if exam.exam_type_version is None or not exam.exam_type:
        return type_of(exam)
    return type_at(exam.project.organisation_id, exam.exam_type, exam.exam_type_version)


def type_at(organisation_id: int, code: str, version: int) -> ExamType:
    """Return an exam type as it was in one version; LookupError for one that never was."""
    if version <= MOST_SHIPPED:
        return shipped_version(code, version)
    own = ExamTypeVersion.objects.filter(organisation_id=organisation_id, code=code, version=version).first()
    if own is None:
        raise LookupError(f"{code} {version}")
    return read(own)


def save(
    organisation: Organisation,
    code: str,
    table: Mapping[str, Any],
    person: Person,
    note: str,
    now: datetime,
    *,
    valid_from: datetime | None = None,
) -> ExamTypeVersion:
    """Keep a new version of an exam type, in force from `valid_from` on (at once where it is not later than now).

    ValueError (supervision.exam_types.problems.Invalid) names the path of everything that is wrong.
    """
    with one_transaction():
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        made = history(organisation, code)
        last = made.aggregate(last=Max("version"))["last"] or MOST_SHIPPED
        exam_type_of(table, last + 1)
        row = ExamTypeVersion.objects.create(
            organisation=organisation,
            code=code,
            version=last + 1,
            content=dict(table),
            valid_from=max(valid_from or now, now),
            made_by=person,
            note=note,
        )
        facts = {"organisation": organisation.code, "exam_type": code, "version": row.version}
        Event.objects.create(at=now, what="exam_type_changed", person=person, facts=facts)
        return row


def history(organisation: Organisation, code: str) -> QuerySet[ExamTypeVersion]:
    """Return an organisation's own versions of an exam type, newest first."""
    made = ExamTypeVersion.objects.filter(organisation=organisation, code=code)
    return made.select_related("made_by").order_by("-version")


def read(row: ExamTypeVersion) -> ExamType:
    """Return the exam type that a version says."""
    return exam_type_of(row.content, row.version)


def _in_force(organisation_id: int, at: datetime | None) -> QuerySet[ExamTypeVersion]:
    """Return the own versions that hold at a moment: of each exam type the newest that is valid by then."""
    made = ExamTypeVersion.objects.filter(organisation_id=organisation_id, valid_from__lte=at or timezone.now())
    newest = made.filter(code=OuterRef("code")).order_by("-version").values("pk")[:1]
    return made.filter(pk=Subquery(newest))

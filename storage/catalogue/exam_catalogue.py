"""Which exam types does an organisation know, in which version, and who changed what?

What is shipped holds until an organisation makes a version of its own. Versions are never overwritten: a review keeps
the one it was made with.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from pipeline.errors import Conflict
from pipeline.text import Text
from qa_rules import rules_in
from storage.catalogue import scope
from storage.catalogue.models import Event, Exam, ExamTypeVersion, Organisation, Person, Review
from storage.catalogue.transaction import one_transaction
from supervision.exam_types import MOST_SHIPPED, ExamType, exam_types, problems, shipped_version
from supervision.exam_types.changes import breaches, new_meanings
from supervision.exam_types.problems import Invalid, Problem
from supervision.exam_types.reading import LONGEST_TEXT
from supervision.exam_types.table import exam_type_of, table_of
from supervision.roles import Action


def types_of(organisation_id: int, at: datetime | None = None) -> Mapping[str, ExamType]:
    """Return the exam types of an organisation by their codes, in the order of the catalogue, its own ones last.

    at: the moment, now where it is not said.
    """
    own = {one.code: read(one) for one in _in_force(organisation_id, at).order_by("code")}
    return MappingProxyType({**exam_types(), **own}) if own else exam_types()


def types_of_all(organisations: Iterable[int]) -> Mapping[str, ExamType]:
    """Return the exam types of several organisations by their codes; where two differ, that of the first."""
    known = [types_of(one) for one in organisations] or [exam_types()]
    return MappingProxyType({code: one for types in reversed(known) for code, one in types.items()})


def type_named(organisation_id: int, code: str, at: datetime | None = None) -> ExamType | None:
    """Return one exam type of an organisation, None if it knows none of this code."""
    own = _in_force(organisation_id, at).filter(code=code).first()
    return read(own) if own else exam_types().get(code)


def own_label(code: str) -> Text | None:
    """Return how the organisation that added an exam type calls it; None for a code that nobody added."""
    newest = ExamTypeVersion.objects.filter(code=code).order_by("-version", "pk").first()
    return read(newest).label if newest else None


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
    based_on: int | None = None,
    wording_only: bool = False,
) -> ExamTypeVersion:
    """Keep a new version of an exam type, in force from `valid_from` on (at once where it is not later than now).

    based_on: the newest version that the person saw; Conflict (stale) where somebody saved another one since.
    wording_only: the person says that views and questions whose words differ still mean the same.
    ValueError (supervision.exam_types.problems.Invalid) names the path of everything that is wrong.
    PermissionError where the person may not edit the catalogue of the whole organisation.
    """
    if not scope.organisations_for(person, Action.EDIT_CATALOGUE).filter(pk=organisation.pk).exists():
        raise PermissionError("only who edits the catalogue of the whole organisation")
    with one_transaction():
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        last = newest_version(organisation, code)
        if based_on is not None and based_on != last:
            raise Conflict("stale")
        number = max(last, MOST_SHIPPED) + 1
        _refuse_problems(organisation, code, exam_type_of(table, number), note, wording_only=wording_only)
        row = ExamTypeVersion.objects.create(
            organisation=organisation,
            code=code,
            version=number,
            content=dict(table),
            valid_from=max(valid_from or now, now),
            made_by=person,
            note=note.strip(),
        )
        facts = {"organisation": organisation.code, "exam_type": code, "version": number, "wording_only": wording_only}
        Event.objects.create(at=now, what="exam_type_changed", person=person, facts=facts)
        return row


def back_to_shipped(organisation: Organisation, code: str, person: Person, note: str, now: datetime) -> ExamTypeVersion:
    """Keep what is shipped as a new version; LookupError for an exam type of the organisation's own."""
    table = table_of(exam_types()[code])
    return save(organisation, code, table, person, note, now, wording_only=True)


def newest_version(organisation: Organisation, code: str) -> int:
    """Return the number of the newest version there is, in force or not; 0 where the code is new."""
    own = history(organisation, code).values_list("version", flat=True).first()
    shipped = exam_types().get(code)
    return own or (shipped.version if shipped else 0)


def history(organisation: Organisation, code: str) -> QuerySet[ExamTypeVersion]:
    """Return an organisation's own versions of an exam type, newest first."""
    made = ExamTypeVersion.objects.filter(organisation=organisation, code=code)
    return made.select_related("made_by").order_by("-version")


def read(row: ExamTypeVersion) -> ExamType:
    """Return the exam type that a version says."""
    return exam_type_of(row.content, row.version)


def _refuse_problems(organisation: Organisation, code: str, new: ExamType, note: str, *, wording_only: bool) -> None:
    """Raise Invalid for what no table shows by itself: other codes, rules that are not there, other meanings."""
    found = breaches(new, exam_types().get(code))
    if new.code != code:
        found.append(Problem("", None, "code", problems.OTHER_CODE))
    if len(note) > LONGEST_TEXT:
        found.append(Problem("", None, "note", problems.TOO_LONG.format(most=LONGEST_TEXT)))
    rules = {rule.name: rule.limits for rule in rules_in()}
    for n, name in enumerate(dict.fromkeys((*new.limits, *new.weights))):
        own, asked = rules.get(name), new.limits.get(name)
        if own is None:
            found.append(Problem("limits", n, "rule", problems.UNKNOWN, name))
        elif asked is not None and (asked.good > asked.poor) != (own.good > own.poor):
            found.append(Problem("limits", n, "poor", problems.TURNED, name))
    if not wording_only:
        found += new_meanings(new, _used(organisation, code))
    if found:
        raise Invalid(found)


def _used(organisation: Organisation, code: str) -> list[ExamType]:
    """Return the versions with which exams of the organisation were described or read, the oldest first."""
    exams = Exam.objects.filter(project__organisation=organisation, exam_type=code)
    described = exams.values_list("exam_type_version", flat=True).distinct()
    read_with = Review.objects.filter(exam__in=exams).values_list("exam_type_version", flat=True).distinct()
    numbers = {number for number in (*described, *read_with) if number}
    if exams.filter(exam_type_version=None).exclude(worksheet_at=None).exists():
        now = type_named(organisation.pk, code)
        numbers |= {now.version} if now else set()
    return [type_at(organisation.pk, code, number) for number in sorted(numbers)]


def _in_force(organisation_id: int, at: datetime | None) -> QuerySet[ExamTypeVersion]:
    """Return the own versions that hold at a moment: of each exam type the newest that is valid by then."""
    made = ExamTypeVersion.objects.filter(organisation_id=organisation_id, valid_from__lte=at or timezone.now())
    newest = made.filter(code=OuterRef("code")).order_by("-version").values("pk")[:1]
    return made.filter(pk=Subquery(newest))

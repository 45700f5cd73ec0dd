"""Who is meant by the name under which a device, a folder or a sender knows whoever scanned?

A name is somebody's if it is the name of the account, the full name in any order, or was said to be theirs. What two
people could be called is nobody's until a person says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count, Q, QuerySet

from pipeline.author_names import is_a_name, key_of, likeness, tidied
from storage.catalogue.exams import begun, locked, locked_clip
from storage.catalogue.grouping import describe
from storage.catalogue.models import AuthorName, Event, Exam, Person, Project, Scan
from storage.catalogue.queueing import queue_when_complete
from storage.catalogue.reassessment import judge_anew
from storage.catalogue.scope import projects_for
from storage.catalogue.trainees import trainees_of
from storage.catalogue.transaction import one_transaction
from storage.catalogue.worksheets import apply_what_came_along
from supervision.roles import Action
from supervision.states import State

ENDED = (State.REJECTED, State.FAILED)


@dataclass(frozen=True)
class Known:
    """Whom a name means here, and the row by which that was said or is asked for."""

    person: Person | None
    row: AuthorName | None = None


def match(project: Project, said: str) -> Person | None:
    """Return the trainee of the project who is meant; None where that is nobody, or could be several."""
    return known_as(project, said).person


def known_as(project: Project, said: str) -> Known:
    """Return whom a name means in the project, with what was said of that name before.

    In a transaction what was said stays as it is until its end: a scan is never put under a name just as that is
    resolved. A name is locked before any exam or scan.
    """
    key = key_of(said)
    if not key:
        return Known(None)
    rows = AuthorName.objects.select_for_update(no_key=True) if connection.in_atomic_block else AuthorName.objects.all()
    row = rows.filter(project=project, key=key).first()
    trainees = trainees_of(project)
    if row is not None and row.resolved_at is not None:  # what a person said counts before what a name looks like
        return Known(trainees.filter(pk=row.person_id).first() if row.person_id else None, row)
    account = trainees.filter(username__iexact=said.strip()).first()
    if account is not None:
        return Known(account, row)
    called = [one for one in trainees if key in (key_of(one.username), key_of(one.get_full_name()))]
    return Known(called[0] if len(called) == 1 else None, row)


def meant(project: Project, said: str | None, now: datetime) -> Known:
    """Return who is meant, and under which name it was said, where that had, or has, to be told by a person."""
    known = known_as(project, said) if said else Known(None)
    return known if known.person or known.row or not said else Known(None, _noted(project, said, now))


def operator_of(digest: str, said: str | None, now: datetime) -> Known:
    """Return who is meant by the operator's name in the file of a scan, as far as its author is not known yet."""
    scan = Scan.objects.select_related("project").filter(digest=digest, trainee=None).first() if said else None
    return Known(None) if scan is None else meant(scan.project, said, now)


def is_known(project_code: str, said: str) -> bool:
    """Tell whether a name means somebody in the project, or is asked for already; False for no such project."""
    project = Project.objects.filter(code=project_code).first()
    known = Known(None) if project is None else known_as(project, said)
    return known.person is not None or known.row is not None


def _noted(project: Project, said: str, now: datetime) -> AuthorName | None:
    """Keep a name that is nobody's yet, so that somebody is asked; None for what is no name."""
    key = key_of(said)
    if not key or not is_a_name(said):
        return None
    new = {"said": tidied(said), "first_at": now}
    return AuthorName.objects.get_or_create(project=project, key=key, defaults=new)[0]


def unresolved(person: Person) -> QuerySet[AuthorName]:
    """Return the names of which `person` may say whose they are and nobody did.

    Those of most scans first; `waiting` is how many wait under each.
    """
    waits = Q(scans__trainee=None) & ~Q(scans__state__in=ENDED)
    counted = _names(person).filter(resolved_at=None).annotate(waiting=Count("scans", filter=waits))
    return counted.filter(waiting__gt=0).order_by("-waiting", "first_at", "pk")


def resolved(person: Person) -> QuerySet[AuthorName]:
    """Return the names of which it was said whose they are, what was said last first; `used` is by how many scans."""
    said = _names(person).filter(resolved_at__isnull=False)
    return said.annotate(used=Count("scans")).order_by("-resolved_at", "pk")


def likeliest(name: AuthorName) -> list[Person]:
    """Return the trainees of the name's project, those first whose own name looks most like it."""
    near = {one.pk: likeness(name.said, (one.username, one.get_full_name())) for one in trainees_of(name.project)}
    people = Person.objects.in_bulk(list(near))
    return sorted(people.values(), key=lambda one: (-near[one.pk], one.display_name.casefold(), one.pk))


def resolve(name_id: int, trainee: Person | None, person: Person, now: datetime) -> int:
    """Keep that this name is `trainee`'s, or nobody's; return to how many scans that was applied.

    It applies to every scan that nobody reads yet, and to all that come later. Said anew, it takes back what it was
    before. ValueError for somebody who is no trainee of the project. The caller checks that `person` may do it.
    """
    with one_transaction():
        name = _locked(name_id)
        if trainee is not None and not trainees_of(name.project).filter(pk=trainee.pk).exists():
            raise ValueError("whose name it is must be a trainee of its project")
        before = name.person_id
        name.person, name.nobody = trainee, trainee is None
        name.resolved_by, name.resolved_at = person, now
        name.save()
        whose = "nobody" if trainee is None else trainee.pk
        facts = {"name": name.pk, "project": name.project.code, "whose": whose}
        Event.objects.create(at=now, what="author_resolved", person=person, facts=facts)
        taken_back = 0 if before is None else _apply(name, before, now)
    return taken_back + _credit(name_id, now)


def follow_up(project_code: str, now: datetime) -> int:
    """Apply what was said of names where whoever said it was interrupted; return to how many scans."""
    said = AuthorName.objects.filter(project__code=project_code, person__isnull=False, scans__trainee=None)
    return sum(_credit(name_id, now) for name_id in said.values_list("pk", flat=True).distinct())


def forget(name_id: int, person: Person, now: datetime) -> int:
    """Take back what was said of a name, which is asked for again; return from how many scans it was taken.

    What somebody has begun to read stays as it is. The caller checks that `person` may do it.
    """
    with one_transaction():
        name = _locked(name_id)
        before = name.person_id
        name.person, name.nobody, name.resolved_by, name.resolved_at = None, False, None, None
        name.save()
        number = 0 if before is None else _apply(name, before, now)
        facts = {"name": name.pk, "project": name.project.code, "scans": number}
        Event.objects.create(at=now, what="author_forgotten", person=person, facts=facts)
        return number


def _locked(name_id: int) -> AuthorName:
    """Return the name, locked as whoever links a scan to it locks it; rows that only point to it need not wait."""
    rows = AuthorName.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("project").get(pk=name_id)


def _names(person: Person) -> QuerySet[AuthorName]:
    """Return the names in the projects where `person` may say whose they are."""
    names = AuthorName.objects.filter(project__in=projects_for(person, Action.MATCH_AUTHORS))
    return names.select_related("project", "person")


def _credit(name_id: int, now: datetime) -> int:
    """Let the scans under a name that are nobody's be its person's, exam by exam: others need not wait for all."""
    number = 0
    waiting = Scan.objects.filter(author_name=name_id, trainee=None).order_by("pk").values_list("pk", flat=True)
    for scan_id in list(waiting):
        with one_transaction():
            name = _locked(name_id)
            if name.person is None or not trainees_of(name.project).filter(pk=name.person.pk).exists():
                return number
            scan = locked_clip(scan_id)
            number += _follow_alone(scan, name, None, now) if scan.trainee is None else 0
    return number


def _apply(name: AuthorName, before: int, now: datetime) -> int:
    """Let the scans under this name that are of nobody, or of whose it was before, follow; tell how many did."""
    scans = Scan.objects.filter(Q(trainee=None) | Q(trainee=before), author_name=name)
    exams = scans.exclude(exam=None).order_by("exam").values_list("exam", flat=True).distinct()
    alone = scans.filter(exam=None).order_by("pk").values_list("pk", flat=True)
    number = sum(_follow(locked(exam_id), name, before, now) for exam_id in list(exams))
    return number + sum(_follow_alone(locked_clip(scan_id), name, before, now) for scan_id in list(alone))


def _follow(exam: Exam, name: AuthorName, before: int | None, now: datetime) -> int:
    if begun(exam) or exam.trainee_id not in (None, before):
        return 0
    exam.trainee = name.person
    exam.save(update_fields=["trainee"])
    describe(exam, None, "", now)
    for clip in exam.clips.order_by("pk"):
        apply_what_came_along(exam, clip, now)
    queue_when_complete(exam, now)
    return exam.clips.count()


def _follow_alone(scan: Scan, name: AuthorName, before: int | None, now: datetime) -> int:
    """Let a scan that is not released yet be of whose the name is; if it is released meanwhile, its exam is."""
    if scan.exam is not None:
        return _follow(scan.exam, name, before, now)
    if scan.trainee_id not in (None, before):
        return 0
    scan.trainee = name.person
    scan.save(update_fields=["trainee"])
    judge_anew(scan, now)
    return 1

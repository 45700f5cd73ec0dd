"""How does a record of the other side become part of this catalogue?

Each record is one transaction. The same record twice, or an older one after a newer one, changes nothing; what cannot
be applied yet is held and tried again before every exchange.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import IntegrityError

from storage.catalogue.models import Event, Exam, ExamTypeVersion, Held, Known, Organisation, Peer, Project
from storage.catalogue.transaction import one_transaction
from storage.sync import asked, given
from storage.sync.beside import Kind, kinds
from storage.sync.given import Waits
from storage.sync.joining import Joining, exam_named
from storage.sync.journal import EXAM, EXAM_TYPE, beside_now, key_of, note_known
from storage.sync.names import Names
from storage.sync.records import (
    BesideTold,
    ExamTold,
    ExamTypeTold,
    NotUnderstood,
    digest_of,
    read,
    read_exam,
    read_exam_type,
)
from storage.sync.sheets import Meeting
from storage.sync.sides import this_side
from storage.sync.telling import told


class Applied(StrEnum):
    """What became of a record."""

    DONE = "done"
    KNOWN = "known"  # it held nothing new
    HELD = "held"  # it cannot be applied, or not yet


def apply(kind: str, key: str, record: Any, peer: Peer, projects: Iterable[Project], now: datetime) -> Applied:
    """Apply one record of the peer, which may speak of these projects only; hold it where that is not possible."""
    try:
        with one_transaction():
            if kind == EXAM:
                outcome = _apply_exam(read_exam(record), peer, list(projects), now)
            elif kind == EXAM_TYPE and peer.headquarters:
                outcome = _apply_exam_type(read_exam_type(record), list(projects))
            elif kind in kinds():
                outcome = _apply_beside(kinds()[kind], record, peer, list(projects), now)
            else:
                raise NotUnderstood("kind")
            Held.objects.filter(peer=peer, kind=kind, key=key).delete()
            return outcome
    except Waits as waits:
        code = waits.code
    except NotUnderstood:
        code = "not_understood"
    except IntegrityError:
        code = "contradicts"
    values = {"record": record, "code": code}
    Held.objects.update_or_create(
        peer=peer, kind=kind[:12], key=key[:200], defaults=values, create_defaults=values | {"since": now}
    )
    return Applied.HELD


def try_held(peer: Peer, projects: Iterable[Project], now: datetime) -> int:
    """Try again what could not be applied; return how much could."""
    here = list(projects)
    rows = list(Held.objects.filter(peer=peer).order_by("pk"))
    return sum(apply(row.kind, row.key, row.record, peer, here, now) is not Applied.HELD for row in rows)


def _apply_exam(record: ExamTold, peer: Peer, projects: list[Project], now: datetime) -> Applied:
    project = _project(record, projects)
    side = this_side().uuid
    key = str(record.uuid)
    before = _digest(exam_named(record.uuid))
    coming = digest_of(record)
    if before == coming:
        note_known(peer, EXAM, key, coming)
        return Applied.KNOWN
    known = before is None or Known.objects.filter(peer=peer, kind=EXAM, key=key, digest=before).exists()
    joining = Joining(record, peer, side, project, now)
    exam = joining.exam()
    names = Names(project.organisation)
    sheets = Meeting(exam, names, record.people, now)
    sheets.take_conflicts(record.conflicts)
    sheets.take_in(record.sheet, record.sheets_before, their_word=joining.their_word(exam))
    exam.refresh_from_db()
    asked.take(exam, record.asked, names, record.people)
    readings = given.take(exam, record, names, now, final=joining.final)
    after = _digest(exam)
    if after == before:
        return Applied.KNOWN
    facts = {"side": str(peer), "readings": readings}
    Event.objects.create(at=now, what="exchanged", scan=exam.clips.order_by("pk").first(), facts=facts)
    # where all that we had was known there, all that we have now is too: it need not be told back
    if exam.uuid == record.uuid:
        known = known and not joining.joined and after is not None
        note_known(peer, EXAM, key, after if known and after else coming)
    return Applied.DONE


def _apply_beside(kind: Kind, table: Any, peer: Peer, projects: list[Project], now: datetime) -> Applied:
    record = read(kind.record, table)
    project, key, coming = _project(record, projects), key_of(record), digest_of(record)
    names = Names(project.organisation)
    first = beside_now(kind, project, names, record.key)
    before = digest_of(first) if first else None
    if before == coming:
        note_known(peer, kind.name, key, coming)
        return Applied.KNOWN
    known = before is None or Known.objects.filter(peer=peer, kind=kind.name, key=key, digest=before).exists()
    kind.take(record, project, names, now)
    last = beside_now(kind, project, names, record.key)
    after = digest_of(last) if last else None
    if after == before:
        return Applied.KNOWN
    Event.objects.create(
        at=now, what="exchanged", facts={"side": str(peer), "kind": kind.name, "project": project.code}
    )
    # where all that we had was known there, all that we have now is too: it need not be told back
    note_known(peer, kind.name, key, after if known and after else coming)
    return Applied.DONE


def _project(record: ExamTold | BesideTold, projects: list[Project]) -> Project:
    for project in projects:
        if (project.code, project.organisation.code) == (record.project, record.organisation):
            # two records that name the same clip would each make their own exam
            return (
                Project.objects.select_for_update(no_key=True, of=("self",))
                .select_related("organisation")
                .get(pk=project.pk)
            )
    raise Waits("project_unknown")


def _digest(exam: Exam | None) -> str | None:
    return None if exam is None else digest_of(told(exam, this_side().uuid))


def _apply_exam_type(record: ExamTypeTold, projects: list[Project]) -> Applied:
    organisation = Organisation.objects.filter(code=record.organisation, projects__in=projects).first()
    if organisation is None:
        raise Waits("project_unknown")
    same = ExamTypeVersion.objects.filter(organisation=organisation, code=record.code, version=record.number).first()
    if same is not None:
        if same.content != record.content:
            raise Waits("exam_type_differs")
        return Applied.KNOWN
    person = Names(organisation).person(record.made_by, record.people)
    if person is None:
        raise NotUnderstood("made_by")
    ExamTypeVersion.objects.create(
        organisation=organisation,
        code=record.code,
        version=record.number,
        content=record.content,
        valid_from=record.valid_from,
        made_by=person,
        note=record.note,
    )
    return Applied.DONE

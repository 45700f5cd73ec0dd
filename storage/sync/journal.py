"""What became different here since another side asked last?

Whatever happens to an exam writes an event, and the audit chain numbers events without gaps in the order in which they
became visible. So the events since the last look name the exams to look at; a change is noted where the digest of an
exam's record is another than before. Once a day every exam is looked at.
What is known beside exams (storage.sync.beside) is little: all of it is looked at after any event that is of no scan.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from storage.catalogue import audit
from storage.catalogue.models import Change, Event, Exam, ExamTypeVersion, Known, Peer, Project, Side
from storage.catalogue.transaction import one_transaction
from storage.sync.beside import Kind, kinds
from storage.sync.names import Names
from storage.sync.records import BesideTold, ExamTypeTold, PersonTold, Told, as_json, digest_of
from storage.sync.sheets import line_of
from storage.sync.sides import this_side
from storage.sync.telling import AT_A_TIME, Telling, exams_in

EXAM, EXAM_TYPE = "exam", "exam_type"
WHOLE_EVERY = timedelta(days=1)


@dataclass(frozen=True)
class Entry:
    """One change, with the record as it is now."""

    number: int
    kind: str
    key: str
    digest: str
    record: dict[str, Any]
    takes_back: bool = False


def write_up(now: datetime) -> int:
    """Note what became different since the last time; return how many. Two at once do it one after the other."""
    audit.seal()
    side = this_side()
    with one_transaction():
        side = Side.objects.select_for_update().get(pk=side.pk)
        last = Event.objects.aggregate(last=Max("number"))["last"] or 0
        since = Event.objects.filter(number__gt=side.events, number__lte=last)
        whole = side.whole_at is None or now - side.whole_at >= WHOLE_EVERY or now < side.whole_at
        if whole:
            exams = Exam.objects.all()
            side.whole_at = now
        else:
            exams = Exam.objects.filter(pk__in=since.exclude(scan__exam=None).values("scan__exam"))
        noted = _note_exams(exams, side, now) + _note_exam_types(now)
        if whole or since.filter(scan=None).exists():
            noted += _note_beside(now)
        side.events = last
        side.save(update_fields=["events", "whole_at"])
    return noted


def since(number: int, peer: Peer, projects: Iterable[Project], most: int) -> tuple[list[Entry], int]:
    """Return up to `most` changes after this number in these projects that the peer does not know, and how far it goes.

    What takes something back comes first. A number beyond the last change (a catalogue from a backup) is the beginning.
    """
    here = list(projects)
    last = Change.objects.aggregate(last=Max("pk"))["last"] or 0
    rows = list(_wanted(0 if number > last else number, peer, here).order_by("pk")[: most + 1])
    reached = rows[most - 1].pk if len(rows) > most else last
    entries = list(_entries(rows[:most], here))
    return sorted(entries, key=lambda entry: (not entry.takes_back, entry.number)), reached


def awaited(number: int, peer: Peer, projects: Iterable[Project]) -> int:
    """Return how many changes the peer has not got yet."""
    return _wanted(number, peer, list(projects)).count()


def note_known(peer: Peer, kind: str, key: str, digest: str) -> None:
    """Remember what the peer has of a record."""
    Known.objects.update_or_create(peer=peer, kind=kind, key=key, defaults={"digest": digest})


def _wanted(number: int, peer: Peer, projects: list[Project]) -> QuerySet[Change]:
    newer = Change.objects.filter(kind=OuterRef("kind"), key=OuterRef("key"), pk__gt=OuterRef("pk"))
    known = Known.objects.filter(peer=peer, kind=OuterRef("kind"), key=OuterRef("key"), digest=OuterRef("digest"))
    theirs = Q(project__in=projects)
    if not peer.headquarters:
        for organisation in {project.organisation.code for project in projects}:
            theirs |= Q(kind=EXAM_TYPE, key__startswith=f"{organisation} ")
    return Change.objects.filter(theirs, ~Exists(newer), ~Exists(known), pk__gt=number)


def _entries(rows: list[Change], projects: list[Project]) -> Iterator[Entry]:
    telling = Telling(this_side().uuid)
    wanted = Exam.objects.filter(uuid__in=[row.key for row in rows if row.kind == EXAM], project__in=projects)
    records: dict[tuple[str, str], Told] = {(EXAM, str(exam.uuid)): telling.exam(exam) for exam in exams_in(wanted)}
    if any(row.kind == EXAM_TYPE for row in rows):
        records |= {(EXAM_TYPE, key): told for key, told in _exam_types()}
    records |= _beside([row for row in rows if row.kind in kinds()], projects)
    for row in rows:
        told = records.get((row.kind, row.key))
        if told is not None:  # else it was joined into another meanwhile, which is told of instead
            takes_back = bool(getattr(told, "takes_back", False))
            yield Entry(row.pk, row.kind, row.key, digest_of(told), as_json(told), takes_back)


def _note_exams(exams: QuerySet[Exam], side: Side, now: datetime) -> int:
    telling, noted = Telling(side.uuid), 0
    batch: list[tuple[Exam, str]] = []
    for exam in exams_in(exams):
        exam.sheet_line = line_of(exam, telling.sheet(exam))
        batch.append((exam, digest_of(telling.exam(exam))))
        if len(batch) == AT_A_TIME:
            noted += _note(EXAM, [(str(exam.uuid), exam.project, digest) for exam, digest in batch], now)
            batch = []
    return noted + _note(EXAM, [(str(exam.uuid), exam.project, digest) for exam, digest in batch], now)


def _note_exam_types(now: datetime) -> int:
    return _note(EXAM_TYPE, [(key, None, digest_of(told)) for key, told in _exam_types()], now)


def _note_beside(now: datetime) -> int:
    noted = 0
    for project in Project.objects.filter(active=True).select_related("organisation").order_by("pk"):
        names = Names(project.organisation)
        for kind in kinds().values():
            seen = [(key_of(told), project, digest_of(told)) for told in kind.tell(project, names, None)]
            noted += _note(kind.name, seen, now)
    return noted


def _beside(rows: list[Change], projects: list[Project]) -> dict[tuple[str, str], Told]:
    """Return the records of these changes as they are now; each kind of a project is looked up once."""
    wanted: dict[tuple[Project, str], set[str]] = defaultdict(set)
    for row in rows:
        wanted[next(one for one in projects if one.pk == row.project_id), row.kind].add(row.key)
    found: dict[tuple[str, str], Told] = {}
    for (project, name), keys in wanted.items():
        for told in kinds()[name].tell(project, Names(project.organisation), None):
            if key_of(told) in keys:
                found[name, key_of(told)] = told
    return found


def key_of(told: BesideTold) -> str:
    """Return by what a record beside exams is known to all sides."""
    return f"{told.project} {told.key}"


def beside_now(kind: Kind, project: Project, names: Names, key: str) -> BesideTold | None:
    """Return the record of this key as it is now, None where nothing is known."""
    return next(iter(kind.tell(project, names, key)), None)


def _note(kind: str, seen: Sequence[tuple[str, Project | None, str]], now: datetime) -> int:
    rows = Change.objects.filter(kind=kind, key__in=[key for key, _, _ in seen]).order_by("pk")
    last = dict(rows.values_list("key", "digest"))
    new = [
        Change(project=project, kind=kind, key=key, digest=digest, at=now)
        for key, project, digest in seen
        if last.get(key) != digest
    ]
    for row in new:
        row.save(force_insert=True)  # one by one: their numbers are their order
    return len(new)


def _exam_types() -> Iterator[tuple[str, ExamTypeTold]]:
    names: dict[int, Names] = {}
    rows = ExamTypeVersion.objects.select_related("organisation", "made_by").order_by("pk")
    for row in rows:
        known = names.setdefault(row.organisation_id, Names(row.organisation))
        account = known.of(row.made_by)
        person = PersonTold(first_name=row.made_by.first_name, last_name=row.made_by.last_name)
        yield (
            f"{row.organisation.code} {row.code} {row.version}",
            ExamTypeTold(
                organisation=row.organisation.code,
                code=row.code,
                number=row.version,
                content=row.content,
                valid_from=row.valid_from,
                made_by=account,
                note=row.note,
                people={account: person},
            ),
        )

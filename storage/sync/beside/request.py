"""How are requests of a project exchanged? Lines are only added, and what became of a request follows from them."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from storage.catalogue.models import Project, RequestEntry, SupportRequest
from storage.sync.beside.kind import Kind
from storage.sync.names import Mentioned, Names
from storage.sync.records import Account, BesideTold, Code, Moment, NotUnderstood, Told, Words, digest_of_json
from supervision.registers import LONGEST_NOTE, Act, RequestKind, standing


class LineTold(Told):
    """One line in the history of a request."""

    at: Moment
    by: Account | Literal[""]
    act: Act
    note: Words


class RequestTold(BesideTold):
    """One request, named by who made it and when."""

    kind: RequestKind
    exam_types: Annotated[list[Code], Field(max_length=100)]
    text: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NOTE, pattern=r"^[^\x00]*$")]
    wanted_by: date | None
    by: Account
    at: Moment
    lines: Annotated[list[LineTold], Field(max_length=1000)]


def _tell(project: Project, names: Names, only: str | None) -> Iterator[RequestTold]:
    rows = SupportRequest.objects.filter(project=project).select_related("made_by").order_by("made_at", "pk")
    for row in rows.prefetch_related("entries__person"):
        mentioned = Mentioned(names)
        by = mentioned.who(row.made_by)
        key = _key(by, row.made_at)
        if only not in (None, key):
            continue
        lines = [
            LineTold(at=one.at, by=mentioned.who(one.person), act=Act(one.act), note=one.note)
            for one in row.entries.all()
        ]
        yield RequestTold(
            organisation=project.organisation.code,
            project=project.code,
            key=key,
            kind=RequestKind(row.kind),
            exam_types=row.exam_types,
            text=row.text,
            wanted_by=row.wanted_by,
            by=by,
            at=row.made_at,
            lines=sorted(lines, key=lambda line: (line.at, line.act, line.by)),
            people=mentioned.people,
        )


def _take(told: RequestTold, project: Project, names: Names, _now: datetime) -> None:
    maker = names.person(told.by, told.people)
    if maker is None or told.key != _key(told.by, told.at):
        raise NotUnderstood("key")
    row, _ = SupportRequest.objects.get_or_create(
        project=project,
        made_by=maker,
        made_at=told.at,
        defaults={
            "kind": told.kind,
            "exam_types": told.exam_types,
            "text": told.text,
            "wanted_by": told.wanted_by,
        },
    )
    known = {(one.at, one.person_id, one.act) for one in row.entries.all()}
    for line in told.lines:
        person = names.person(line.by, told.people)
        if person is None:
            raise NotUnderstood("lines.by")
        if (line.at, person.pk, line.act) not in known:
            RequestEntry.objects.create(request=row, at=line.at, person=person, act=line.act, note=line.note)
    row.state, row.closed_at = standing((one.at, Act(one.act)) for one in RequestEntry.objects.filter(request=row))
    row.save(update_fields=["state", "closed_at"])


def _key(by: str, at: datetime) -> str:
    return digest_of_json([by, at.timestamp()])[:32]


KIND = Kind("request", RequestTold, _tell, _take)

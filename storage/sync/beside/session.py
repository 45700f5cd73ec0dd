"""How are training sessions exchanged? What was written down later counts; one that was cancelled stays so."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from storage.catalogue.models import Attendance, Project, TrainingSession
from storage.sync.beside.kind import Kind
from storage.sync.names import Mentioned, Names
from storage.sync.records import Account, BesideTold, Code, Moment, NotUnderstood, digest_of, digest_of_json
from supervision.registers import LONGEST_NOTE, LONGEST_PLACE, MOST_GUESTS, MOST_MINUTES, Attended, SessionKind


class SessionTold(BesideTold):
    """One training session, named by who logged it and when."""

    held_on: date
    minutes: Annotated[int, Field(ge=1, le=MOST_MINUTES)]
    place: Annotated[str, StringConstraints(max_length=LONGEST_PLACE, pattern=r"^[^\x00]*$")]
    kind: SessionKind
    exam_types: Annotated[list[Code], Field(max_length=100)]
    facilitators: Annotated[list[Account], Field(max_length=500)]
    guests: Annotated[int, Field(ge=0, le=MOST_GUESTS)]
    note: Annotated[str, StringConstraints(max_length=LONGEST_NOTE, pattern=r"^[^\x00]*$")]
    attendance: dict[Account, Attended]
    by: Account
    at: Moment
    changed_at: Moment | None
    cancelled_at: Moment | None

    def later_than(self, other: "SessionTold") -> bool:
        """Tell which of two writings of one session counts: the later one, on both sides the same one."""
        return (self.changed_at or self.at, digest_of(self)) > (other.changed_at or other.at, digest_of(other))


def _tell(project: Project, names: Names, only: str | None) -> Iterator[SessionTold]:
    rows = TrainingSession.objects.filter(project=project).select_related("logged_by")
    several = rows.prefetch_related("facilitators", "attendances__person").order_by("logged_at", "pk")
    for row in several:
        told = _told(row, project, names)
        if only in (None, told.key):
            yield told


def _told(row: TrainingSession, project: Project, names: Names) -> SessionTold:
    mentioned = Mentioned(names)
    by = mentioned.who(row.logged_by)
    return SessionTold(
        organisation=project.organisation.code,
        project=project.code,
        key=_key(by, row.logged_at),
        held_on=row.held_on,
        minutes=row.minutes,
        place=row.place,
        kind=SessionKind(row.kind),
        exam_types=row.exam_types,
        facilitators=sorted(mentioned.who(one) for one in row.facilitators.all()),
        guests=row.guests,
        note=row.note,
        attendance={mentioned.who(one.person): Attended(one.attended) for one in row.attendances.all()},
        by=by,
        at=row.logged_at,
        changed_at=row.changed_at,
        cancelled_at=row.cancelled_at,
        people=mentioned.people,
    )


def _take(told: SessionTold, project: Project, names: Names, _now: datetime) -> None:
    logger = names.person(told.by, told.people)
    if logger is None or told.key != _key(told.by, told.at):
        raise NotUnderstood("key")
    row = TrainingSession.objects.filter(project=project, logged_by=logger, logged_at=told.at).first()
    if row is None:
        row = TrainingSession(project=project, logged_by=logger, logged_at=told.at)
        _write(told, row, names)
    elif told.later_than(_told(row, project, names)):
        _write(told, row, names)
    ends = [at for at in (row.cancelled_at, told.cancelled_at) if at is not None]
    row.cancelled_at = min(ends, default=None)
    row.save(update_fields=["cancelled_at"])


def _write(told: SessionTold, row: TrainingSession, names: Names) -> None:
    for name in ("held_on", "minutes", "place", "kind", "exam_types", "guests", "note", "changed_at"):
        setattr(row, name, getattr(told, name))
    row.save()
    there = {names.person(name, told.people): attended for name, attended in told.attendance.items()}
    row.facilitators.set([person for one in told.facilitators if (person := names.person(one, told.people))])
    row.attendances.all().delete()
    Attendance.objects.bulk_create(
        Attendance(session=row, person=person, attended=attended) for person, attended in there.items() if person
    )


def _key(by: str, at: datetime) -> str:
    return digest_of_json([by, at.timestamp()])[:32]


KIND = Kind("session", SessionTold, _tell, _take)

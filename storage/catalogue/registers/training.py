"""Which training sessions were held, in what, by whom and for whom?

Every act is one transaction and writes one event with the person. Whoever may not keep the register of the session's
project gets DoesNotExist.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Q, QuerySet

from pipeline.errors import Conflict
from storage.catalogue import scope
from storage.catalogue.exam_catalogue import types_of
from storage.catalogue.models import Attendance, Event, Person, Project, TrainingSession
from storage.catalogue.transaction import one_transaction
from supervision.plain_text import is_plain_text
from supervision.registers import LONGEST_NOTE, LONGEST_PLACE, MOST_GUESTS, MOST_MINUTES, Attended, SessionKind
from supervision.roles import Action, Reach


@dataclass(frozen=True)
class SessionHeld:
    """What is written down of a session. facilitators, attendance: people by number; ValueError names a bad field."""

    held_on: date
    minutes: int
    kind: SessionKind
    place: str = ""
    exam_types: tuple[str, ...] = ()
    facilitators: frozenset[int] = frozenset()
    attendance: Mapping[int, Attended] = field(default_factory=dict)
    guests: int = 0
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse what is out of range."""
        if not 1 <= self.minutes <= MOST_MINUTES:
            raise ValueError(f"minutes must be 1 to {MOST_MINUTES}")
        if not 0 <= self.guests <= MOST_GUESTS:
            raise ValueError(f"guests must be 0 to {MOST_GUESTS}")
        if not is_plain_text(self.place, LONGEST_PLACE) or not is_plain_text(self.note, LONGEST_NOTE):
            raise ValueError("place and note must be short text")
        if self.facilitators & set(self.attendance):
            raise ValueError("facilitators do not attend their own session")


def sessions_for(person: Person) -> QuerySet[TrainingSession]:
    """Return the sessions that a person may see, newest first: all of a project, or those they were expected at."""
    everywhere = Q(project__in=scope.projects_reached(person, Action.SEE_REGISTERS, Reach.ALL))
    own = scope.projects_reached(person, Action.SEE_REGISTERS, Reach.OWN)
    mine = Q(project__in=own, pk__in=Attendance.objects.filter(person=person).values("session"))
    seen = TrainingSession.objects.filter(everywhere | mine).select_related("project", "logged_by")
    return seen.prefetch_related("facilitators", "attendances__person").order_by("-held_on", "-pk")


def people_of(project: Project) -> QuerySet[Person]:
    """Return who can attend or facilitate a session of a project: whoever holds a role there, by name."""
    here = Q(memberships__project=project)
    everywhere = Q(memberships__project=None, memberships__organisation=project.organisation_id)
    return Person.objects.filter(here | everywhere, is_active=True).distinct().order_by("last_name", "username")


def log(project_id: int, held: SessionHeld, person: Person, now: datetime) -> TrainingSession:
    """Write down a session. ValueError for a day to come, unknown exam types, or people without a role there."""
    with one_transaction():
        project = scope.projects_for(person, Action.KEEP_TRAINING).get(pk=project_id)
        session = TrainingSession(project=project, logged_by=person, logged_at=now)
        _fill(session, held, now)
        _note("session_logged", session, person, now)
        return session


def change(session_id: int, held: SessionHeld, person: Person, now: datetime) -> TrainingSession:
    """Write a session down anew, who was there included; Conflict (`stale`) for one that was cancelled."""
    with one_transaction():
        session = _locked(session_id, person)
        session.changed_at = now
        _fill(session, held, now)
        _note("session_changed", session, person, now)
        return session


def cancel(session_id: int, person: Person, now: datetime) -> TrainingSession:
    """Note that a session did not take place after all: it counts no longer, and stays in the register."""
    with one_transaction():
        session = _locked(session_id, person)
        session.cancelled_at = now
        session.save(update_fields=["cancelled_at"])
        _note("session_cancelled", session, person, now)
        return session


def _locked(session_id: int, person: Person) -> TrainingSession:
    kept = TrainingSession.objects.filter(project__in=scope.projects_for(person, Action.KEEP_TRAINING))
    session = kept.select_for_update(of=("self",)).get(pk=session_id)
    if session.cancelled_at is not None:
        raise Conflict("stale")
    return session


def _fill(session: TrainingSession, held: SessionHeld, now: datetime) -> None:
    if held.held_on > now.date():
        raise ValueError("held_on must not lie in the future")
    named = held.facilitators | set(held.attendance)
    before = set(session.attendances.values_list("person", flat=True)) if session.pk else set()
    before |= set(session.facilitators.values_list("pk", flat=True)) if session.pk else set()
    known = set(people_of(session.project).filter(pk__in=named).values_list("pk", flat=True))
    if named - known - before:  # who has left since stays where they were
        raise ValueError("people must hold a role in the project")
    if set(held.exam_types) - set(session.exam_types) - set(types_of(session.project.organisation_id)):
        raise ValueError("exam_types must be of the catalogue")
    session.held_on, session.minutes, session.kind = held.held_on, held.minutes, held.kind
    session.place, session.guests, session.note = held.place.strip(), held.guests, held.note.strip()
    session.exam_types = sorted(set(held.exam_types))
    session.save()
    session.facilitators.set(held.facilitators)
    session.attendances.all().delete()
    Attendance.objects.bulk_create(
        Attendance(session=session, person_id=pk, attended=attended) for pk, attended in sorted(held.attendance.items())
    )


def _note(what: str, session: TrainingSession, person: Person, now: datetime) -> None:
    facts = {"session": session.pk, "project": session.project_id, "expected": session.attendances.count()}
    Event.objects.create(at=now, what=what, person=person, facts=facts)

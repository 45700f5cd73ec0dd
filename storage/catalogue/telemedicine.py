"""Who asks a specialist about a patient, who sees to it, and what came of it?

An exam can be escalated at any stage, beside its readings. What may be lacking is told and kept, and only consent is
indispensable: a question about a patient does not wait until every view is there.
"""

from datetime import datetime

from django.db.models import Q, QuerySet

from pipeline.errors import Conflict
from storage.catalogue import scope
from storage.catalogue.exam_catalogue import type_of
from storage.catalogue.models import Escalation, EscalationEntry, Event, Exam, Person
from storage.catalogue.programme import current
from storage.catalogue.transaction import one_transaction
from supervision.escalation import (
    CLOSED,
    DONE,
    LONGEST_NOTE,
    OUTCOMES,
    QUESTIONS,
    SPECIALTIES,
    EscalationState,
    What,
    after,
    clock_of,
    missing_for,
)
from supervision.priority import due_at
from supervision.roles import Action
from supervision.worksheet import Urgency


def lacking(exam: Exam, question: str = "", *, consent: bool = False) -> tuple[str, ...]:
    """Return what a specialist would ask back for, as paths of supervision.escalation.missing_for."""
    views = exam.clips.exclude(view="").values_list("view", flat=True)
    return missing_for(type_of(exam), views, exam.answers, question=question, consent=consent)


def escalate(
    exam_id: int,
    person: Person,
    *,
    question: str,
    specialty: str,
    consent: bool,
    now: datetime,
    note: str = "",
    critical: bool = False,
) -> Escalation:
    """Ask a specialist about the patient of an exam.

    ValueError for a question, specialty or note that is not valid, or where the patient did not consent; Conflict
    already_escalated. Exam.DoesNotExist outside the person's scope.
    """
    if question not in QUESTIONS:
        raise ValueError("question must be one of the list")
    if specialty not in SPECIALTIES:
        raise ValueError("specialty must be one of the list")
    if not consent:
        raise ValueError("consent of the patient is needed")
    with one_transaction():
        exam = scope.exams_for(person, Action.ESCALATE).select_for_update(of=("self",)).get(pk=exam_id)
        if Escalation.objects.filter(exam=exam, closed_at=None).exists():
            raise Conflict("already_escalated")
        clock = clock_of(critical=critical or exam.urgency == Urgency.CRITICAL)
        escalation = Escalation.objects.create(
            exam=exam,
            raised_by=person,
            raised_at=now,
            question=question,
            specialty=specialty,
            consent=consent,
            missing=list(lacking(exam, question, consent=consent)),
            clock=clock,
            due_at=due_at(clock, now, current().clocks.hours(clock)),
        )
        _write(escalation, What.RAISED, person, now, _note(note))
        return escalation


def act(escalation_id: int, what: What, person: Person, now: datetime, *, code: str = "", note: str = "") -> Escalation:
    """Do something with an escalation and write it into its history.

    code: the outcome when it is ANSWERED, what was done for the patient when it is DONE. ValueError for a code or note
    that is not valid; Conflict stale where it cannot be done now. Escalation.DoesNotExist outside the person's scope:
    a coordinator takes, asks, answers; whoever may escalate the exam supplies, says what was done, and withdraws.
    """
    if what in (What.ASKED, What.SUPPLIED) and not note.strip():
        raise ValueError("note must say something")
    if what in _CODES and code not in _CODES[what]:
        raise ValueError("code must be one of the list")
    with one_transaction():
        escalation = reachable(person, what).select_for_update(of=("self",)).get(pk=escalation_id)
        state = after(EscalationState(escalation.state), what)
        if state is None:
            raise Conflict("stale")
        escalation.state = state
        if what in (What.TAKEN, What.GIVEN_BACK):
            escalation.taken_by = person if what is What.TAKEN else None
        if what is What.ANSWERED:
            escalation.outcome, escalation.answered_at = code, now
        if what is What.DONE:
            escalation.done = code
        if state in CLOSED:
            escalation.closed_at = now
        escalation.save()
        _write(escalation, what, person, now, _note(note), code=code if what in _CODES else "")
        return escalation


def inbox(person: Person) -> QuerySet[Escalation]:
    """Return what waits for a coordinator or for word from the project, most urgent first."""
    pending = Escalation.objects.filter(exam__in=scope.exams_for(person, Action.COORDINATE), closed_at=None)
    return pending.select_related("exam__project", "taken_by").order_by("due_at", "pk")


def concerning(person: Person) -> QuerySet[Escalation]:
    """Return what the person asked, scanned or read themselves, newest first: the outcome comes back to them."""
    raised = Q(raised_by=person) | Q(exam__trainee=person) | Q(exam__reviews__reviewer=person)
    return Escalation.objects.filter(raised).distinct().select_related("exam__project").order_by("-raised_at", "-pk")


def waiting_for(person: Person) -> QuerySet[Escalation]:
    """Return what waits for this person: a coordinator takes it, who asked or scanned says what was done."""
    to_take = Q(state=EscalationState.OPEN, exam__in=scope.exams_for(person, Action.COORDINATE))
    to_close = Q(state=EscalationState.ANSWERED) & (Q(raised_by=person) | Q(exam__trainee=person))
    return Escalation.objects.filter(to_take | to_close)


def visible(person: Person) -> QuerySet[Escalation]:
    """Return the escalations that a person may look at."""
    seen = Q(exam__in=scope.exams_for(person, Action.COORDINATE)) | Q(pk__in=concerning(person).values("pk"))
    return Escalation.objects.filter(seen | Q(exam__in=scope.exams_for(person, Action.SEE_SCANS)))


def escalable(person: Person) -> QuerySet[Exam]:
    """Return the exams about whose patients the person may ask a specialist."""
    return scope.exams_for(person, Action.ESCALATE)


_BY_COORDINATOR = frozenset({What.TAKEN, What.GIVEN_BACK, What.ASKED, What.ANSWERED})
_CODES = {What.ANSWERED: OUTCOMES, What.DONE: DONE}


def reachable(person: Person, what: What) -> QuerySet[Escalation]:
    """Return the escalations with which a person may do `what`, as far as their state allows it."""
    action = Action.COORDINATE if what in _BY_COORDINATOR else Action.ESCALATE
    reached = Q(exam__in=scope.exams_for(person, action))
    if action is Action.ESCALATE:
        reached |= Q(exam__in=scope.exams_for(person, Action.COORDINATE))
    return Escalation.objects.filter(reached).select_related("exam")


def _note(note: str) -> str:
    note = note.strip()
    if len(note) > LONGEST_NOTE or "\x00" in note:
        raise ValueError(f"note has at most {LONGEST_NOTE} characters")
    return note


def _write(escalation: Escalation, what: What, person: Person, now: datetime, note: str, *, code: str = "") -> None:
    """Write a line, and the event of it; a note stays with the escalation."""
    EscalationEntry.objects.create(escalation=escalation, at=now, person=person, what=what, note=note, code=code)
    facts = {"escalation": escalation.pk, "state": escalation.state}
    clip = escalation.exam.clips.order_by("pk").first()
    Event.objects.create(at=now, what=f"escalation_{what.value}", scan=clip, person=person, facts=facts)

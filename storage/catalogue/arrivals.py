"""What became of each file that was received, as its sender may know it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from storage.catalogue import scope
from storage.catalogue.blinding import unblinded_scans
from storage.catalogue.models import Arrival, Person, Scan
from storage.catalogue.queueing import missing_of
from supervision.receipts import Answer, Answered
from supervision.roles import Action
from supervision.states import RELEASED, State

__all__ = ["Answer", "Answered", "answer_of", "answered_with", "answers_for", "arrivals_for", "unblinded"]

_OF_STATE: Mapping[str, Answer] = {
    State.RECEIVED: Answer.READING,
    State.REJECTED: Answer.REFUSED,
    State.WITHHELD: Answer.WITHHELD,
    State.FAILED: Answer.FAILED,
    State.AWAITING_INFO: Answer.WAITING_FOR,
    **dict.fromkeys(RELEASED - {State.AWAITING_INFO}, Answer.ACCEPTED),
}
ANSWERED: Mapping[Answer, Q] = {
    one: Q(repeated=True)
    if one is Answer.DUPLICATE
    else Q(repeated=False, scan__state__in=[state for state, answer in _OF_STATE.items() if answer is one])
    for one in Answer
}
"""Which arrivals have which answer: every arrival exactly one."""


def answer_of(arrival: Arrival) -> Answered:
    """Return what became of an arrival; of one that repeats a scan of its own project also what became of that."""
    if not arrival.repeated:
        return _answer(arrival.scan, arrival.arrived_at)
    first = _answer(arrival.scan, arrival.scan.received_at) if arrival.scan.project_id == arrival.project_id else None
    return Answered(Answer.DUPLICATE, arrival.scan.short_id, arrival.arrived_at, before=first)


def answers_for(project_code: str, arrivals: Sequence[int]) -> dict[int, Answered]:
    """Return the answers to these arrivals of a project, by their numbers; numbers of others are left out."""
    found = Arrival.objects.filter(project__code=project_code, pk__in=arrivals)
    return {one.pk: answer_of(one) for one in _with_what_answers_need(found)}


def arrivals_for(person: Person | AnonymousUser) -> QuerySet[Arrival]:
    """Return the arrivals that a person may see: of whole projects, or of what they scanned or sent."""
    return _with_what_answers_need(scope.arrivals_for(person, Action.SEE_ARRIVALS))


def answered_with(arrivals: QuerySet[Arrival], answer: Answer) -> QuerySet[Arrival]:
    """Return those of these arrivals that have this answer."""
    return arrivals.filter(ANSWERED[answer])


def unblinded(person: Person | AnonymousUser, arrivals: QuerySet[Arrival]) -> QuerySet[Arrival]:
    """Return those of these arrivals of whose exam nothing is hidden from `person`.

    By which of them a project or a way in leaves over, one would know what is not shown.
    """
    return arrivals.filter(scan__in=unblinded_scans(person, Scan.objects.all()))


def _with_what_answers_need(arrivals: QuerySet[Arrival]) -> QuerySet[Arrival]:
    return arrivals.select_related("scan__author_name", "scan__exam", "scan__project", "project")


def _answer(scan: Scan, arrived_at: datetime) -> Answered:
    answer = _OF_STATE[scan.state]
    since = arrived_at if answer is Answer.READING else scan.processed_at or arrived_at
    if answer is Answer.WAITING_FOR:
        return Answered(answer, scan.short_id, since, _waits_for(scan))
    if answer in (Answer.REFUSED, Answer.WITHHELD, Answer.FAILED):
        return Answered(answer, scan.short_id, since, scan.reason, scan.reason_facts)
    return Answered(answer, scan.short_id, since)


def _waits_for(scan: Scan) -> str:
    missing = missing_of(scan)
    named = scan.author_name is not None and scan.author_name.resolved_at is None
    if "trainee" in missing and named:
        return "author_name" if len(missing) == 1 else "author_name_both"
    if len(missing) == 2:
        return "both"
    return missing[0] if missing else "exam_type"  # one that was taken out of the catalogue

"""How do questions to telemedicine, and what was done about them, come beside ours? Only lines are added.

How a question stands follows from its lines alone (supervision.escalation.standing), so that both sides come to the
same whatever was done where. Questions that were asked on both sides both stay.
"""

from collections.abc import Mapping

from storage.catalogue.models import Escalation, EscalationEntry, Exam
from storage.sync.names import Names
from storage.sync.records import AskedTold, NotUnderstood, PersonTold
from supervision.escalation import QUESTIONS, SPECIALTIES, Line, What, standing


def take(exam: Exam, several: list[AskedTold], names: Names, people: Mapping[str, PersonTold]) -> int:
    """Add what is new to the exam, which is locked; return how many lines."""
    return sum(_take(exam, told, names, people) for told in several)


def _take(exam: Exam, told: AskedTold, names: Names, people: Mapping[str, PersonTold]) -> int:
    asker = names.person(told.by, people)
    if asker is None or told.question not in QUESTIONS or told.specialty not in SPECIALTIES:
        raise NotUnderstood("asked")
    row, _ = Escalation.objects.get_or_create(
        exam=exam,
        raised_by=asker,
        raised_at=told.at,
        defaults={
            "question": told.question,
            "specialty": told.specialty,
            "consent": told.consent,
            "missing": told.missing,
            "clock": told.clock,
            "due_at": told.due_at,
        },
    )
    known = {(line.at, line.person_id, line.what) for line in row.entries.all()}
    new = []
    for line in told.lines:
        person = names.person(line.person, people)
        if (line.at, person.pk if person else None, line.what) not in known:
            new.append(
                EscalationEntry(
                    escalation=row, at=line.at, person=person, what=line.what, code=line.code, note=line.note
                )
            )
    EscalationEntry.objects.bulk_create(new)
    if new:
        follow(row, names)
    return len(new)


def follow(row: Escalation, names: Names) -> None:
    """Let a question stand as its lines say."""
    entries = list(row.entries.select_related("person"))
    now = standing(Line(one.at, names.of(one.person), What(one.what), one.code) for one in entries)
    taken_by = [one.person for one in entries if names.of(one.person) == now.taken_by] if now.taken_by else []
    row.state, row.taken_by = now.state, next(iter(taken_by), None)
    row.answered_at, row.outcome = now.answered_at, now.outcome
    row.done, row.closed_at = now.done, now.closed_at
    row.save()

"""What does a person do with a scan that was held back, and who did what with it before?

Every act is one transaction under a lock of the scan's row, and writes one event with the person. Whoever may not
release in the scan's project gets Scan.DoesNotExist. A scan that was decided on is received again: the next cycle walks
it with the decision as its guidance.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime

from django.db.models import Q, QuerySet

from pipeline.errors import Conflict, Unavailable
from storage.catalogue import layouts, scope
from storage.catalogue.evidence import drop_evidence, remove_discarded
from storage.catalogue.models import Decision, Event, Person, Question, Scan, SectorLayout
from storage.catalogue.transaction import one_transaction
from storage.objects.chosen import object_store
from supervision.drawing import Drawing, drawing
from supervision.questions import QUESTIONS, REFUSALS
from supervision.roles import Action
from supervision.states import State

DRAWABLE = frozenset({"no_sector", "one_witness", "witnesses_differ", "text_inside"})
"""What a drawing can settle; an identifier that was left or a form that cannot be cleaned is no matter of the area."""


def decide_sector(
    scan_id: int, polygons: Sequence[Sequence[Sequence[float]]], person: Person, now: datetime
) -> SectorLayout:
    """Keep what a person drew as the scan's own sectors and as a layout of its device; return the layout.

    polygons: corners [x, y] in pixels of the scan. The scan is received again. An accepted text is accepted no more:
    another area may show another text. ValueError for a drawing that is none, Conflict (`stale`) for a scan that is
    held back for something else or no longer.
    """
    with one_transaction():
        scan = _held_back(scan_id, person)
        if scan.reason not in DRAWABLE or not scan.rows or not scan.columns:
            raise Conflict("stale")
        outlines = drawing(polygons, scan.rows, scan.columns)
        layout = layouts.teach(scan, outlines, person, now)
        _decide(scan, outlines, layout, person, now)
        _receive_again(scan, "sector_drawn", {"layout": layout.pk, "outlines": len(outlines)}, person, now)
        return layout


def accept_text(scan_id: int, person: Person, now: datetime) -> None:
    """Note that a person looked at the writing inside and says that it names nobody; the scan is received again.

    The area in which it was read is kept with the decision: another one may show other writing. Conflict (`stale`)
    unless the scan is held back for writing.
    """
    with one_transaction():
        scan = _held_back(scan_id, person)
        if scan.reason != "text_inside":
            raise Conflict("stale")
        looked_at = layouts.as_outlines(scan.kept.get("polygons", ()))
        decided = {"text_accepted": True, "polygons": looked_at, "decided_by": person, "decided_at": now}
        Decision.objects.update_or_create(scan=scan, defaults=decided)
        _receive_again(scan, "text_accepted", {"places": scan.reason_facts.get("count", 0)}, person, now)


def refuse(scan_id: int, code: str, person: Person, now: datetime) -> None:
    """Refuse a scan for good, with a reason that its sender will read; ValueError for a code that is none of REFUSALS.

    The pictures of what was in doubt go.
    """
    if code not in REFUSALS:
        raise ValueError("code must be one of REFUSALS")
    with one_transaction():
        scan = _held_back(scan_id, person)
        scan.move_to(State.REJECTED)
        scan.reason, scan.reason_facts, scan.processed_at = code, {}, now
        scan.save(update_fields=["state", "reason", "reason_facts", "processed_at"])
        drop_evidence(scan)
        Event.objects.create(at=now, what="refused", scan=scan, person=person, facts={"code": code})
    with suppress(Unavailable):  # then the next cycle removes it
        remove_discarded(object_store())


def ask_sender(scan_id: int, question_code: str, person: Person, now: datetime) -> Question:
    """Ask whoever sent the scan; it stays held back. A question takes the place of one that waits for an answer.

    ValueError for a code that is none of QUESTIONS.
    """
    if question_code not in QUESTIONS:
        raise ValueError("question_code must be one of QUESTIONS")
    with one_transaction():
        scan = _held_back(scan_id, person)
        question, _ = Question.objects.update_or_create(
            scan=scan, answered_at=None, defaults={"code": question_code, "asked_by": person, "asked_at": now}
        )
        Event.objects.create(at=now, what="asked", scan=scan, person=person, facts={"code": question_code})
        return question


def answer(scan_id: int, answer_code: str, person: Person, now: datetime) -> Question:
    """Answer the open question about a scan: the trainee their own, a facilitator any of the project.

    ValueError for an answer that the question does not offer; Scan.DoesNotExist where nothing is asked of the person.
    """
    with one_transaction():
        scan = scope.scans_for(person, Action.ANSWER_QUESTIONS).select_for_update(of=("self",)).get(pk=scan_id)
        question = Question.objects.get(scan=scan, answered_at=None)
        if answer_code not in QUESTIONS[question.code].answers:
            raise ValueError("answer_code must be one that the question offers")
        question.answer, question.answered_by, question.answered_at = answer_code, person, now
        question.save(update_fields=["answer", "answered_by", "answered_at"])
        facts = {"code": question.code, "answer": answer_code}
        Event.objects.create(at=now, what="answered", scan=scan, person=person, facts=facts)
        return question


def open_questions(person: Person) -> QuerySet[Question]:
    """Return what waits for an answer of this person, oldest first."""
    asked = scope.scans_for(person, Action.ANSWER_QUESTIONS)
    return Question.objects.filter(answered_at=None, scan__in=asked).select_related("scan").order_by("asked_at", "pk")


def alike(scan: Scan) -> QuerySet[Scan]:
    """Return the other scans held back for their area that come from the same screen, oldest first.

    The same project, kind and size, and the same device; or the same model where a device is not known by its number.
    """
    return _drawable().filter(layouts.same_screen(scan)).exclude(pk=scan.pk).order_by("received_at", "pk")


def alike_to_layout(layout: SectorLayout) -> QuerySet[Scan]:
    """Return the scans held back for their area that come from the screen of this layout, oldest first."""
    return _drawable().filter(layouts.of_screen(layout)).order_by("received_at", "pk")


def release_alike(layout_id: int, scan_ids: Iterable[int], person: Person, now: datetime) -> list[int]:
    """Take a layout as what the person drew on each of these scans; return those of which it was taken.

    Left out: scans that are no longer held back or come from another screen. SectorLayout.DoesNotExist for a layout
    that is retired or of a project where the person may not release.
    """
    with one_transaction():
        projects = scope.projects_for(person, Action.RELEASE_SCANS)
        layout = SectorLayout.objects.get(pk=layout_id, retired_at=None, project__in=projects)
        fitting = alike_to_layout(layout).filter(pk__in=list(scan_ids))
        mine = scope.scans_for(person, Action.RELEASE_SCANS).filter(pk__in=fitting.values("pk"))
        scans = list(mine.select_for_update(of=("self",)).order_by("pk"))
        for scan in scans:
            _decide(scan, layouts.as_outlines(layout.polygons), layout, person, now)
            _receive_again(scan, "layout_taken", {"layout": layout.pk}, person, now)
        return [scan.pk for scan in scans]


def history(scan: Scan) -> QuerySet[Event]:
    """Return everything that happened to a scan and who did it, oldest first."""
    return Event.objects.filter(scan=scan).select_related("person").order_by("at", "pk")


def _held_back(scan_id: int, person: Person) -> Scan:
    """Return the scan, locked; Conflict (`stale`) when it is held back no longer."""
    projects = scope.projects_for(person, Action.RELEASE_SCANS)
    scan = Scan.objects.filter(project__in=projects).select_for_update(of=("self",)).get(pk=scan_id)
    if scan.state != State.WITHHELD:
        raise Conflict("stale")
    return scan


def _drawable() -> QuerySet[Scan]:
    known = Q(rows__isnull=False, columns__isnull=False)
    return Scan.objects.filter(known, state=State.WITHHELD, reason__in=DRAWABLE)


def _decide(scan: Scan, outlines: Drawing, layout: SectorLayout, person: Person, now: datetime) -> None:
    decided = {"polygons": outlines, "layout": layout, "text_accepted": False, "decided_by": person, "decided_at": now}
    Decision.objects.update_or_create(scan=scan, defaults=decided)


def _receive_again(scan: Scan, what: str, facts: dict[str, int], person: Person, now: datetime) -> None:
    """Let the next cycle walk the scan, as if it had never been tried."""
    scan.move_to(State.RECEIVED)
    scan.attempts, scan.taken_by, scan.taken_until = 0, "", None
    scan.save(update_fields=["state", "attempts", "taken_by", "taken_until"])
    Event.objects.create(at=now, what=what, scan=scan, person=person, facts=facts)

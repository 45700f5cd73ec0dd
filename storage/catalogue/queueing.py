"""When does an exam enter the review queue, by which draw, and with which priority?"""

from datetime import datetime, timedelta
from random import SystemRandom

from storage.catalogue import exams, phases
from storage.catalogue.exam_catalogue import type_of
from storage.catalogue.models import Event, Exam, Person, ReviewItem, Scan
from storage.catalogue.programme import current
from storage.catalogue.transaction import one_transaction
from supervision.exam_types import ExamType
from supervision.priority import Clock, clock_for, due_at, reasons, standing
from supervision.rating import Answer
from supervision.readings import Reading
from supervision.sampling import RECENT, Chosen, Phase, audited, inclusion, risk
from supervision.states import Stage
from supervision.worksheet import Urgency

DAY = timedelta(days=1)
_random = SystemRandom()  # nobody can tell beforehand which exam will be read


def missing_of(of: Scan | Exam) -> list[str]:
    """Return what must be known before anybody can review it and is not: trainee, exam_type."""
    return [name for name, known in (("trainee", of.trainee_id), ("exam_type", of.exam_type)) if not known]


def queue_when_complete(exam: Exam, now: datetime) -> None:
    """Draw whether the exam is read and queue it, or let it await what is missing; to be called with its clips locked.

    An exam is drawn once: what becomes known later can only add to its probability, and lets its clock follow. What
    is in the queue stays there.
    """
    known = type_of(exam)
    if missing_of(exam) or known is None:
        exams.go(exam, Stage.AWAITING_INFO)
        return
    waits = ReviewItem.objects.select_for_update().filter(exam=exam, reading=Reading.FIRST).first()
    if not _chosen(exam, known, now) and waits is None:
        exams.go(exam, Stage.NOT_CHOSEN)
        Event.objects.create(at=now, what="not_chosen", scan=exam.clips.first(), facts={"probability": exam.inclusion})
        return
    exams.go(exam, Stage.QUEUED)
    clock = clock_of(exam, known)
    if waits is None:
        ask_for(exam, Reading.FIRST, now, clock=clock)
    elif waits.done_at is None and waits.clock != clock:
        _set_clock(waits, exam, clock, now)


def clock_of(exam: Exam, exam_type: ExamType) -> Clock:
    """Return how soon the exam must be answered, by its worksheet, its type and its trainee's phase."""
    return clock_for(
        clinical=exam_type.clinical,
        critical=exam.urgency == Urgency.CRITICAL,
        red_flag=_red_flag(exam, exam_type),
        phase=Phase(exam.phase or Phase.LEARNING),
        read=exam_type.expert_read,
    )


def ask_for(exam: Exam, reading: Reading, now: datetime, *, clock: Clock | None = None) -> ReviewItem:
    """Ask somebody for one more reading of the exam; while it is open, asking again changes nothing.

    Without a `clock` it is that of the reading before. The stage of the exam is the caller's.
    """
    with one_transaction():
        before = ReviewItem.objects.filter(exam=exam).order_by("-queued_at", "-pk").first()
        chosen = clock or (Clock(before.clock) if before else Clock.P2)
        made_of = reasons(chosen, exam.score, Phase(exam.phase or Phase.LEARNING))
        item, new = ReviewItem.objects.get_or_create(
            exam=exam,
            reading=reading,
            done_at=None,
            defaults={
                "priority": standing(made_of, now),
                "reasons": made_of,
                "clock": chosen,
                "queued_at": now,
                "due_at": due_at(chosen, now, current().clocks.hours(chosen)),
            },
        )
        if new:
            what = "queued" if reading is Reading.FIRST else "asked_for"
            facts = {"clock": chosen.value, "reading": reading.value}
            Event.objects.create(at=now, what=what, scan=exam.clips.first(), facts=facts)
        return item


def hasten(exam: Exam, clock: Clock, now: datetime) -> None:
    """Let the reading that is asked for have this clock if its own is longer; to be called with the exam locked."""
    waits = ReviewItem.objects.select_for_update().filter(exam=exam, done_at=None).first()
    if waits is not None and clock < Clock(waits.clock):
        _set_clock(waits, exam, clock, now)


def read_anyway(exam_id: int, person: Person, now: datetime) -> Exam:
    """Queue an exam that was not chosen, because `person` wants it to be read; without effect for any other.

    It then counts in no rate, because it was not drawn. The caller checks that `person` may do it.
    """
    with one_transaction():
        exam = Exam.objects.select_for_update(of=("self",)).select_related("project").get(pk=exam_id)
        known = type_of(exam)
        if exam.stage != Stage.NOT_CHOSEN or known is None:
            return exam
        exam.inclusion, exam.chosen_because = None, Chosen.ASKED
        exam.save(update_fields=["inclusion", "chosen_because"])
        exams.go(exam, Stage.QUEUED)
        Event.objects.create(at=now, what="read_anyway", scan=exam.clips.first(), person=person)
        ask_for(exam, Reading.FIRST, now, clock=clock_of(exam, known))
        return exam


def stand_by_score(scan: Scan) -> None:
    """Let the place of the scan's exam in the queue follow its score, if it still waits there."""
    if scan.exam is None:
        return
    exams.follow_clips(scan.exam)
    for item in ReviewItem.objects.select_for_update().filter(exam=scan.exam, done_at=None):
        _stand(item, scan.exam)
        item.save(update_fields=["reasons", "priority"])


def _chosen(exam: Exam, exam_type: ExamType, now: datetime) -> bool:
    """Draw the exam, or hold its draw against what is known now; tell whether it is read."""
    row = phases.standing_of(exam.trainee_id, exam.exam_type)
    phase = Phase.LEARNING if row is None else row.phase
    months = phases.months_since(row, now)
    exam.risk = _risk(exam, exam_type) if audited(phase, months) else None
    probability, why = inclusion(
        phase,
        months=months,
        risk=exam.risk or 0.0,
        recent=() if exam.risk is None else _recent_risks(exam),
        alarm=phases.read_in_full(row),
        expert_read=exam_type.expert_read,
        flagged=exam.urgency == Urgency.CRITICAL or _red_flag(exam, exam_type),
        shares=current().sampling.shares(),
    )
    if exam.draw is None:
        exam.draw = _random.random()
    if exam.chosen_because != Chosen.ASKED and (exam.inclusion is None or probability > exam.inclusion):
        exam.inclusion, exam.chosen_because = probability, why
    exam.phase, exam.exam_type_version = phase, exam_type.version
    exam.save(update_fields=["draw", "risk", "inclusion", "chosen_because", "phase", "exam_type_version"])
    return exam.inclusion is None or exam.draw < exam.inclusion


def _risk(exam: Exam, exam_type: ExamType) -> float:
    critical = [question.code for question in exam_type.questions if question.critical]
    finding = any(exam.answers.get(code) in (Answer.POSITIVE, Answer.INDETERMINATE) for code in critical)
    others = Exam.objects.filter(trainee=exam.trainee_id, exam_type=exam.exam_type, began_at__lt=exam.began_at)
    last = others.order_by("-began_at").values_list("began_at", flat=True).first()
    return risk(exam.score, finding=finding, days_since_last=None if last is None else (exam.began_at - last) / DAY)


def _recent_risks(exam: Exam) -> list[float]:
    """Return the risks of the last other exams of the organisation that were drawn by risk, ascending."""
    known = Exam.objects.filter(project__organisation=exam.project.organisation_id, risk__isnull=False)
    risks = known.exclude(pk=exam.pk).order_by("-pk").values_list("risk", flat=True)[:RECENT]
    return sorted(one for one in risks if one is not None)


def _red_flag(exam: Exam, exam_type: ExamType) -> bool:
    flags = (question.code for question in exam_type.questions if question.red_flag)
    return any(exam.answers.get(code) == Answer.POSITIVE for code in flags)


def _set_clock(item: ReviewItem, exam: Exam, clock: Clock, now: datetime) -> None:
    item.clock = clock
    item.due_at = due_at(clock, item.queued_at, current().clocks.hours(clock))
    _stand(item, exam)
    item.save(update_fields=["clock", "due_at", "reasons", "priority"])
    Event.objects.create(at=now, what="clock_set", scan=exam.clips.first(), facts={"clock": clock})


def _stand(item: ReviewItem, exam: Exam) -> None:
    item.reasons = reasons(Clock(item.clock), exam.score, Phase(exam.phase or Phase.LEARNING))
    item.priority = standing(item.reasons, item.queued_at)

"""When does an exam enter the review queue, and with which priority?"""

from datetime import datetime

from storage.catalogue import exams
from storage.catalogue.exam_catalogue import type_of
from storage.catalogue.models import Event, Exam, ReviewItem, Scan
from storage.catalogue.programme import current
from supervision.priority import Clock, clock_for, due_at, standing
from supervision.states import Stage


def missing_of(of: Scan | Exam) -> list[str]:
    """Return what must be known before anybody can review it and is not: trainee, exam_type."""
    return [name for name, known in (("trainee", of.trainee_id), ("exam_type", of.exam_type)) if not known]


def queue_when_complete(exam: Exam, now: datetime) -> None:
    """Put the exam into the review queue, or let it await what is missing; to be called with its clips locked."""
    if missing_of(exam):
        exams.go(exam, Stage.AWAITING_INFO)
        return
    exams.go(exam, Stage.QUEUED)
    known = type_of(exam)
    clock = clock_for(clinical=known is None or known.clinical)
    _, new = ReviewItem.objects.get_or_create(
        exam=exam,
        defaults={
            "priority": standing(clock, exam.score, now),
            "clock": clock,
            "queued_at": now,
            "due_at": due_at(clock, now, current().clocks.hours(clock)),
        },
    )
    if new:
        Event.objects.create(at=now, what="queued", scan=exam.clips.first(), facts={"clock": clock})


def stand_by_score(scan: Scan) -> None:
    """Let the place of the scan's exam in the queue follow its score, if it still waits there."""
    if scan.exam is None:
        return
    exams.follow_clips(scan.exam)
    for item in ReviewItem.objects.filter(exam=scan.exam, done_at=None):
        item.priority = standing(Clock(item.clock), scan.exam.score, item.queued_at)
        item.save(update_fields=["priority"])

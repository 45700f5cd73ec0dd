"""When does a scan enter the review queue, and with which priority?"""

from datetime import datetime

from storage.catalogue.models import Event, ReviewItem, Scan
from storage.catalogue.programme import current
from supervision.exam_types import exam_type_named
from supervision.priority import Clock, clock_for, due_at, standing
from supervision.states import State


def missing_of(scan: Scan) -> list[str]:
    """Return what must be known before anybody can review the scan and is not: trainee, exam_type."""
    return [name for name, known in (("trainee", scan.trainee_id), ("exam_type", scan.exam_type)) if not known]


def queue_when_complete(scan: Scan, now: datetime) -> None:
    """Put the scan into the review queue, or let it await what is missing; to be called with the row locked."""
    scan.move_to(State.AWAITING_INFO if missing_of(scan) else State.QUEUED)
    scan.save(update_fields=["state"])
    if scan.state != State.QUEUED:
        return
    known = exam_type_named(scan.exam_type)
    clock = clock_for(clinical=known is None or known.clinical)
    ReviewItem.objects.get_or_create(
        scan=scan,
        defaults={
            "priority": standing(clock, scan.score, now),
            "clock": clock,
            "queued_at": now,
            "due_at": due_at(clock, now, current().clocks.hours(clock)),
        },
    )
    Event.objects.create(at=now, what="queued", scan=scan, facts={"clock": clock})


def stand_by_score(scan: Scan) -> None:
    """Let the scan's place in the queue follow its score, if it still waits there."""
    for item in ReviewItem.objects.filter(scan=scan, done_at=None):
        item.priority = standing(Clock(item.clock), scan.score, item.queued_at)
        item.save(update_fields=["priority"])

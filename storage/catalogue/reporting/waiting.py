"""What waits at the cut-off, what was refused, and why?"""

from datetime import datetime

from django.db.models import Count

from storage.catalogue.models import Feedback, ReviewItem
from storage.catalogue.reporting.reach import Reach
from supervision.figures import ages
from supervision.period import Days
from supervision.priority import URGENT
from supervision.report.measures import Refusal, Waiting
from supervision.states import Stage, State

REFUSED = (State.REJECTED, State.WITHHELD, State.FAILED)


def refusals_in(reach: Reach, days: Days, cut_off: datetime) -> tuple[Refusal, ...]:
    """Return why scans that arrived in these days cannot be read, most frequent reason first."""
    refused = reach.scans_in(days, cut_off).filter(state__in=REFUSED).order_by()
    rows = refused.values_list("state", "reason").annotate(number=Count("pk"))
    found = [Refusal(state, code, number) for state, code, number in rows]
    return tuple(sorted(found, key=lambda one: (-one.count, one.state, one.code)))


def waiting_at(reach: Reach, cut_off: datetime) -> Waiting:
    """Return everything that waits, whenever it arrived."""
    open_items = ReviewItem.objects.filter(reach.holds("exam"), done_at=None, queued_at__lte=cut_off)
    items = list(open_items.values_list("queued_at", "due_at", "clock"))
    unseen = Feedback.objects.filter(reach.holds("review__exam"), review__final=True, seen_at=None)
    incomplete = reach.exams.filter(stage=Stage.AWAITING_INFO, arrived_at__lte=cut_off)
    held = reach.scans.filter(state=State.WITHHELD, received_at__lte=cut_off)
    return Waiting(
        queue=ages((queued for queued, _, _ in items), cut_off),
        overdue=sum(due < cut_off for _, due, _ in items),
        urgent=sum(clock in URGENT for _, _, clock in items),
        unseen=ages(unseen.filter(released_at__lte=cut_off).values_list("released_at", flat=True), cut_off),
        no_trainee=incomplete.filter(trainee=None).count(),
        no_exam_type=incomplete.filter(exam_type="").count(),
        withheld=ages(held.values_list("received_at", flat=True), cut_off),
    )

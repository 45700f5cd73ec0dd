"""What score do earlier scans get by what is usual now? From stored values; the scores they had are kept."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q, QuerySet

from storage.catalogue.exams import locked
from storage.catalogue.handovers import at_work, held_open
from storage.catalogue.judging import Yardsticks, assess_again, current_calibration, yardsticks_for
from storage.catalogue.models import Assessment, Event, Exam, Organisation, Project, Scan
from storage.catalogue.queueing import stand_by_score
from storage.catalogue.transaction import one_transaction
from supervision.states import RELEASED

AT_ONCE = 100
"""Scans in one transaction: short enough that nobody waits for the database."""


def reassess(where: Organisation | Project, now: datetime, *, everything: bool = False) -> int:
    """Judge anew the released scans that the calibration in use has not judged yet; return how many scores changed.

    everything: also those that it has, as after exam types were changed. Where it comes to the same, no new assessment
    is made. Reviews stay as they are, and the place in the queue follows the score. What a killed run has done stays
    done, and the next one goes on from there. What was handed over stays as it is.
    """
    organisation = where if isinstance(where, Organisation) else where.organisation
    of_those = Q(pk=where.pk) if isinstance(where, Project) else Q(organisation=where)
    within = Q(scan__project__in=Project.objects.filter(of_those, at_work()))
    yardsticks = Yardsticks(current_calibration(organisation), organisation_id=organisation.pk)
    waiting = Assessment.objects.filter(within, current=True, scan__state__in=RELEASED)
    if not everything:
        if yardsticks.calibration is None:
            return 0
        waiting = waiting.exclude(calibration=yardsticks.calibration).exclude(confirmed=yardsticks.calibration)
    changed = 0
    for scans in _batches(waiting):
        with one_transaction():
            if current_calibration(organisation) != yardsticks.calibration:
                return changed  # another run has made a newer one meanwhile, and goes on with it
            changed += _reassess(scans, yardsticks, now)
    return changed


def judge_anew(scan: Scan, now: datetime) -> bool:
    """Judge a scan anew of which more is known now, such as its exam type; tell whether its score or a verdict changed.

    To be called with its exam locked, or the row where it has none.
    """
    current = scan.assessments.filter(current=True).first()
    return current is not None and _judge(scan, current, yardsticks_for(scan.project_id), now) is not None


def _batches(waiting: QuerySet[Assessment]) -> Iterator[list[int]]:
    last = 0
    while scans := list(waiting.filter(scan__gt=last).order_by("scan").values_list("scan_id", flat=True)[:AT_ONCE]):
        yield scans
        last = scans[-1]


def _reassess(scans: list[int], yardsticks: Yardsticks, now: datetime) -> int:
    for exam in Exam.objects.filter(clips__in=scans).order_by("pk").distinct().values_list("pk", flat=True):
        locked(exam)
    projects = Scan.objects.filter(pk__in=scans).order_by().values_list("project", flat=True).distinct()
    still = Scan.objects.filter(pk__in=scans, project__in=held_open(list(projects)))
    released = still.filter(state__in=RELEASED).select_related("device").order_by("pk")
    by_scan = {scan.pk: scan for scan in released.select_for_update(of=("self",))}
    current = Assessment.objects.filter(current=True, scan__in=by_scan).order_by("scan").prefetch_related("findings")
    events = [_judge(by_scan[one.scan_id], one, yardsticks, now) for one in current]
    return len([event for event in events if event is not None])


def _judge(scan: Scan, current: Assessment, yardsticks: Yardsticks, now: datetime) -> Event | None:
    was = current.score
    made = assess_again(scan, current, yardsticks, now)
    if made is None:
        return None
    scan.save(update_fields=["score", "suggested_rating"])
    stand_by_score(scan)
    version = yardsticks.calibration.version if yardsticks.calibration else None
    return Event.objects.create(
        at=now, what="reassessed", scan=scan, facts={"calibration": version, "was": was, "is": made.score}
    )

"""How does an exam go on its way, and does anybody read it already?

Rows are locked in one order everywhere, so that no two transactions wait for each other: the exam, its open items, its
clips by number; of several exams the lower number first. A scan that belongs to no exam yet may be locked before.
"""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Min

from storage.catalogue.models import Exam, Scan
from supervision.states import STATE_OF_CLIPS, Stage, may_go

UNREAD = (Stage.AWAITING_INFO, Stage.QUEUED, Stage.NOT_CHOSEN)
"""Stages in which nobody has read an exam; somebody may hold it all the same."""


def locked(exam_id: int) -> Exam:
    """Return the exam, locked with its open items and its clips; Exam.DoesNotExist for a number that is none."""
    exam = Exam.objects.select_for_update(of=("self",)).select_related("project", "trainee").get(pk=exam_id)
    _lock_below([exam_id])
    return exam


def locked_both(one_id: int, other_id: int) -> tuple[Exam, Exam]:
    """Return two exams, each locked as by `locked`; Exam.DoesNotExist for a number that is none."""
    rows = Exam.objects.select_for_update(of=("self",)).select_related("project", "trainee").order_by("pk")
    found = {exam.pk: exam for exam in rows.filter(pk__in=(one_id, other_id))}
    if len(found) != len({one_id, other_id}):
        raise Exam.DoesNotExist
    _lock_below(sorted(found))
    return found[one_id], found[other_id]


def locked_clip(scan_id: int) -> Scan:
    """Return the scan, locked after its exam if it has one; Scan.DoesNotExist for a number that is none."""
    while (scan := _locked_clip(scan_id)) is None:
        continue
    return scan


def begun(exam: Exam) -> bool:
    """Tell whether somebody holds the exam, or has read it; what it consists of stays then as it is."""
    claimed = exam.items.filter(claimed_by__isnull=False)
    return exam.stage not in UNREAD or claimed.exists() or exam.reviews.exists()


def go(exam: Exam, stage: Stage) -> None:
    """Let an exam, and its clips with it, go on; ValueError for a move that supervision.states does not allow."""
    if stage != exam.stage and not may_go(Stage(exam.stage), stage):
        raise ValueError(f"an exam does not go from {exam.stage} to {stage}")
    exam.stage = stage
    exam.save(update_fields=["stage"])
    for clip in exam.clips.exclude(state=STATE_OF_CLIPS[stage]).order_by("pk").select_for_update():
        clip.move_to(STATE_OF_CLIPS[stage])
        clip.save(update_fields=["state"])


def follow_clips(exam: Exam) -> None:
    """Let the exam's score be the lowest of its clips', and its arrival that of its first clip."""
    exam.score = exam.clips.aggregate(lowest=Min("score"))["lowest"]
    exam.arrived_at = exam.clips.order_by("pk").values_list("received_at", flat=True).first()
    exam.save(update_fields=["score", "arrived_at"])


def _lock_below(exam_ids: Iterable[int]) -> None:
    for exam in Exam.objects.filter(pk__in=exam_ids).order_by("pk"):
        list(exam.items.filter(done_at=None).order_by("pk").select_for_update())
    list(Scan.objects.filter(exam__in=exam_ids).order_by("pk").select_for_update().values_list("pk"))


def _locked_clip(scan_id: int) -> Scan | None:
    """Return the scan, or None, and nothing locked, where it went into another exam before it was locked."""
    exam_id = Scan.objects.values_list("exam", flat=True).get(pk=scan_id)
    with transaction.atomic():
        if exam_id is not None:
            locked(exam_id)
        scan = Scan.objects.select_for_update(of=("self",)).select_related("project", "exam", "device").get(pk=scan_id)
        if scan.exam_id == exam_id:
            return scan
        transaction.set_rollback(True)
    return None

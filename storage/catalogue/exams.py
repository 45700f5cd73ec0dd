"""Which clips are read together, and how does an exam go on its way?"""

from datetime import timedelta

from django.db.models import Min

from storage.catalogue.models import Exam, Scan
from supervision.states import STATE_OF_CLIPS, Stage, State, may_go

ONE_EXAM_WITHIN = timedelta(minutes=60)


def exam_of(scan: Scan) -> Exam:
    """Return the exam of a scan, which is made or joined where there is none yet; to be called with the row locked.

    A clip joins what the same trainee made of the same patient and type within an hour, as long as nobody reads it.
    """
    if scan.exam is None:
        scan.exam = _to_join(scan) or Exam.objects.create(
            name=scan.short_id,
            project_id=scan.project_id,
            trainee_id=scan.trainee_id,
            exam_type=scan.exam_type,
            patient=scan.patient,
            began_at=scan.captured_at or scan.received_at,
            simulated=scan.simulated,
        )
        scan.save(update_fields=["exam"])
    follow_clips(scan.exam)
    return scan.exam


def go(exam: Exam, stage: Stage) -> None:
    """Let an exam, and its clips with it, go on; ValueError for a move that supervision.states does not allow."""
    if stage != exam.stage and not may_go(Stage(exam.stage), stage):
        raise ValueError(f"an exam does not go from {exam.stage} to {stage}")
    exam.stage = stage
    exam.save(update_fields=["stage"])
    for clip in exam.clips.exclude(state=STATE_OF_CLIPS[stage]).select_for_update():
        clip.move_to(STATE_OF_CLIPS[stage])
        clip.save(update_fields=["state"])


def follow_clips(exam: Exam) -> None:
    """Let the exam's score be the lowest of its clips'."""
    exam.score = exam.clips.aggregate(lowest=Min("score"))["lowest"]
    exam.save(update_fields=["score"])


def _to_join(scan: Scan) -> Exam | None:
    if not (scan.patient and scan.trainee_id and scan.exam_type):
        return None
    at = scan.captured_at or scan.received_at
    unread = Exam.objects.filter(stage__in=(Stage.AWAITING_INFO, Stage.QUEUED), items__claimed_by=None)
    return (
        unread.filter(
            project_id=scan.project_id,
            trainee_id=scan.trainee_id,
            exam_type=scan.exam_type,
            patient=scan.patient,
            began_at__range=(at - ONE_EXAM_WITHIN, at + ONE_EXAM_WITHIN),
            clips__state__in=(State.AWAITING_INFO, State.QUEUED),
        )
        .order_by("began_at", "pk")
        .first()
    )

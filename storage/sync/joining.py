"""Which exam of ours is it that the other side speaks of, and which clips does it consist of?

The side on which an exam came in says what it consists of. Two exams that turn out to share a clip are one: the name
that headquarters gave stays, the other becomes a former name of it.
"""

from datetime import datetime
from uuid import UUID

from storage.catalogue import exams, finals, meeting
from storage.catalogue.models import Event, Exam, FormerName, Peer, Project, Scan
from storage.sync import clips
from storage.sync.given import Waits
from storage.sync.records import ExamTold
from supervision.states import Stage


def exam_named(uuid: UUID) -> Exam | None:
    """Return the exam of this name, which may be a former one; None where nobody has heard of it."""
    return Exam.objects.filter(uuid=uuid).first() or Exam.objects.filter(former_names__uuid=uuid).first()


class Joining:
    """One record meets the exams that are here; in one transaction."""

    def __init__(self, told: ExamTold, peer: Peer, side: UUID, project: Project, now: datetime) -> None:
        """peer: who tells. side: who we are."""
        self.told, self.peer, self.side, self.project, self.now = told, peer, side, project, now
        self.joined = False
        self.final: set[UUID] = set()
        """Readings that counted for an exam that was joined into this one."""

    def exam(self) -> Exam:
        """Return the exam, locked, with the clips of the record; made where it is new."""
        told = self.told
        exam = exam_named(told.uuid) or self._made()
        if exam.project_id != self.project.pk:
            raise Waits("other_project")
        exam = exams.locked(exam.pk)
        for former in told.former:
            other = exam_named(former)
            if other is None:
                FormerName.objects.create(uuid=former, exam=exam)
            elif other.pk != exam.pk and other.project_id == self.project.pk:
                exam = self._joined(exam, other)
        exam = self._with_clips(exam)
        if self.their_word(exam) and exam.uuid == told.uuid:
            exam.name, exam.began_at, exam.patient = told.name, told.began_at, told.patient
        self._take_draw(exam)
        exam.save()
        exams.follow_clips(exam)
        return exam

    def their_word(self, exam: Exam) -> bool:
        """Tell whether the word of this side counts for what the exam consists of."""
        if self.peer.headquarters:
            return exam.origin is not None
        return exam.origin == self.peer.uuid

    def _made(self) -> Exam:
        told = self.told
        return Exam.objects.create(
            uuid=told.uuid,
            origin=None if told.origin == self.side else told.origin,
            name=told.name,
            project=self.project,
            patient=told.patient,
            began_at=told.began_at,
            simulated=told.simulated,
            stage=Stage.AWAITING_INFO,
        )

    def _with_clips(self, exam: Exam) -> Exam:
        for one in self.told.clips:
            scan = clips.take(one, exam, self.peer)
            held = Exam.objects.filter(clips=scan).first()
            if held is None:
                clips.belong(scan, exam)
            elif held.pk != exam.pk and (held.origin or self.side) == (exam.origin or self.side):
                if self.their_word(exam):
                    clips.belong(scan, exam)  # grouped anew where they came in
            elif held.pk != exam.pk:
                kept, gone = (exam, held) if self.peer.headquarters else (held, exam)
                exam = self._joined(exams.locked(kept.pk), gone)
        return exam

    def _take_draw(self, exam: Exam) -> None:
        """Let both sides go by one draw: whatever was drawn or asked for counts for both."""
        told = self.told
        draws = [one for one in (exam.draw, told.draw) if one is not None]
        asked = "asked" in (exam.chosen_because, told.chosen_because)
        larger = (told.inclusion or 0) > (exam.inclusion or 0) or exam.draw is None
        exam.draw = min(draws, default=None)
        if asked:
            exam.inclusion, exam.chosen_because = None, "asked"
        elif larger and told.draw is not None:
            exam.inclusion, exam.chosen_because = told.inclusion, told.chosen_because
        exam.phase = exam.phase or told.phase
        versions = [one for one in (exam.exam_type_version, told.exam_type_version) if one is not None]
        exam.exam_type_version = max(versions, default=None)

    def _joined(self, kept: Exam, gone: Exam) -> Exam:
        """Let all that the one exam has be the other's."""
        if kept.pk == gone.pk:
            return kept
        self.joined = True
        self.final.update(gone.reviews.filter(final=True).values_list("submission", flat=True))
        gone.escalations.update(exam=kept)
        for item in gone.items.filter(done_at=None):
            finals.close(item, self.now)
        gone.items.update(exam=kept)
        for scan in Scan.objects.filter(exam=gone).order_by("pk"):
            clips.belong(scan, kept)
        meeting.move_readings(gone, kept)
        gone.sheet_conflicts.all().delete()
        FormerName.objects.filter(exam=gone).update(exam=kept)
        FormerName.objects.create(uuid=gone.uuid, exam=kept)
        if kept.worksheet_at is None and gone.worksheet_at is not None:
            for name in ("question", "answers", "age", "sex", "worksheet_by", "worksheet_at"):
                setattr(kept, name, getattr(gone, name))
            kept.exam_type = gone.exam_type or kept.exam_type
        kept.trainee = kept.trainee or gone.trainee
        kept.exam_type = kept.exam_type or gone.exam_type
        gone.delete()
        kept.save()
        facts = {"exam": kept.name, "other": gone.name}
        Event.objects.create(at=self.now, what="joined", scan=kept.clips.order_by("pk").first(), facts=facts)
        return kept

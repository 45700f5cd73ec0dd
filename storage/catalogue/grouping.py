"""Which clips belong to one exam?

A clip joins the only exam that it fits, as long as nobody reads that. Clips of one DICOM study are one exam whenever
they come, unless they name another patient, scanner or exam type. Where no study is known, the same patient, scanner
and exam type (or none of them known yet) within an hour must do. Clips of different studies are never joined by guess,
nor is a clip whose file names no patient, such as a video. What comes while the exam is read, or after, is an exam of
its own; it is as urgent as the one it came late for. People join and split exams as long as nobody reads them.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from pipeline.errors import Conflict
from storage.catalogue.exam_catalogue import type_of
from storage.catalogue.exams import UNREAD, begun, follow_clips, locked, locked_both
from storage.catalogue.models import Event, Exam, FormerName, Person, Project, ReviewItem, Scan
from storage.catalogue.queueing import queue_when_complete
from storage.catalogue.reassessment import judge_anew
from storage.catalogue.transaction import one_transaction
from supervision.states import Stage
from supervision.worksheet import AgeBand, Sex, Urgency

ONE_EXAM_WITHIN = timedelta(minutes=60)


def exam_of(scan: Scan, now: datetime) -> Exam:
    """Return the exam of a scan, which is made or joined where there is none yet; to be called with the row locked."""
    if scan.exam is None:
        if scan.patient:
            # two clips of one exam that are released at once would each make their own
            Project.objects.select_for_update(no_key=True).get(pk=scan.project_id)
        joined = _to_join(scan)
        scan.exam = joined or _made_for(scan)
        scan.save(update_fields=["exam"])
        scan.exam.began_at = min(scan.exam.began_at, _time_of(scan))
        scan.exam.save(update_fields=["began_at"])
        if joined:
            Event.objects.create(at=now, what="joined", scan=scan, facts={"exam": joined.name})
        if joined and (joined.trainee_id, joined.exam_type) != (scan.trainee_id, scan.exam_type):
            describe(joined, scan.trainee, scan.exam_type, now)  # what one of them left blank
            scan.refresh_from_db()
    follow_clips(scan.exam)
    return scan.exam


def describe(exam: Exam, trainee: Person | None, exam_type: str, now: datetime) -> None:
    """Let the exam, and all its clips, be of this trainee and type; blanks change nothing.

    The clips are judged anew by what the type asks for; what was said in codes of another type is forgotten. To be
    called with the exam locked; whether it can be queued now is for the caller to ask.
    """
    exam.trainee = trainee or exam.trainee
    exam.exam_type = exam_type or exam.exam_type
    known = type_of(exam)
    questions = {question.code for question in known.questions} if known else set()
    views = {view.code for view in known.views} if known else set()
    exam.question = exam.question if exam.question in questions else ""
    exam.answers = {code: said for code, said in exam.answers.items() if code in questions}
    exam.save(update_fields=["trainee", "exam_type", "question", "answers"])
    for clip in exam.clips.select_related("device").order_by("pk"):
        clip.trainee, clip.exam_type = exam.trainee, exam.exam_type
        clip.view = clip.view if clip.view in views else ""
        clip.save(update_fields=["trainee", "exam_type", "view"])
        judge_anew(clip, now)
    follow_clips(exam)


def join(exam_id: int, other_id: int, person: Person | None, now: datetime) -> Exam:
    """Let the clips of the other exam be of this one, which is queued anew by what is known of both.

    The other's worksheet counts where this one has none; the more urgent of the two counts. Conflict: being_read.
    ValueError for another project, another known trainee or another known patient.
    """
    with one_transaction():
        exam, other = locked_both(exam_id, other_id)
        _refuse_what_is_read(exam, other)
        if exam.pk == other.pk or exam.project_id != other.project_id:
            raise ValueError("an exam is joined with another of its project")
        for name in ("trainee_id", "patient"):
            if getattr(exam, name) and getattr(other, name) and getattr(exam, name) != getattr(other, name):
                raise ValueError(f"exams of another {name} are not joined")
        moved = list(other.clips.order_by("pk"))
        other.clips.update(exam=exam)
        _take_over(exam, other)
        FormerName.objects.filter(exam=other).update(exam=exam)
        FormerName.objects.create(uuid=other.uuid, exam=exam)
        other.delete()
        facts = {"exam": exam.name, "other": other.name, "clips": len(moved)}
        Event.objects.bulk_create(Event(at=now, what="joined", scan=clip, person=person, facts=facts) for clip in moved)
        describe(exam, other.trainee if exam.trainee is None else None, exam.exam_type or other.exam_type, now)
        queue_when_complete(exam, now)
        return exam


def split(exam_id: int, clip_ids: Collection[int], person: Person | None, now: datetime) -> Exam:
    """Let these clips be an exam of their own, of which nobody has said yet what it is, and return it.

    Conflict: being_read, from_elsewhere. ValueError where it is none of the clips, all, or clips of another exam.
    """
    with one_transaction():
        exam = locked(exam_id)
        _refuse_what_is_read(exam)
        clips = {clip.pk: clip for clip in exam.clips.order_by("pk")}
        chosen = [clip for number, clip in clips.items() if number in set(clip_ids)]
        if not chosen or len(chosen) == len(clips) or not set(clip_ids) <= set(clips):
            raise ValueError("some of the exam's clips, not all, become another")
        new = _made_for(chosen[0], like=exam)
        Scan.objects.filter(pk__in=[clip.pk for clip in chosen]).update(exam=new, view="")
        facts = {"exam": exam.name, "other": new.name, "clips": len(chosen)}
        Event.objects.bulk_create(Event(at=now, what="split", scan=clip, person=person, facts=facts) for clip in chosen)
        for part in (exam, new):
            _follow_what_stayed(part)
            describe(part, None, "", now)
            queue_when_complete(part, now)
        return new


def could_belong(exam: Exam) -> QuerySet[Exam]:
    """Return the exams that nobody reads which a person could join with this one, nearest in time first.

    Of the same project within an hour, and not of another known trainee or patient; a scanner who is not known could
    be anybody, so that without one it is the patient who must be the same.
    """
    near = Exam.objects.filter(
        project_id=exam.project_id,
        stage__in=UNREAD,
        origin=None,
        began_at__range=(exam.began_at - ONE_EXAM_WITHIN, exam.began_at + ONE_EXAM_WITHIN),
    ).exclude(pk=exam.pk)
    if exam.trainee_id is None:
        near = near.filter(patient=exam.patient).exclude(patient="")
    else:
        near = near.filter(Q(trainee=exam.trainee_id) | Q(trainee=None))
    if exam.patient:
        near = near.filter(patient__in=("", exam.patient))
    return near.exclude(_held()).order_by("began_at", "pk")


def _held() -> Exists:
    return Exists(ReviewItem.objects.filter(exam=OuterRef("pk"), claimed_by__isnull=False))


def _refuse_what_is_read(*exams: Exam) -> None:
    if any(begun(exam) for exam in exams):
        raise Conflict("being_read")
    if any(exam.origin is not None for exam in exams):
        raise Conflict("from_elsewhere")


def _take_over(exam: Exam, other: Exam) -> None:
    """Let the exam have what only the other knew."""
    exam.patient = exam.patient or other.patient
    exam.began_at = min(exam.began_at, other.began_at)
    if exam.worksheet_at is None and other.worksheet_at is not None:
        for name in ("question", "answers", "age", "sex", "worksheet_by", "worksheet_at"):
            setattr(exam, name, getattr(other, name))
        exam.exam_type = other.exam_type or exam.exam_type
    if Urgency.CRITICAL in (exam.urgency, other.urgency):
        exam.urgency = Urgency.CRITICAL
    exam.save()


def _follow_what_stayed(exam: Exam) -> None:
    """Let the name, time and patient of an exam be those of its clips."""
    clips = list(exam.clips.order_by("pk"))
    patients = {clip.patient for clip in clips} - {""}
    exam.name = exam.name if exam.name in {clip.short_id for clip in clips} else clips[0].short_id
    exam.began_at = min(_time_of(clip) for clip in clips)
    exam.patient = patients.pop() if len(patients) == 1 else ""
    exam.save(update_fields=["name", "began_at", "patient"])


def _made_for(scan: Scan, *, like: Exam | None = None) -> Exam:
    late_for = like or _came_late_for(scan)
    same = late_for if late_for and late_for.patient == scan.patient else None
    return Exam.objects.create(
        name=scan.short_id,
        project_id=scan.project_id,
        trainee_id=scan.trainee_id,
        exam_type="" if like else scan.exam_type,
        patient=scan.patient,
        began_at=_time_of(scan),
        stage=Stage.AWAITING_INFO,
        simulated=scan.simulated,
        urgency=late_for.urgency if late_for else Urgency.USUAL,
        age=same.age if same else AgeBand.UNKNOWN,
        sex=same.sex if same else Sex.UNKNOWN,
    )


def _to_join(scan: Scan) -> Exam | None:
    """Return the exam that this clip belongs to, locked, if there is one only and nobody reads it."""
    for fitting in (_of_same_study(scan), _of_same_patient(scan)):
        unread = fitting.filter(stage__in=UNREAD, origin=None, simulated=scan.simulated).exclude(_held())
        found = [locked(pk) for pk in unread.order_by("pk").values_list("pk", flat=True)[:2]]
        if found:
            return found[0] if len(found) == 1 and not begun(found[0]) else None
    return None


def _came_late_for(scan: Scan) -> Exam | None:
    """Return the exam that this clip would have joined if nobody read it yet."""
    for same in (_of_same_study(scan), _of_same_patient(scan)):
        if found := same.exclude(stage=Stage.FINAL).order_by("-began_at", "-pk").first():
            return found
    return None


def _of_same_study(scan: Scan) -> QuerySet[Exam]:
    """Return the exams of the clip's study; a study that names two patients is believed of neither."""
    if not scan.study or not scan.patient:
        return Exam.objects.none()
    clips = Scan.objects.filter(exam=OuterRef("pk"), study=scan.study)
    same = Exam.objects.filter(Exists(clips), project_id=scan.project_id, patient=scan.patient)
    if scan.trainee_id is not None:
        same = same.filter(Q(trainee=scan.trainee_id) | Q(trainee=None))
    return same.filter(exam_type__in=("", scan.exam_type)) if scan.exam_type else same


def _of_same_patient(scan: Scan) -> QuerySet[Exam]:
    """Return the exams that the clip could be of, as far as one can tell without the study."""
    if not scan.patient:
        return Exam.objects.none()
    at = _time_of(scan)
    same = Exam.objects.filter(
        project_id=scan.project_id,
        patient=scan.patient,
        trainee_id=scan.trainee_id,
        exam_type=scan.exam_type,
        began_at__range=(at - ONE_EXAM_WITHIN, at + ONE_EXAM_WITHIN),
    )
    others = Scan.objects.filter(exam=OuterRef("pk")).exclude(study="").exclude(study=scan.study)
    return same.exclude(Exists(others)) if scan.study else same


def _time_of(scan: Scan) -> datetime:
    return scan.captured_at or scan.received_at

"""What did the scanner say of an exam, and may it still be changed?"""

from datetime import datetime

from pipeline.errors import Conflict
from storage.catalogue import exams, grouping
from storage.catalogue.exam_catalogue import type_of
from storage.catalogue.models import Event, Exam, Person, Scan
from storage.catalogue.queueing import missing_of, queue_when_complete
from storage.catalogue.trainees import trainees_of
from storage.catalogue.transaction import one_transaction
from supervision.rating import Answer
from supervision.worksheet import AgeBand, Sex, Urgency, Worksheet


def complete(exam_id: int, sheet: Worksheet, trainee: Person | None, person: Person | None, now: datetime) -> Exam:
    """Keep what the scanner says, and queue the exam when nothing is missing any more.

    A worksheet that is there is replaced. trainee: who scanned, None changes nothing. The clips are judged anew by the
    exam type, and the clock follows what was said. Conflict: being_read. ValueError for somebody who is no trainee of
    the project, or a clip of another exam. The caller checks that `person` may do it.
    """
    with one_transaction():
        exam = exams.locked(exam_id)
        if exams.begun(exam):
            raise Conflict("being_read")
        others = None if trainee is None or trainee.pk == exam.trainee_id else trainee
        if others is not None and not trainees_of(exam.project).filter(pk=others.pk).exists():
            raise ValueError("trainee must be a trainee of the exam's project")
        clips = {clip.pk: clip for clip in exam.clips.order_by("pk")}
        if not set(sheet.views) <= set(clips):
            raise ValueError("views are of the exam's clips")
        keep(exam, sheet, person, now)
        grouping.describe(exam, trainee, sheet.exam_type.code, now)
        for number, view in sheet.views.items():
            exam.clips.filter(pk=number).update(view=view)
        queue_when_complete(exam, now)
        return exam


def keep(exam: Exam, sheet: Worksheet, person: Person | None, now: datetime) -> None:
    """Write the worksheet on the exam, which is locked and of the sheet's type from now on."""
    exam.exam_type = sheet.exam_type.code
    exam.question, exam.age, exam.sex, exam.urgency = sheet.question, sheet.age, sheet.sex, sheet.urgency
    exam.answers = {code: said.value for code, said in sheet.answers.items()}
    exam.worksheet_by, exam.worksheet_at = person, now
    exam.save()
    facts = {"missing": missing_of(exam), "red_flags": list(sheet.red_flags), "urgency": sheet.urgency.value}
    Event.objects.create(at=now, what="worksheet", scan=exam.clips.order_by("pk").first(), person=person, facts=facts)


def apply_what_came_along(exam: Exam, scan: Scan, now: datetime) -> None:
    """Take over the worksheet that came with a clip, as far as nobody has said anything of the exam yet.

    That the patient is critical counts in any case. What the exam type does not know is left out, and asked for again
    on the page. To be called with the exam locked, when the clip has come into it.
    """
    known, said = type_of(exam), scan.said
    if not said:
        return
    if said.get("urgency") == Urgency.CRITICAL and exam.urgency != Urgency.CRITICAL:
        exam.urgency = Urgency.CRITICAL
        exam.save(update_fields=["urgency"])
    if known is None:
        return
    if said.get("view") in {view.code for view in known.views}:
        scan.view = said["view"]
        scan.save(update_fields=["view"])
    if exam.worksheet_at is None and set(said) - {"view"}:
        questions = {question.code for question in known.questions}
        answers = {code: Answer(one) for code, one in said.get("answers", {}).items() if code in questions}
        sheet = Worksheet(
            known,
            question=said["question"] if said.get("question") in questions else "",
            answers=answers,
            age=AgeBand(said.get("age", AgeBand.UNKNOWN)),
            sex=Sex(said.get("sex", Sex.UNKNOWN)),
            urgency=Urgency(exam.urgency),
        )
        keep(exam, sheet, exam.trainee, now)


def sheet_of(exam: Exam) -> Worksheet | None:
    """Return what was said, in the codes that the exam's type knows now; None as long as nobody said anything."""
    known = type_of(exam)
    if exam.worksheet_at is None or known is None:
        return None
    questions = {question.code for question in known.questions}
    views = {view.code for view in known.views}
    shown = exam.clips.exclude(view="").order_by("pk").values_list("pk", "view")
    return Worksheet(
        known,
        question=exam.question if exam.question in questions else "",
        answers={code: Answer(said) for code, said in exam.answers.items() if code in questions},
        age=AgeBand(exam.age),
        sex=Sex(exam.sex),
        urgency=Urgency(exam.urgency),
        views={clip: view for clip, view in shown if view in views},
    )

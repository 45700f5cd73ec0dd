"""How do readings, decisions and feedback of the other side come beside ours? Only added; nothing is overwritten."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.catalogue import meeting
from storage.catalogue.exam_catalogue import type_at
from storage.catalogue.models import (
    Arbitration,
    Exam,
    Feedback,
    FeedbackStep,
    Review,
    ReviewItem,
    Scan,
)
from storage.sync.names import Names
from storage.sync.records import ExamTold, FeedbackTold, JudgementTold, NotUnderstood, PersonTold, ReadingTold, StepTold
from supervision.feedback import Step
from supervision.priority import reasons, standing
from supervision.review_form import ReviewForm, form_of
from supervision.sampling import Phase


class Waits(Exception):
    """What a record speaks of is not known here yet: `code` says what. It is tried again."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


def take(exam: Exam, told: ExamTold, names: Names, now: datetime, *, final: Collection[UUID] = ()) -> int:
    """Add what is new of a record to the exam, which is locked, and let it stand as it then does; return how many.

    final: readings that counted for an exam that was joined into this one. Waits where a reading answers a version of
    the exam type that is not known here.
    """
    people, new = told.people, 0
    for reading in sorted(told.readings, key=lambda one: (one.submitted_at, one.submission)):
        new += _reading(exam, reading, names, people)
    for judgement in told.judgements:
        new += _judgement(exam, judgement)
    for feedback in told.feedback:
        _feedback(exam, feedback, names, people)
    meeting.settle(exam, now, said_final={*final, *(one.submission for one in told.readings if one.final)})
    return new


def _reading(exam: Exam, told: ReadingTold, names: Names, people: Mapping[str, PersonTold]) -> bool:
    known = Review.objects.filter(submission=told.submission).first()
    if known is not None:
        if known.exam_id != exam.pk:
            raise NotUnderstood("readings.submission")
        return False
    form = _form(exam, told)
    reader = names.person(told.reader, people)
    if reader is None:
        raise NotUnderstood("readings.reader")
    amended = exam.reviews.filter(submission=told.amends).select_related("item").first() if told.amends else None
    item = amended.item if amended else _item(exam, told, reader.pk)
    review = Review(
        exam=exam,
        item=item,
        reviewer=reader,
        reading=told.asked,
        submission=told.submission,
        exam_type_version=told.exam_type_version,
        form=form.as_json(),
        overall=form.overall,
        adequate=told.adequate,
        correct=told.correct,
        entrustment=form.entrustment,
        seconds=told.seconds,
        opened_at=told.opened_at,
        submitted_at=told.submitted_at,
        simulated=exam.simulated,
    )
    meeting.link(exam, review, told.amends)
    return True


def _form(exam: Exam, told: ReadingTold) -> ReviewForm:
    """Return the form, with marks on our scans; Waits for an exam type that is not known here."""
    try:
        type_at(exam.project.organisation_id, exam.exam_type, told.exam_type_version)
    except LookupError:
        raise Waits("exam_type_unknown") from None
    marks = []
    for mark in told.form.get("marks", ()):
        clip = Scan.objects.filter(project=exam.project_id, digest=str(mark.get("clip"))).values_list("pk", flat=True)
        if found := clip.first():
            marks.append(dict(mark) | {"clip": found})
    try:
        return form_of(dict(told.form) | {"marks": marks})
    except ValueError:
        raise NotUnderstood("readings.form") from None


def _item(exam: Exam, told: ReadingTold, reader: int) -> ReviewItem:
    made_of: dict[str, Any] = reasons(told.clock, exam.score, Phase(exam.phase or Phase.LEARNING))
    return ReviewItem.objects.create(
        exam=exam,
        reading=told.asked,
        priority=standing(made_of, told.asked_at),
        reasons=made_of,
        clock=told.clock,
        queued_at=told.asked_at,
        due_at=told.due_at,
        claimed_by_id=reader,
        claimed_at=told.opened_at,
        done_at=told.submitted_at,
    )


def _judgement(exam: Exam, told: JudgementTold) -> bool:
    by_submission = {one.submission: one for one in exam.reviews.select_related("item")}
    blind, chosen = by_submission.get(told.blind), by_submission.get(told.chosen)
    if blind is None or chosen is None:
        raise NotUnderstood("judgements")
    if Arbitration.objects.filter(item=blind.item).exists():
        return False
    Arbitration.objects.create(
        item=blind.item,
        blind=blind,
        differences=told.differences,
        chosen=chosen,
        reasons=told.reasons,
        note=told.note,
        decided_at=told.decided_at,
    )
    return True


def _feedback(exam: Exam, told: FeedbackTold, names: Names, people: Mapping[str, PersonTold]) -> None:
    review = exam.reviews.filter(submission=told.review).first()
    if review is None:
        raise NotUnderstood("feedback.review")
    times = {"released_at": told.released_at, "seen_at": told.seen_at, "closed_at": told.closed_at}
    row, new = Feedback.objects.get_or_create(review=review, defaults=times)
    known = {(step.at, step.person_id, step.what): step for step in row.steps.all()}
    for step in told.steps:
        _step(row, step, names, people, known)
    if not new:
        row.released_at = max(row.released_at, told.released_at)
        seen = [at for at in (row.seen_at, told.seen_at) if at is not None and at >= row.released_at]
        row.seen_at = max(seen, default=None)
        said = set(row.steps.values_list("what", flat=True))
        ends = [at for at in (row.closed_at, told.closed_at) if at is not None]
        row.closed_at = None if Step.APPEALED in said and Step.DECIDED not in said else min(ends, default=None)
        row.save(update_fields=["released_at", "seen_at", "closed_at"])


def _step(
    row: Feedback,
    told: StepTold,
    names: Names,
    people: Mapping[str, PersonTold],
    known: dict[tuple[datetime, int, str], FeedbackStep],
) -> None:
    person = names.person(told.person, people)
    if person is None:
        raise NotUnderstood("feedback.steps.person")
    before = known.get((told.at, person.pk, told.what))
    if before is None and told.what is Step.DECIDED:
        before = row.steps.filter(what=Step.DECIDED).first()  # both sides note that an appeal was decided
        if before is not None and told.at < before.at:
            FeedbackStep.objects.filter(pk=before.pk).update(at=told.at, person=person)
    if before is None:
        before = FeedbackStep.objects.create(feedback=row, at=told.at, person=person, what=told.what, text=told.text)
    if told.seen_at is not None and before.seen_at is None:
        FeedbackStep.objects.filter(pk=before.pk).update(seen_at=told.seen_at)

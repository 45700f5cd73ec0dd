"""What did the experts say of an exam, and what follows from each reading?

A first reading is final, or is confirmed by a second one; where these differ, an arbiter decides
(storage.catalogue.arbitration). Whatever a person sends is kept once, and never overwritten.
"""

from collections.abc import Collection
from datetime import datetime
from random import SystemRandom
from uuid import UUID

from django.db.models import Q, QuerySet

from pipeline.errors import Conflict
from storage.catalogue import drafts, exams, feedback, meeting, phases, queueing, scope
from storage.catalogue.exam_catalogue import type_at, type_when_queued
from storage.catalogue.finals import close, locked, make_final, newest, note
from storage.catalogue.handovers import stage_of
from storage.catalogue.models import Arbitration, Exam, Feedback, Person, Review, ReviewItem
from storage.catalogue.prefill import prefill_for
from storage.catalogue.programme import current
from storage.catalogue.queue import held, locked_item
from storage.catalogue.transaction import one_transaction
from supervision.exam_types import ExamType
from supervision.handover import second_share
from supervision.priority import Clock
from supervision.rating import Answer, Consequence
from supervision.readings import (
    JUDGES,
    Decided,
    Difference,
    Reading,
    cannot_wait,
    clock_after,
    differences,
    near_sign_off,
    second_read,
)
from supervision.review_form import ReviewForm, form_of
from supervision.roles import Action
from supervision.states import Stage

_random = SystemRandom()  # nobody can tell beforehand which exam will be read twice


class Incomplete(ValueError):
    """A reading leaves something out; `paths` name what, such as `views.PLAX.axis`, `answers.EFF` or `seen.PLAX`."""

    def __init__(self, paths: Collection[str]) -> None:
        """Keep the paths in order."""
        super().__init__(", ".join(sorted(paths)))
        self.paths = tuple(sorted(paths))


def submit(
    item_id: int,
    person: Person,
    submission: UUID,
    form: ReviewForm,
    now: datetime,
    *,
    seconds: float | None = None,
    seen: Collection[str] = (),
) -> Review:
    """Keep what `person` says of the exam and decide what follows; the same `submission` again is the same review.

    seconds: spent at it. seen: the views that were looked at; a view with proposed values counts only if it was.
    Incomplete. Conflict: already_reviewed, lease_lost (somebody else took the exam, or it was given back), own_scan,
    read_before, stale (the submission belongs to another review). ReviewItem.DoesNotExist outside one's projects.
    """
    with one_transaction():
        item = locked_item(item_id)
        if before := _sent_before(submission, person, item=item):
            return before
        item = held(item_id, person)
        exam = item.exam
        if Review.objects.filter(item=item, reviewer=person).exists():
            raise Conflict("already_reviewed")  # an arbiter's, who decides next
        exam_type = type_when_queued(exam)
        assert exam_type is not None  # noqa: S101 - nothing is queued without its type
        _require_whole(exam, exam_type, form, seen=seen)
        review = _kept(exam, exam_type, form, item=item, reviewer=person, submission=submission, at=now)
        draft = drafts.draft_of(item.pk, person)
        told = [one for one in (seconds, draft.seconds if draft else None) if one is not None]
        review.seconds = max((one for one in told if 0 <= one <= drafts.LONGEST_SECONDS), default=None)
        review.save()
        drafts.drop(item.pk, person)
        if Reading(item.reading) in JUDGES:
            note("read_blind", exam, person, now)
            return review
        close(item, now)
        if meeting.expected(exam, item):
            _go_on(exam, exam_type, review, form, now)
        else:
            note("reviewed", exam, person, now, reading=review.reading)
            meeting.settle(exam, now)
        return review


def amend(
    review_id: int,
    person: Person,
    submission: UUID,
    form: ReviewForm,
    now: datetime,
    *,
    why: Collection[Decided] = (),
) -> Review:
    """Replace a final reading, or a first one that is being confirmed, by a new version; the one before stays.

    why: what was wrong with it, for the history. Only for whoever gave it, or the arbiter who chose it:
    Review.DoesNotExist for anybody else. Incomplete. Conflict: not_final (it does not count, or an arbiter is
    deciding), stale (it was amended since).
    """
    with one_transaction():
        exam_id = Review.objects.values_list("exam", flat=True).get(pk=review_id)
        exam = locked(exam_id)
        if before := _sent_before(submission, person, amends=review_id):
            return before
        theirs = Q(reviewer=person) | Q(chosen_by__blind__reviewer=person)
        old = (
            Review.objects.filter(theirs, exam__in=scope.exams_for(person, Action.REVIEW)).distinct().get(pk=review_id)
        )
        _require_amendable(old, exam)
        exam_type = type_at(exam.project.organisation_id, exam.exam_type, old.exam_type_version)
        _require_whole(exam, exam_type, form)
        new = _kept(exam, exam_type, form, item=old.item, reviewer=person, submission=submission, at=now)
        new.amends, new.opened_at = old, now
        Review.objects.filter(pk=old.pk).update(final=False)
        new.save()
        changed = differences(form_of(old.form), form, exam_type)
        codes = sorted({one.value for one in why})
        note("amended", exam, person, now, differences=[one.value for one in changed], why=codes)
        if exam.stage == Stage.SECOND_READ:
            _go_on_confirming(exam, new, form, now)
        else:
            _go_on_confirmed(exam, exam_type, new, form, now)
        return new


def amendable_by(person: Person) -> QuerySet[Review]:
    """Return the readings that `person` may amend now, newest first."""
    theirs = Q(reviewer=person) | Q(chosen_by__blind__reviewer=person)
    final = Q(final=True, exam__stage=Stage.FINAL)
    confirming = Q(exam__stage=Stage.SECOND_READ)
    readings = Review.objects.filter(theirs, final | confirming, amended_by=None)
    readings = readings.filter(exam__in=scope.exams_for(person, Action.REVIEW)).select_related("exam")
    return readings.order_by("-submitted_at", "-pk").distinct()


def _go_on(exam: Exam, exam_type: ExamType, review: Review, form: ReviewForm, now: datetime) -> None:
    """Decide what follows a first or second reading."""
    clock = Clock(review.item.clock)
    if review.reading == Reading.FIRST:
        draw = _random.random()
        share = second_share(stage_of(exam.project_id), current().review.second_read_share)
        why = second_read(clock, form, near_sign_off=_near_sign_off(exam, exam_type), draw=draw, share=share)
        drawn = {"draw": round(draw, 6), "share": share}
        note("reviewed", exam, review.reviewer, now, reading=review.reading, twice=why or "", **drawn)
        if why is None:
            make_final(exam, review, now)
            return
        exams.go(exam, Stage.SECOND_READ)
        queueing.ask_for(exam, Reading.SECOND, now, clock=clock_after(clock, form))
        if cannot_wait(clock, form):
            feedback.release(review, now)
        return
    first = newest(exam, Reading.FIRST)
    found = differences(form_of(first.form), form, exam_type)
    codes = [one.value for one in found]
    note("reviewed", exam, review.reviewer, now, reading=review.reading, differences=codes)
    if not found:
        make_final(exam, first, now)
        return
    exams.go(exam, Stage.ARBITRATION)
    queueing.ask_for(exam, Reading.ARBITRATION, now, clock=clock_after(clock, form))
    if form.consequence is Consequence.CONTACT_NOW:
        feedback.release(review, now)


def _go_on_confirming(exam: Exam, new: Review, form: ReviewForm, now: datetime) -> None:
    """Decide what follows a new version of a first reading that a second one is to confirm."""
    clock = clock_after(Clock(new.item.clock), form)
    queueing.hasten(exam, clock, now)
    if cannot_wait(clock, form) or Feedback.objects.filter(review=new.amends).exists():
        feedback.release(new, now)


def _go_on_confirmed(exam: Exam, exam_type: ExamType, new: Review, form: ReviewForm, now: datetime) -> None:
    """Decide what follows a new version of a final reading: an arbiter where the second no longer confirms it.

    The trainee has it at once, unless it takes back a call for the patient that the second reading upholds.
    """
    second = Review.objects.filter(exam=exam, reading=Reading.SECOND, amended_by=None).select_related("item").first()
    if second is None or Arbitration.objects.filter(item__exam=exam).exists():
        make_final(exam, new, now)
        return
    found = differences(form, form_of(second.form), exam_type)
    if not found:
        make_final(exam, new, now)
        return
    exams.go(exam, Stage.ARBITRATION)
    queueing.ask_for(exam, Reading.ARBITRATION, now, clock=clock_after(Clock(second.item.clock), form))
    if Difference.CONSEQUENCE not in found or form.consequence is Consequence.CONTACT_NOW:
        feedback.release(new, now)


def _near_sign_off(exam: Exam, exam_type: ExamType) -> bool:
    phase = phases.phase_of(exam.trainee_id, exam.exam_type)
    before = Review.objects.filter(exam__trainee=exam.trainee_id, exam__exam_type=exam.exam_type, final=True).count()
    return near_sign_off(phase, before, exam_type)


def _require_whole(exam: Exam, exam_type: ExamType, form: ReviewForm, *, seen: Collection[str] | None = None) -> None:
    """Incomplete where something is missing or unknown, drawn on another exam's clip, or proposed and not looked at."""
    paths = list(form.problems(exam_type))
    if form.marks:
        frames = dict(exam.clips.values_list("pk", "frames"))
        paths += [
            f"marks.{number}"
            for number, mark in enumerate(form.marks)
            if mark.clip not in frames or mark.frame >= (frames[mark.clip] or 1)
        ]
    if seen is not None:
        paths += [f"seen.{view}" for view in prefill_for(exam) if view not in seen]
    if paths:
        raise Incomplete(paths)


def _kept(
    exam: Exam,
    exam_type: ExamType,
    form: ReviewForm,
    *,
    item: ReviewItem,
    reviewer: Person,
    submission: UUID,
    at: datetime,
) -> Review:
    """Return the row of a reading, not saved yet."""
    scanner = {code: Answer(said) for code, said in exam.answers.items()}
    return Review(
        exam=exam,
        item=item,
        reviewer=reviewer,
        reading=item.reading,
        submission=submission,
        exam_type_version=exam_type.version,
        form=form.as_json(),
        overall=form.overall,
        adequate=form.adequate(exam_type),
        correct=form.correct(exam_type, scanner),
        entrustment=form.entrustment,
        opened_at=item.claimed_at or at,
        submitted_at=at,
        simulated=exam.simulated,
    )


def _require_amendable(old: Review, exam: Exam) -> None:
    if Review.objects.filter(amends=old).exists():
        raise Conflict("stale")
    if exam.stage != Stage.SECOND_READ and not (old.final and exam.stage == Stage.FINAL):
        raise Conflict("not_final")


def _sent_before(submission: UUID, person: Person, **of: object) -> Review | None:
    """Return the review that this submission made; Conflict("stale") where it was another person's, or another one."""
    before = Review.objects.filter(submission=submission).first()
    if before is None:
        return None
    if before.reviewer_id != person.pk or not Review.objects.filter(pk=before.pk, **of).exists():
        raise Conflict("stale")
    return before

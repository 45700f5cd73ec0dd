"""How does an exam stand when readings, decisions or worksheets of another installation have come to ours?

`settle` brings stage, final reading and what is asked for in line with supervision.meeting. Where nothing came from
elsewhere it changes nothing. To be called with the exam locked.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from storage.catalogue import exams, feedback, finals, queueing
from storage.catalogue.exam_catalogue import type_at, type_of
from storage.catalogue.models import Arbitration, Draft, Event, Exam, Feedback, FeedbackStep, Review, ReviewItem, Wanted
from supervision.exam_types import ExamType
from supervision.feedback import Step
from supervision.meeting import Chain, Decision, Given, Standing, chains, standing
from supervision.priority import Clock
from supervision.readings import Reading, clock_after, differences
from supervision.review_form import form_of
from supervision.states import Stage, way

STAGE_OF: dict[Reading, Stage] = {
    Reading.FIRST: Stage.QUEUED,
    Reading.SECOND: Stage.SECOND_READ,
    Reading.ARBITRATION: Stage.ARBITRATION,
    Reading.APPEAL: Stage.APPEALED,
}
KEPT_FOR = timedelta(days=1)
"""So long a reading that is no longer asked for is kept for whoever began it."""


def given_in(exam: Exam) -> tuple[Given, ...]:
    """Return the readings of an exam as supervision.meeting knows them."""
    rows = Review.objects.filter(exam=exam).select_related("item", "amends").order_by("pk")
    return tuple(given(row) for row in rows)


def given(review: Review) -> Given:
    """Return one reading as supervision.meeting knows it."""
    amends = review.amends.submission if review.amends and review.amends_id != review.pk else None
    asked = Reading(review.item.reading)
    return Given(review.submission, str(review.reviewer_id), asked, review.submitted_at, amends, review.final)


def link(exam: Exam, new: Review, amends: UUID | None) -> None:
    """Save a reading that came from elsewhere at its place among the versions of the exam's readings."""
    coming = Given(new.submission, str(new.reviewer_id), Reading(new.item.reading), new.submitted_at, amends)
    chain = next(one for one in chains((*given_in(exam), coming)) if coming in one.versions)
    others = [one.submission for one in chain.versions if one is not coming]
    # after the newest, which nothing amends yet; then all of them into their order
    new.amends = Review.objects.get(submission=others[-1]) if others else None
    new.save(force_insert=True)
    _in_order(exam)


def move_readings(gone: Exam, kept: Exam) -> None:
    """Let the readings of one exam be the other's; none of them counts until it is settled."""
    Review.objects.filter(exam=gone).update(final=False)
    for review in Review.objects.filter(exam=gone).order_by("pk"):
        if review.amends_id is None:
            _amend(review, review)  # for a moment: nobody reads an exam twice
        Review.objects.filter(pk=review.pk).update(exam=kept)
    _in_order(kept)


def _in_order(exam: Exam) -> None:
    """Let every version of a reading amend the one before it, by the time at which they were given."""
    rows = {row.submission: row for row in Review.objects.filter(exam=exam)}
    wanted: dict[UUID, UUID | None] = {}
    for chain in chains(given_in(exam)):
        before = (None, *(one.submission for one in chain.versions))
        wanted |= {one.submission: before[place] for place, one in enumerate(chain.versions)}
    moved = [
        (rows[one], None if other is None else rows[other])
        for one, other in wanted.items()
        if rows[one].amends_id != (None if other is None else rows[other].pk)
    ]
    for row, _ in moved:
        _amend(row, row)  # for a moment: no two rows amend the same, and nobody reads an exam twice
    for row, amended in moved:
        _amend(row, amended)


def settle(exam: Exam, now: datetime, *, said_final: Collection[UUID] = ()) -> None:
    """Let the exam stand as its readings, decisions and worksheet say; said_final: readings that count elsewhere."""
    known = given_in(exam)
    if not known:
        _queue(exam, now)
        return
    marked = [_marked(one, said_final) for one in known]
    stands = standing(marked, _decisions(exam))
    _name_readings(stands)
    stage, final = _outcome(exam, stands)
    others = Review.objects.filter(exam=exam, final=True)
    (others if final is None else others.exclude(pk=final.pk)).update(final=False)
    _go(exam, stage)
    if final is not None:
        _count(exam, final, now)
    if final is not None and stage is Stage.FINAL and _appealed(final):
        stage = Stage.APPEALED
        _go(exam, stage)
    _ask(exam, stage, stands, now)
    _close_others(exam, stage, now)


def expected(exam: Exam, item: ReviewItem) -> bool:
    """Tell whether the exam stands where this reading is asked for; not so where another side was faster."""
    return exam.stage == STAGE_OF[Reading(item.reading)]


def viewable(exam: Exam) -> bool:
    """Tell whether all clips of the exam can be seen here: of one from elsewhere, its previews may be on the way."""
    if exam.origin is None:
        return True
    awaited = Wanted.objects.filter(scan__exam=exam, role="preview").exists()
    return not awaited and exam.clips.filter(objects_stored__role="preview").exists()


def _marked(one: Given, said_final: Collection[UUID]) -> Given:
    final = one.final or one.submission in said_final
    return Given(one.submission, one.reader, one.asked, one.at, one.amends, final)


def _decisions(exam: Exam) -> list[Decision]:
    rows = Arbitration.objects.filter(item__exam=exam).exclude(chosen=None).exclude(decided_at=None)
    return [
        Decision(Reading(row.item.reading), row.chosen.submission, row.decided_at, row.blind.submission)
        for row in rows.select_related("item", "chosen", "blind")
        if row.chosen is not None and row.decided_at is not None
    ]


def _name_readings(stands: Standing) -> None:
    """Let the first readings that do not count as the first be second ones."""
    for chain in (stands.first, *stands.others):
        if chain is not None:
            reading = Reading.FIRST if chain is stands.first else Reading.SECOND
            of_it = Review.objects.filter(submission__in=[one.submission for one in chain.versions])
            of_it.exclude(reading=reading).update(reading=reading)


def _outcome(exam: Exam, stands: Standing) -> tuple[Stage, Review | None]:
    """Return the stage, and the reading that counts, None as long as none does."""
    if stands.decided is not None:
        return Stage.FINAL, _row(stands.decided)
    if stands.first is None:
        return Stage(exam.stage), finals.final_of(exam)
    first = _row(stands.first)
    counts = first if stands.first.was_final else None
    if not stands.others:
        return (Stage.FINAL if counts else Stage.SECOND_READ), counts
    exam_type = type_at(exam.project.organisation_id, exam.exam_type, first.exam_type_version)
    if any(_differ(first, _row(chain), exam_type) for chain in stands.others):
        return Stage.ARBITRATION, counts
    return Stage.FINAL, first


def _differ(one: Review, other: Review, exam_type: ExamType) -> bool:
    return bool(differences(form_of(one.form), form_of(other.form), exam_type))


def _row(chain: Chain) -> Review:
    return Review.objects.select_related("item", "exam__project", "reviewer").get(submission=chain.newest.submission)


def _count(exam: Exam, final: Review, now: datetime) -> None:
    """Let this reading be final; the trainee gets it from here unless they have it from the other side."""
    anew = not final.final
    if anew:
        final.final = True
        final.save(update_fields=["final"])
    if not Feedback.objects.filter(review=final).exists():
        feedback.release(final, now)
    finals.follow_final(exam, final, now, anew=anew)


def _go(exam: Exam, stage: Stage) -> None:
    for step in way(Stage(exam.stage), stage):
        exams.go(exam, step)


def _appealed(final: Review) -> bool:
    """Tell whether an appeal against the final reading waits for an arbiter."""
    steps = FeedbackStep.objects.filter(feedback__review__exam=final.exam_id)
    decided = steps.filter(what=Step.DECIDED).exists() or Arbitration.objects.filter(
        item__exam=final.exam_id, item__reading=Reading.APPEAL
    ).exclude(decided_at=None)
    return not decided and steps.filter(what=Step.APPEALED, feedback__review=final).exists()


def _ask(exam: Exam, stage: Stage, stands: Standing, now: datetime) -> None:
    wanted = next((reading for reading, where in STAGE_OF.items() if where is stage), None)
    if wanted is None or stands.first is None or not viewable(exam):
        return
    newest = _row(stands.others[-1] if stands.others else stands.first)
    item = queueing.ask_for(exam, wanted, now, clock=clock_after(Clock(newest.item.clock), form_of(newest.form)))
    if item.queued_at == now and stands.others:
        clip = finals.clip_of(exam)
        Event.objects.create(at=now, what="read_on_both_sides", scan=clip, facts={"reading": wanted.value})


def _close_others(exam: Exam, stage: Stage, now: datetime) -> None:
    """Take out of the queue what is no longer asked for; what somebody has begun is left to them for a day."""
    for item in exam.items.filter(done_at=None):
        begun = item.claimed_by_id is not None and item.lease_until is not None and item.lease_until > now - KEPT_FOR
        written = Draft.objects.filter(item=item, saved_at__gt=now - KEPT_FOR).exists()
        if STAGE_OF[Reading(item.reading)] is not stage and not begun and not written:
            finals.close(item, now)


def _queue(exam: Exam, now: datetime) -> None:
    """Let an exam that nobody has read be asked for, or await what is missing."""
    known = type_of(exam)
    if exam.draw is None or known is None or queueing.missing_of(exam):
        queueing.queue_when_complete(exam, now)
        return
    chosen = exam.inclusion is None or exam.draw < exam.inclusion
    waits = exam.items.filter(reading=Reading.FIRST).exists()
    _go(exam, Stage.QUEUED if chosen or waits else Stage.NOT_CHOSEN)
    if chosen and not waits and viewable(exam):
        queueing.ask_for(exam, Reading.FIRST, now, clock=queueing.clock_of(exam, known))


def _amend(one: Review, other: Review | None) -> None:
    Review.objects.filter(pk=one.pk).update(amends=other)

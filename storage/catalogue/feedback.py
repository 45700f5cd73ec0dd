"""How does a final reading reach the trainee, and what comes back on it?

Feedback belongs to one reading: the final one, or a first one that could not wait for the second. A new final, by
amendment or appeal, gets feedback of its own; the one before stays as it was, closed. `closed_at` may lie ahead: thirty
days after it was acknowledged, nothing more can be said.
"""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When

from pipeline.errors import Conflict
from storage.catalogue import exams, queueing, scope
from storage.catalogue.library import IN_THE_LIBRARY
from storage.catalogue.models import (
    Arbitration,
    Event,
    Exam,
    Feedback,
    FeedbackStep,
    Person,
    Review,
    Scan,
    TeachingClip,
)
from storage.catalogue.transaction import one_transaction
from supervision.feedback import CLOSED_AFTER, COMES_BACK, LONGEST_REPLY, Step
from supervision.rating import Cause
from supervision.readings import Reading
from supervision.roles import Action
from supervision.states import Stage


def release(review: Review, now: datetime) -> Feedback:
    """Give a reading to the trainee; to be called with the exam locked. Without effect a second time.

    What was released before on the exam is closed. An appeal against it is decided by this, even where the reading
    stands as it was; a reading that counts again after another one is new once more.
    """
    feedback, new = Feedback.objects.get_or_create(review=review, defaults={"released_at": now})
    others = Feedback.objects.filter(review__exam=review.exam_id).exclude(pk=feedback.pk)
    if not new and others.filter(released_at__gt=feedback.released_at).exists():
        feedback.released_at, feedback.seen_at, feedback.closed_at = now, None, None
        feedback.save(update_fields=["released_at", "seen_at", "closed_at"])
    for one in Feedback.objects.filter(review__exam=review.exam_id).select_related("review"):
        decided = _decide_appeal(one, now)
        if decided or (one.pk != feedback.pk and is_open(one, now)):
            Feedback.objects.filter(pk=one.pk).update(closed_at=now)
    if new:
        _note("feedback_released", feedback, None, now)
    feedback.refresh_from_db()
    return feedback


def current_of(exam: Exam) -> Feedback | None:
    """Return the feedback that counts: that on the final reading, or the newest as long as there is no final."""
    return current_for([exam.pk]).get(exam.pk)


def current_for(exams_asked: Collection[int]) -> dict[int, Feedback]:
    """Return the feedback that counts, by the number of its exam; nothing for an exam without any."""
    released = Feedback.objects.filter(review__exam__in=exams_asked).select_related("review__reviewer")
    in_order = released.order_by("review__final", "released_at", "pk")
    return {one.review.exam_id: one for one in in_order}


def earlier_of(exam: Exam, current: Feedback) -> QuerySet[Feedback]:
    """Return what the trainee got before the feedback that counts now, newest first."""
    released = Feedback.objects.filter(review__exam=exam).exclude(pk=current.pk).select_related("review__reviewer")
    return released.order_by("-released_at", "-pk")


def see(feedback_id: int, person: Person, now: datetime) -> None:
    """Note that the trainee has read it, and what came back on it; without effect for anybody else."""
    with one_transaction():
        mine = Feedback.objects.filter(pk=feedback_id, review__exam__trainee=person)
        if not mine.exists():
            return
        FeedbackStep.objects.filter(feedback=feedback_id, what__in=COMES_BACK, seen_at=None).update(seen_at=now)
        if mine.filter(seen_at=None).update(seen_at=now):
            _note("seen", mine.get(), person, now)


def acknowledge(feedback_id: int, person: Person, now: datetime) -> Feedback:
    """Note that the trainee takes the advice; it closes by itself thirty days later. Without effect a second time.

    Feedback.DoesNotExist for anybody but the trainee of the exam.
    """
    with one_transaction():
        feedback = _mine(feedback_id, person)
        if is_open(feedback, now) and not feedback.steps.filter(what=Step.ACKNOWLEDGED).exists():
            _step(feedback, person, Step.ACKNOWLEDGED, "", now)
            if not _appealed(feedback):
                feedback.closed_at = now + CLOSED_AFTER
                feedback.save(update_fields=["closed_at"])
        return feedback


def reply(feedback_id: int, person: Person, text: str, now: datetime) -> FeedbackStep:
    """Send the trainee's words to the reviewer; the same words twice in a row are one reply.

    ValueError without words or with too many; Conflict("feedback_closed"); Feedback.DoesNotExist for anybody else.
    """
    with one_transaction():
        feedback = _mine(feedback_id, person)
        return _say(feedback, person, Step.REPLIED, text, now)


def appeal(feedback_id: int, person: Person, text: str, now: datetime) -> FeedbackStep:
    """Ask for another reading by an arbiter, with the trainee's reason; once for each final reading.

    ValueError without a reason. Conflict: feedback_closed, already_appealed (also where an arbiter has decided an
    appeal before), read_again_now. Feedback.DoesNotExist for anybody but the trainee.
    """
    with one_transaction():
        feedback = _mine(feedback_id, person)
        before = feedback.steps.filter(what=Step.APPEALED).first()
        if before is not None and before.text == text.strip():
            return before
        if why := why_not_appeal(feedback, now):
            raise Conflict(why)
        step = _say(feedback, person, Step.APPEALED, text, now)
        Feedback.objects.filter(pk=feedback.pk).update(closed_at=None)
        exams.go(feedback.review.exam, Stage.APPEALED)
        queueing.ask_for(feedback.review.exam, Reading.APPEAL, now)
        return step


def answer(feedback_id: int, person: Person, text: str, now: datetime) -> FeedbackStep:
    """Send the reviewer's answer to the trainee's replies; the same words twice in a row are one answer.

    Feedback.DoesNotExist for whoever has no reply to answer there; ValueError as for `reply`.
    """
    with one_transaction():
        feedback = _locked(replied_to(person).filter(pk=feedback_id))
        return _say(feedback, person, Step.ANSWERED, text, now, closed_too=True)


def why_not_appeal(feedback: Feedback, now: datetime) -> str:
    """Return the code of why it cannot be appealed, nothing where it can."""
    exam = feedback.review.exam
    if _appealed(feedback) or exam.reviews.filter(feedback__steps__what=Step.DECIDED).exists():
        return "already_appealed"
    if exam.stage != Stage.FINAL:
        return "read_again_now"
    return "" if feedback.review.final and is_open(feedback, now) else "feedback_closed"


def is_open(feedback: Feedback, now: datetime) -> bool:
    """Tell whether something can still be said on it."""
    return feedback.closed_at is None or feedback.closed_at > now


def unread_of(person: Person) -> QuerySet[Feedback]:
    """Return what `person` has not read of the feedback on own exams, and of what came back on it; oldest first."""
    mine = Feedback.objects.filter(review__exam__in=scope.exams_for(person, Action.SEE_OWN_SCANS))
    final = Review.objects.filter(exam=OuterRef("review__exam"), final=True)
    later = Feedback.objects.filter(review__exam=OuterRef("review__exam"), released_at__gt=OuterRef("released_at"))
    counts = Q(review__final=True) | (~Exists(final) & ~Exists(later))
    back = FeedbackStep.objects.filter(what__in=COMES_BACK, seen_at=None)
    return mine.filter(counts, Q(seen_at=None) | Q(pk__in=back.values("feedback"))).order_by("released_at", "pk")


def replied_to(person: Person) -> QuerySet[Feedback]:
    """Return the feedback that trainees replied to and `person` answers for: their own readings, newest first.

    Those of a reviewer whose account is closed are for everybody who reviews in the project.
    """
    here = Feedback.objects.filter(review__exam__project__in=scope.projects_for(person, Action.REVIEW))
    left = Q(review__reviewer__is_active=False, review__exam__stage=Stage.FINAL)
    theirs = here.filter(Q(review__reviewer=person) | left).exclude(review__exam__trainee=person)
    replied = FeedbackStep.objects.filter(what=Step.REPLIED).values("feedback")
    return theirs.filter(pk__in=replied).order_by("-released_at", "-pk")


def unanswered_by(person: Person) -> QuerySet[FeedbackStep]:
    """Return the replies that wait for an answer of `person`, oldest first."""
    later = FeedbackStep.objects.filter(feedback=OuterRef("feedback"), what=Step.ANSWERED, pk__gt=OuterRef("pk"))
    waiting = FeedbackStep.objects.filter(~Exists(later), what=Step.REPLIED, feedback__in=replied_to(person))
    return waiting.order_by("at", "pk")


def exemplar_for(feedback: Feedback) -> Scan | None:
    """Return the newest clip of the teaching library that shows the main defect in this type of exam, if there is one.

    Where none shows the defect, one that has none: how it looks when it is right (`scan.teaching.defect` tells).
    Approved by the same organisation, with consent; never the exam's own clips.
    """
    cause = feedback.review.form.get("cause")
    if not cause or cause == Cause.NO_DEFECT:
        return None
    exam = feedback.review.exam
    approved = TeachingClip.objects.filter(
        IN_THE_LIBRARY, organisation=exam.project.organisation_id, exam_type=exam.exam_type
    )
    fits = approved.filter(defect__in=(cause, Cause.NO_DEFECT)).exclude(scan__exam=exam.pk)
    shows_it = Case(When(defect=cause, then=0), default=1)
    clip = fits.select_related("scan").order_by(shows_it, "-decided_at", "-pk").first()
    return None if clip is None else clip.scan


def _mine(feedback_id: int, person: Person) -> Feedback:
    """Return the feedback, locked with its exam, if it is on an exam of this trainee."""
    return _locked(Feedback.objects.filter(pk=feedback_id, review__exam__trainee=person))


def _locked(one: QuerySet[Feedback]) -> Feedback:
    """Return the only feedback of a query; its exam is locked, so that one thing happens on it at a time."""
    feedback = one.select_related("review").get()
    feedback.review.exam = (
        Exam.objects.select_for_update(of=("self",)).select_related("project").get(pk=feedback.review.exam_id)
    )
    feedback.refresh_from_db(fields=["seen_at", "closed_at"])
    feedback.review.refresh_from_db(fields=["final"])
    return feedback


def _say(
    feedback: Feedback, person: Person, what: Step, text: str, now: datetime, *, closed_too: bool = False
) -> FeedbackStep:
    said = text.strip()
    if not said or len(said) > LONGEST_REPLY or "\x00" in said:
        raise ValueError(f"text must be 1 to {LONGEST_REPLY} characters")
    last = feedback.steps.order_by("at", "pk").last()
    if last is not None and (last.what, last.text, last.person_id) == (what, said, person.pk):
        return last
    if not closed_too and not is_open(feedback, now):
        raise Conflict("feedback_closed")
    return _step(feedback, person, what, said, now)


def _step(feedback: Feedback, person: Person, what: Step, text: str, now: datetime) -> FeedbackStep:
    step = FeedbackStep.objects.create(feedback=feedback, at=now, person=person, what=what, text=text)
    _note(_EVENTS[what], feedback, person, now)
    return step


_EVENTS = {
    Step.ACKNOWLEDGED: "acknowledged",
    Step.REPLIED: "replied",
    Step.APPEALED: "appealed",
    Step.ANSWERED: "feedback_answered",
    Step.DECIDED: "appeal_decided",
}


def _appealed(feedback: Feedback) -> bool:
    return feedback.steps.filter(what=Step.APPEALED).exists()


def _decide_appeal(feedback: Feedback, now: datetime) -> bool:
    """Note that an appeal against this feedback was decided; False where none is open."""
    if not _appealed(feedback) or feedback.steps.filter(what=Step.DECIDED).exists():
        return False
    decided = Arbitration.objects.filter(item__exam=feedback.review.exam_id, item__reading=Reading.APPEAL)
    arbitration = decided.exclude(decided_at=None).select_related("blind__reviewer").order_by("-decided_at").first()
    arbiter = arbitration.blind.reviewer if arbitration else feedback.review.reviewer
    _step(feedback, arbiter, Step.DECIDED, "", now)
    return True


def _note(what: str, feedback: Feedback, person: Person | None, now: datetime) -> None:
    clip = Scan.objects.filter(exam=feedback.review.exam_id).order_by("pk").first()
    Event.objects.create(at=now, what=what, scan=clip, person=person)

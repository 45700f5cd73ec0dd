"""Which readings has an exam, which of them counts, and what follows once it does?"""

from datetime import datetime

from storage.catalogue import blinding, exams, feedback, library, phases, plans, reviewer_calibration, scope
from storage.catalogue.models import Event, Exam, Person, Review, ReviewItem, Scan
from supervision.blinding import Hidden
from supervision.readings import Reading
from supervision.roles import Action
from supervision.states import Stage


def final_of(exam: Exam) -> Review | None:
    """Return the reading that counts, None as long as there is none."""
    return Review.objects.filter(exam=exam, final=True).select_related("reviewer").first()


def readings_of(exam: Exam, person: Person) -> list[Review]:
    """Return the readings of an exam that `person` may be served, oldest first.

    Whoever is blinded to it gets their own; the trainee what was released; nobody anything outside their projects.
    """
    readings = Review.objects.filter(exam=exam).select_related("reviewer", "amends").order_by("submitted_at", "pk")
    if exam.trainee_id == person.pk:
        return list(readings.filter(feedback__isnull=False))
    if Hidden.FIRST_READ in blinding.hidden_from(person, exam):
        return list(readings.filter(reviewer=person))
    for action in (Action.SEE_SCANS, Action.REVIEW):
        if scope.exams_for(person, action).filter(pk=exam.pk).exists():
            return list(readings)
    return []


def newest(exam: Exam, reading: Reading) -> Review:
    """Return the first or second reading of an exam in its newest version; Review.DoesNotExist where there is none."""
    return Review.objects.filter(exam=exam, reading=reading, amended_by=None).latest("submitted_at", "pk")


def locked(exam_id: int) -> Exam:
    """Return the exam with its project; nothing else happens to it until the transaction ends."""
    return Exam.objects.select_for_update(of=("self",)).select_related("project").get(pk=exam_id)


def clip_of(exam: Exam) -> Scan | None:
    """Return the clip under which events of the exam are noted."""
    return exam.clips.order_by("pk").first()


def make_final(exam: Exam, review: Review, now: datetime) -> Review:
    """Let this reading be the one that counts, and tell whom it concerns; to be called with the exam locked."""
    anew = not review.final
    if anew:
        Review.objects.filter(exam=exam, final=True).update(final=False)
        review.final = True
        review.save(update_fields=["final"])
    exams.go(exam, Stage.FINAL)
    feedback.release(review, now)
    follow_final(exam, review, now, anew=anew)
    return review


def follow_final(exam: Exam, review: Review, now: datetime, *, anew: bool) -> None:
    """Let phases, library and comparison of readers follow a reading that is marked as the one that counts."""
    if anew:
        note("final", exam, None, now, reading=review.reading)
        plans.after_final(review, now, alarm=phases.after_final(review, now))
        library.nominate_exemplar(review, now)
    readers = Person.objects.filter(reviews__exam=exam).distinct().order_by("pk")
    if len(readers) > 1:
        for reader in readers:
            reviewer_calibration.update(reader)


def close(item: ReviewItem, now: datetime) -> None:
    """Take an item that was read out of the queue."""
    item.done_at, item.lease_until = now, None
    item.save(update_fields=["done_at", "lease_until"])


def note(what: str, exam: Exam, person: Person | None, now: datetime, **facts: object) -> None:
    """Write an event of the exam under its first clip."""
    Event.objects.create(at=now, what=what, scan=clip_of(exam), person=person, facts=facts)

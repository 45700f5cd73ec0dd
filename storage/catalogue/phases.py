"""How far is a trainee in an exam type, and when is everything of theirs read again?"""

from datetime import datetime, timedelta

from storage.catalogue.exam_catalogue import type_of
from storage.catalogue.models import Event, Person, Plan, Review, TraineePhase
from storage.catalogue.transaction import one_transaction
from supervision.competence.cusum import Cusum
from supervision.exam_types import ExamType
from supervision.ladder import Rung, rung_in
from supervision.review_form import success
from supervision.sampling import READ_AFTER_ALARM, Phase

MONTH = timedelta(days=365.25 / 12)
WATCH = Cusum()


def standing_of(trainee_id: int | None, exam_type: str) -> TraineePhase | None:
    """Return the row that counts now, None where nobody has said anything yet."""
    rows = TraineePhase.objects.filter(trainee=trainee_id, exam_type=exam_type)
    return rows.order_by("-since", "-pk").first()


def phase_of(trainee_id: int | None, exam_type: str) -> Phase:
    """Return how far a trainee is: learning, until somebody says otherwise."""
    row = standing_of(trainee_id, exam_type)
    return Phase.LEARNING if row is None else row.phase


def months_since(row: TraineePhase | None, now: datetime) -> float:
    """Return how long they have stood there, in months; 0 where nobody said anything yet."""
    return 0.0 if row is None else (now - row.since) / MONTH


def read_in_full(row: TraineePhase | None) -> bool:
    """Tell whether everything of the trainee is read: after an alarm that has not ended, and while a plan is open."""
    if row is None:
        return False
    plans = Plan.objects.filter(trainee=row.trainee_id, exam_type=row.exam_type, closed_at=None)
    return row.full_until > _finals(row.trainee_id, row.exam_type) or plans.exists()


def rung_of(trainee_id: int | None, exam_type: str) -> Rung:
    """Return on which rung of the ladder a trainee stands: every exam is read, until somebody says otherwise."""
    row = standing_of(trainee_id, exam_type)
    return rung_in(Phase.LEARNING) if row is None else Rung(row.rung)


def set_rung(trainee: Person, exam_type: str, rung: Rung, person: Person, now: datetime, why: str) -> TraineePhase:
    """Let a trainee stand on a rung by the word of `person`; what is in the queue stays there.

    ValueError where somebody would say so of themselves, or for a reason of more than 24 characters. The caller checks
    that `person` may do it, and on what evidence (storage.catalogue.sign_off).
    """
    if trainee.pk == person.pk:
        raise ValueError("nobody signs for themselves")
    if len(why) > 24:
        raise ValueError("why is a code of at most 24 characters")
    with one_transaction():
        row = TraineePhase.objects.create(
            trainee=trainee, exam_type=exam_type, rung=rung, since=now, set_by=person, why=why
        )
        facts = {"trainee": trainee.pk, "exam_type": exam_type, "rung": rung.value, "why": why}
        Event.objects.create(at=now, what="rung_set", person=person, facts=facts)
        return row


def after_final(review: Review, now: datetime) -> bool:
    """Look at the last outcomes of the exam's trainee when a reading becomes final; tell whether there is an alarm.

    After an alarm everything of this type is read until 15 more readings are final, and the sum begins anew. Nobody who
    is learning is watched: all they send is read anyway.
    """
    exam = review.exam
    with one_transaction():
        row = standing_of(exam.trainee_id, exam.exam_type)
        if row is None or row.phase is Phase.LEARNING:
            return False
        row = TraineePhase.objects.select_for_update().get(pk=row.pk)
        count = _finals(row.trainee_id, row.exam_type)
        if count < row.full_until or not WATCH.alarms(_outcomes(row, type_of(exam))):
            return False
        row.full_until = count + READ_AFTER_ALARM
        row.save(update_fields=["full_until"])
        facts = {"trainee": row.trainee_id, "exam_type": row.exam_type, "scans": READ_AFTER_ALARM}
        Event.objects.create(at=now, what="phase_alarm", facts=facts)
        return True


def _finals(trainee_id: int, exam_type: str) -> int:
    return Review.objects.filter(final=True, exam__trainee=trainee_id, exam__exam_type=exam_type).count()


def _outcomes(row: TraineePhase, exam_type: ExamType | None) -> list[bool]:
    """Return which exams succeeded since sign-off or the last alarm; those of which it cannot be told are left out."""
    finals = Review.objects.filter(final=True, exam__trainee=row.trainee_id, exam__exam_type=row.exam_type)
    told = list(finals.order_by("submitted_at", "pk").values_list("submitted_at", "adequate", "correct"))
    told = told[max(0, row.full_until - READ_AFTER_ALARM) :]
    asked = exam_type is not None and any(question.critical for question in exam_type.questions)
    since = [(adequate, correct) for at, adequate, correct in told if at >= row.since]
    found = (success(adequate=adequate, correct=correct, asked=asked) for adequate, correct in since)
    return [one for one in found if one is not None]

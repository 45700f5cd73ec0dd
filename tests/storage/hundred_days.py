"""A hundred days of a programme with everything that makes its figures hard to count."""

from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.reports_season import Season
from storage.catalogue.models import Escalation, Exam, Membership, Review, ReviewItem, Scan, TraineePhase
from supervision.period import DAY, Period
from supervision.readings import Reading
from supervision.roles import Role

NOW = datetime(2026, 4, 20, 12, tzinfo=UTC)
QUARTER = Period.named("2026-Q1")
SCANS = 400


def hundred_days() -> Season:
    """Fill a hundred days of a programme, with phantoms, nobody's exams, a clip at midnight, amendments."""
    made = Season(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 4, 11, tzinfo=UTC), NOW)
    made.fill(SCANS)
    exams = list(Exam.objects.order_by("pk"))
    phantom, nobodys, untyped, midnight = (exam.pk for exam in exams[:4])
    _change(phantom, exam_type="PHANTOM")
    _change(nobodys, trainee=None)
    _change(untyped, exam_type="")
    edge = datetime(2026, 1, 5, tzinfo=UTC) - timedelta(microseconds=1)  # the last moment of a Sunday
    Exam.objects.filter(pk=midnight).update(arrived_at=edge)
    Scan.objects.filter(exam=midnight).update(received_at=edge)
    for review in Review.objects.order_by("pk")[:10]:
        amended = Review(
            exam=review.exam, item=review.item, reviewer=review.reviewer, form=review.form, overall=review.overall,
            adequate=review.adequate, opened_at=NOW, submitted_at=NOW - DAY, final=True, amends=review,
        )  # fmt: skip
        Review.objects.filter(pk=review.pk).update(final=False)
        amended.save()
    _second_readings(made)
    trainee = made.trainees[0]
    Membership.objects.create(person=trainee, role=Role.TRAINEE, organisation=made.organisation)
    TraineePhase.objects.create(trainee=trainee, exam_type="FAST", rung="trainer", since=NOW - 30 * DAY)
    Escalation.objects.create(
        exam=exams[20], raised_by=trainee, raised_at=exams[20].began_at, question="refer", specialty="surgery",
        consent=True, due_at=exams[20].began_at + DAY, answered_at=exams[20].began_at + DAY / 2, outcome="confirmed",
    )  # fmt: skip
    return made


def _change(exam: int, **values: Any) -> None:
    Exam.objects.filter(pk=exam).update(**values)
    Scan.objects.filter(exam=exam).update(**values)


def _second_readings(made: Season) -> None:
    for review in Review.objects.filter(final=True, amends=None).order_by("pk")[:12]:
        at = review.submitted_at + DAY
        item = ReviewItem.objects.create(
            exam=review.exam, reading=Reading.SECOND, priority=0, queued_at=at, due_at=at, done_at=at
        )
        other = next(one for one in made.reviewers if one.pk != review.reviewer_id)
        Review.objects.create(
            exam=review.exam, item=item, reading=Reading.SECOND, reviewer=other, overall=3, adequate=True,
            opened_at=at, submitted_at=at,
        )  # fmt: skip

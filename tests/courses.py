"""How does a course of many exams come to be in the tests without sending files? Rows as readings leave them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from supervision.exam_types import exam_types
from supervision.readings import Reading
from supervision.review_form import ReviewForm
from supervision.states import Stage, State
from tests.forms import rated

if TYPE_CHECKING:  # Django is not loaded yet when this file is read
    from storage.catalogue.models import Exam, Person, Project


def learned(
    project: Project,
    trainee: Person,
    readers: Sequence[Person],
    outcomes: Sequence[bool],
    *,
    until: datetime,
    code: str = "BLADDER",
    twice: int = 5,
    entrustment: int | None = 4,
    every: timedelta = timedelta(days=2),
) -> list[Exam]:
    """Let a trainee have made these exams, the last one at `until`: good ones all right, poor ones off their axis.

    Readers take turns, the last `twice` were read by two of them; every third exam has the findings.
    """
    from storage.catalogue.models import Exam, Scan

    known = exam_types()[code]
    asked = [question.code for question in known.questions]
    exams = []
    for number, good in enumerate(outcomes):
        at = until - every * (len(outcomes) - 1 - number)
        positive = asked if number % 3 == 0 else []
        form = rated(5 if good else 2, exam_type=code, positive=positive, entrustment=entrustment)
        exam = Exam.objects.create(
            name=f"{number:04d}",
            project=project,
            trainee=trainee,
            exam_type=code,
            exam_type_version=known.version,
            patient=f"SR-C{trainee.pk}-{number}",
            began_at=at,
            arrived_at=at,
            stage=Stage.FINAL,
            answers={question: said.value for question, said in form.answers.items()},
            worksheet_by=trainee,
            worksheet_at=at,
            inclusion=1.0,
            draw=0.5,
        )
        Scan.objects.create(
            digest=f"{exam.pk:064x}",
            project=project,
            trainee=trainee,
            exam=exam,
            exam_type=code,
            state=State.FINAL,
            received_at=at,
            captured_at=at,
            size=9,
            score=70.0,
            patient=exam.patient,
        )
        again = number >= len(outcomes) - twice
        for place in range(2 if again and len(readers) > 1 else 1):
            reader = readers[(number + place) % len(readers)]
            read(exam, reader, form, at + timedelta(hours=3 + place), final=place == 0)
        exams.append(exam)
    return exams


def read(exam: Exam, reader: Person, form: ReviewForm, at: datetime, *, final: bool = True) -> None:
    """Let somebody have read an exam."""
    from storage.catalogue.models import Review, ReviewItem

    reading = Reading.FIRST if final else Reading.SECOND
    item = ReviewItem.objects.create(
        exam=exam, reading=reading, priority=1.0, queued_at=at, due_at=at + timedelta(days=3), done_at=at
    )
    known = exam_types()[exam.exam_type]
    Review.objects.create(
        exam=exam,
        item=item,
        reviewer=reader,
        reading=reading,
        exam_type_version=known.version,
        form=form.as_json(),
        overall=form.overall,
        adequate=form.adequate(known),
        correct=form.correct(known, form.answers),
        entrustment=form.entrustment,
        opened_at=at,
        submitted_at=at,
        final=final,
    )

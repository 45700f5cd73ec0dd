"""What does an expert say in the tests? A form that is complete for its exam type."""

from collections.abc import Iterable
from typing import Any

from supervision.exam_types import ExamType, exam_types
from supervision.rating import Answer, Component
from supervision.review_form import ReviewForm


def rated(
    overall: int,
    *,
    adequate: bool | None = None,
    exam_type: str | ExamType = "FAST",
    positive: Iterable[str] = (),
    **more: Any,
) -> ReviewForm:
    """Return a reading that leaves nothing out: all views at 2, or without their axis where it shall not be adequate.

    Every question is answered no but the `positive` ones. Without `adequate` it is by the overall rating.
    """
    known = exam_type if isinstance(exam_type, ExamType) else exam_types()[exam_type]
    enough = overall >= 3 if adequate is None else adequate
    levels: dict[Component, int | None] = {
        part: 0 if part is Component.AXIS and not enough else 2 for part in Component
    }
    answers = {
        question.code: Answer.POSITIVE if question.code in set(positive) else Answer.NEGATIVE
        for question in known.questions
    }
    return ReviewForm(overall, views={view.code: levels for view in known.views}, answers=answers, **more)

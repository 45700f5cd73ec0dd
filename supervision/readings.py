"""Which readings does an exam need, when do two of them differ, and what follows?"""

from collections.abc import Mapping
from enum import StrEnum

from supervision.exam_types import ExamType
from supervision.review_form import ReviewForm

LARGE_OVERALL = 2
LARGE_ENTRUSTMENT = 2
ENOUGH = 3


class Reading(StrEnum):
    """Which reading of an exam somebody is asked for."""

    FIRST = "first"
    SECOND = "second"
    ARBITRATION = "arbitration"
    APPEAL = "appeal"


JUDGES = frozenset({Reading.ARBITRATION, Reading.APPEAL})
"""Readings for an arbiter, who reads blind first, then sees what was read before and decides."""


class Difference(StrEnum):
    """Why two readings are discordant."""

    OVERALL = "overall"
    ACROSS_ENOUGH = "across_enough"
    CRITICAL = "critical"
    ENTRUSTMENT = "entrustment"


class Decided(StrEnum):
    """Why an arbiter decided as they did."""

    STRUCTURE_SEEN = "structure_seen"
    STRUCTURE_MISSED = "structure_missed"
    ARTEFACT = "artefact"
    VIEW_MISJUDGED = "view_misjudged"
    SCALE_MISREAD = "scale_misread"
    SLIP = "slip"
    OPEN_TO_BOTH = "open_to_both"


def differences(one: ReviewForm, other: ReviewForm, exam_type: ExamType) -> tuple[Difference, ...]:
    """Return why two readings are discordant, nothing where they are concordant.

    |Δ overall| ≥ 2, or one ≥ 3 and the other < 3, or any critical question differs, or entrustment differs by ≥ 2.
    """
    found = []
    if abs(one.overall - other.overall) >= LARGE_OVERALL:
        found.append(Difference.OVERALL)
    if (one.overall >= ENOUGH) != (other.overall >= ENOUGH):
        found.append(Difference.ACROSS_ENOUGH)
    critical = [question.code for question in exam_type.questions if question.critical]
    if any(_said(one, code) != _said(other, code) for code in critical):
        found.append(Difference.CRITICAL)
    trusted = [form.entrustment for form in (one, other) if form.entrustment is not None]
    if len(trusted) == 2 and abs(trusted[0] - trusted[1]) >= LARGE_ENTRUSTMENT:
        found.append(Difference.ENTRUSTMENT)
    return tuple(found)


def _said(form: ReviewForm, code: str) -> object:
    answers: Mapping[str, object] = form.answers
    return answers.get(code)

"""Which readings does an exam need, when do two of them differ, and what follows?"""

from collections.abc import Mapping
from enum import StrEnum

from supervision.exam_types import ExamType
from supervision.priority import URGENT, Clock
from supervision.rating import Consequence
from supervision.review_form import ReviewForm
from supervision.sampling import Phase

LARGE_OVERALL = 2
LARGE_ENTRUSTMENT = 2
ENOUGH = 3
LAST_BEFORE_SIGN_OFF = 5


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
    CONSEQUENCE = "consequence"


class Decided(StrEnum):
    """Why an arbiter decided as they did."""

    STRUCTURE_SEEN = "structure_seen"
    STRUCTURE_MISSED = "structure_missed"
    ARTEFACT = "artefact"
    VIEW_MISJUDGED = "view_misjudged"
    SCALE_MISREAD = "scale_misread"
    SLIP = "slip"
    OPEN_TO_BOTH = "open_to_both"


class Twice(StrEnum):
    """Why an exam is read a second time."""

    CLOCK = "clock"
    CONSEQUENCE = "consequence"
    SIGN_OFF = "sign_off"
    DRAWN = "drawn"


def second_read(clock: Clock, form: ReviewForm, *, near_sign_off: bool, draw: float, share: float) -> Twice | None:
    """Return why an exam is read twice after this first reading, None where once is enough.

    What is critical or flagged, what sends somebody back to the patient, the last ones before sign-off, and of all
    others a random `share` (0-1): those whose `draw` (0 to below 1) lies below it.
    """
    if clock in URGENT:
        return Twice.CLOCK
    if form.consequence is Consequence.CONTACT_NOW:
        return Twice.CONSEQUENCE
    if near_sign_off:
        return Twice.SIGN_OFF
    return Twice.DRAWN if draw < share else None


def near_sign_off(phase: Phase, read_before: int, exam_type: ExamType) -> bool:
    """Tell whether an exam may be one of the last five before sign-off, given how many of this type were read before.

    From the fifth last of the supervised scans on, until a supervisor signs: when that is, nobody knows beforehand.
    Where each site decides on the number, none is forced.
    """
    if phase is not Phase.LEARNING or exam_type.supervised_scans is None:
        return False
    return read_before >= exam_type.supervised_scans - LAST_BEFORE_SIGN_OFF


def cannot_wait(clock: Clock, form: ReviewForm) -> bool:
    """Tell whether the trainee gets the first reading at once, before a second one confirms it (decision 11)."""
    return clock in URGENT or form.consequence is Consequence.CONTACT_NOW


def clock_after(clock: Clock, form: ReviewForm) -> Clock:
    """Return the clock of the reading that follows: the exam's own, a day at most where somebody must act on it."""
    return min(clock, Clock.P1) if form.consequence is Consequence.CONTACT_NOW else clock


def differences(one: ReviewForm, other: ReviewForm, exam_type: ExamType) -> tuple[Difference, ...]:
    """Return why two readings are discordant, nothing where they are concordant.

    |Δ overall| ≥ 2, or one ≥ 3 and the other < 3, or any critical question differs, or entrustment differs by ≥ 2; or
    only one of them sends somebody back to the patient now, which must not be lost because the rest agrees.
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
    if (one.consequence is Consequence.CONTACT_NOW) != (other.consequence is Consequence.CONTACT_NOW):
        found.append(Difference.CONSEQUENCE)
    return tuple(found)


def _said(form: ReviewForm, code: str) -> object:
    answers: Mapping[str, object] = form.answers
    return answers.get(code)

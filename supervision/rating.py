"""In which codes does an expert rate an exam? How they are called stands in the pages and in the exam catalogue."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Component(StrEnum):
    """What is rated in every required view: 0 absent or unusable, 1 flawed but still answerable, 2 correct."""

    PRESENT = "present"
    LANDMARKS = "landmarks"
    AXIS = "axis"
    DEPTH = "depth"
    GAIN = "gain"
    FOCUS = "focus"
    STEADY = "steady"  # contact, artefact, motion
    SWEEP = "sweep"  # and length
    LABEL = "label"  # and laterality


NEEDED = (Component.PRESENT, Component.LANDMARKS, Component.AXIS)
"""A view is adequate when each of these is at least 1."""


class Answer(StrEnum):
    """What somebody says to a focused question of the exam, the scanner on the worksheet or the expert."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    INDETERMINATE = "indeterminate"
    NOT_ASSESSABLE = "not_assessable"


class Outcome(StrEnum):
    """How the scanner's answer to a focused question compares with the expert's, who has the reference."""

    TRUE_POSITIVE = "tp"
    TRUE_NEGATIVE = "tn"
    FALSE_POSITIVE = "fp"
    FALSE_NEGATIVE = "fn"
    INDETERMINATE = "indeterminate"
    MISSED_INDETERMINATE = "missed_indeterminate"
    NOT_ASSESSABLE = "not_assessable"
    NOT_ANSWERED = "not_answered"


class Reference(StrEnum):
    """What the expert's answer rests on."""

    EXPERT_READING = "expert_reading"
    REPEATED_SCAN = "repeated_scan"
    OTHER_IMAGING = "other_imaging"
    LABORATORY = "laboratory"
    PROCEDURE = "procedure"
    FOLLOW_UP = "follow_up"


class Consequence(StrEnum):
    """What the reading means for the patient; the last must not wait."""

    NONE = "none"
    MINOR = "minor"
    MEANINGFUL = "meaningful"
    CONTACT_NOW = "contact_now"


class Cause(StrEnum):
    """What caused the worst defect."""

    NO_DEFECT = "no_defect"
    WINDOW = "window"
    ANGLE = "angle"
    CONTACT = "contact"
    GAIN = "gain"
    DEPTH = "depth"
    FOCUS = "focus"
    MOTION = "motion"
    SWEEP = "sweep"
    LABEL = "label"
    WRONG_VIEW = "wrong_view"
    INTERPRETATION = "interpretation"
    PATIENT = "patient"
    DEVICE = "device"
    EXPORT = "export"


def outcome(scanner: Answer | None, expert: Answer) -> Outcome:
    """Return how the scanner's answer compares with the expert's.

    An expert who is sure where the scanner was not counts as `indeterminate` when there is nothing, and as
    `missed_indeterminate` when the scanner did not commit to a finding that is there.
    """
    if expert is Answer.NOT_ASSESSABLE:
        return Outcome.NOT_ASSESSABLE
    if scanner is None:
        return Outcome.NOT_ANSWERED
    if expert is Answer.INDETERMINATE:
        return Outcome.INDETERMINATE
    if scanner in (Answer.INDETERMINATE, Answer.NOT_ASSESSABLE):
        return Outcome.MISSED_INDETERMINATE if expert is Answer.POSITIVE else Outcome.INDETERMINATE
    return _SURE[scanner, expert]


_SURE: Mapping[tuple[Answer, Answer], Outcome] = MappingProxyType(
    {
        (Answer.POSITIVE, Answer.POSITIVE): Outcome.TRUE_POSITIVE,
        (Answer.NEGATIVE, Answer.NEGATIVE): Outcome.TRUE_NEGATIVE,
        (Answer.POSITIVE, Answer.NEGATIVE): Outcome.FALSE_POSITIVE,
        (Answer.NEGATIVE, Answer.POSITIVE): Outcome.FALSE_NEGATIVE,
    }
)
WRONG = frozenset({Outcome.FALSE_POSITIVE, Outcome.FALSE_NEGATIVE, Outcome.MISSED_INDETERMINATE})
"""Outcomes that make a reading incorrect where the question is critical."""

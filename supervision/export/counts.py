"""Which numbers leave for other systems, and which of them are so small that they must not?

A number of 1 to 4 stays here, and so does whatever would tell it by subtraction. Nought is told: it is about nobody.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from supervision.registers import RequestKind, Training
from supervision.report.figures import Counted
from supervision.suppression import Line, is_small, next_to_hide

OF_SCANS = tuple(one.name for one in fields(Counted) if one.name != "score_thousandths")
OF_TRAINING = ("sessions", "training_minutes", "attendances", "people_trained", "guests_trained")
OF_REQUESTS = tuple(f"{kind.value}_requests_{what}" for kind in RequestKind for what in ("made", "met"))
OF_DEVICES = ("tickets_opened", "tickets_closed")
ALL = (*OF_SCANS, *OF_TRAINING, *OF_REQUESTS, *OF_DEVICES)
"""The names under which a programme maps numbers; those of requests and devices are not told by exam type."""

SMALL_MATTERS = frozenset(OF_SCANS)
"""What is counted of patients; how many sessions were held or tickets opened betrays none."""

PARTS: Mapping[str, tuple[str, ...]] = {
    "scans_in": (
        *("in_progress", "rejected", "withheld", "failed", "awaiting_info", "not_chosen", "backlog", "reviewed"),
    ),
    "exams": ("exams_open", "exams_left_out", "rated"),
    "rated": ("overall_1", "overall_2", "overall_3", "overall_4", "overall_5"),
}
"""Numbers whose parts add up to them, or to less."""

WITHIN: tuple[tuple[str, str], ...] = (
    *(("rated", "adequate"), ("rated", "judged"), ("judged", "succeeded"), ("rated", "answered")),
    *(("answered", "correct"), ("exams", "asked"), ("asked", "due"), ("due", "in_time")),
    *(("rated", "released"), ("released", "seen"), ("scans_in", "scored")),
)
"""Numbers that are part of another one, the rest of which is a number too."""


@dataclass(frozen=True, order=True)
class Name:
    """Which number of a project: by its name, and of one exam type, all together where that is empty."""

    figure: str
    exam_type: str = ""


def of_counted(counted: Counted, exam_type: str = "") -> dict[Name, int]:
    """Return the numbers of scans and exams."""
    return {Name(name, exam_type): getattr(counted, name) for name in OF_SCANS}


def of_training(training: Training, exam_type: str = "") -> dict[Name, int]:
    """Return the numbers of training."""
    told = (training.sessions, training.minutes, training.attended, training.people, training.guests)
    return {Name(name, exam_type): value for name, value in zip(OF_TRAINING, told, strict=True)}


def hidden(numbers: Mapping[Name, int]) -> frozenset[Name]:
    """Return which of these numbers, told together, must not leave."""
    counted = {name: value for name, value in numbers.items() if name.figure in SMALL_MATTERS}
    small = {name for name, value in counted.items() if is_small(value)}
    lines, kept = list(_lines(counted)), set(small)
    while (betraying := next_to_hide(lines, counted, small, kept)) is not None:
        kept.add(betraying)
    return frozenset(kept)


def _lines(counted: Mapping[Name, int]) -> Iterable[Line[Name]]:
    """Return what adds up: the exam types to all together, parts to their whole, a number and its rest to another."""
    types = sorted({name.exam_type for name in counted if name.exam_type})
    related = [(Name(figure), [Name(figure, code) for code in types]) for figure in OF_SCANS]
    for code in ("", *types):
        several = [*PARTS.items(), *((whole, (part,)) for whole, part in WITHIN)]
        related += [(Name(whole, code), [Name(part, code) for part in parts]) for whole, parts in several]
    for whole, named in related:
        parts = tuple(name for name in named if name in counted)
        if whole in counted and parts:
            yield Line(whole, parts, max(0, counted[whole] - sum(counted[name] for name in parts)))

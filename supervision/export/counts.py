"""Which numbers leave for other systems, and which of them are so small that they must not?

A number of 1 to 4 stays here, and so does whatever would tell it by subtraction. Nought is told: it is about nobody.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from supervision.registers import RequestKind, Training
from supervision.report.figures import Counted

SMALLEST = 5
"""The smallest number, but nought, that leaves the organisation."""

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
    *(("answered", "correct"), ("due", "in_time"), ("rated", "released"), ("released", "seen"), ("scans_in", "scored")),
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
    kept = {name for name, value in counted.items() if 0 < value < SMALLEST}
    relations = [relation for relation in _relations(counted) if relation[1]]
    while betrayed := next((one for one in relations if _betrays(one, counted, kept)), None):
        whole, parts = betrayed
        told = [part for part in parts if part not in kept and counted[part]]
        kept.add(min(told, key=lambda part: (counted[part], part)) if told else whole)
    return frozenset(kept)


Relation = tuple[Name, tuple[Name, ...]]


def _betrays(relation: Relation, counted: Mapping[Name, int], kept: set[Name]) -> bool:
    """Tell whether what is not told of a whole is a small number."""
    whole, parts = relation
    return whole not in kept and 0 < counted[whole] - sum(counted[one] for one in parts if one not in kept) < SMALLEST


def _relations(counted: Mapping[Name, int]) -> Iterable[Relation]:
    types = sorted({name.exam_type for name in counted if name.exam_type})
    for figure in sorted({name.figure for name in counted}):
        if Name(figure) in counted:
            yield Name(figure), tuple(one for one in (Name(figure, code) for code in types) if one in counted)
    for exam_type in ("", *types):
        several = [(whole, parts) for whole, parts in PARTS.items()]
        for figure, parts in [*several, *((whole, (part,)) for whole, part in WITHIN)]:
            if Name(figure, exam_type) in counted:
                named = (Name(part, exam_type) for part in parts)
                yield Name(figure, exam_type), tuple(one for one in named if one in counted)

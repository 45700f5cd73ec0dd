"""How is an exam type written down, as TOML or JSON, and is what somebody wrote right?"""

from collections.abc import Collection, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from pipeline.rule import Limits
from pipeline.text import Text
from supervision.exam_types import problems
from supervision.exam_types.exam_type import ExamType, FocusedQuestion, View
from supervision.exam_types.reading import LARGEST, LONGEST_CODE, LONGEST_TEXT, Row, Table

SITE = "site"
LONGEST_TYPE_CODE = 16
MOST_SCANS = 500
MOST_SECONDS = 60.0
SIDES = ("", "left", "right")
WORDS = ("en", "fr")
KEYS = (
    *("code", *WORDS, "population", "supervised_scans", "clinical", "expert_read", "limits", "weights", "sources"),
    *("views", "questions"),
)
SHIPPED_KEYS = ("version", "valid_from")


def exam_type_of(table: Table, version: int | None = None) -> ExamType:
    """Return the exam type that a table says; Invalid (a ValueError) names every problem with its path.

    version: of a table that does not hold it itself, as those that are shipped do.
    """
    whole = Row(table)
    whole.only(*KEYS, *(SHIPPED_KEYS if version is None else ()))
    views = tuple(_view(row) for row in whole.rows("views", *WORDS, "still", "seconds", "side"))
    questions = tuple(_question(row) for row in whole.rows("questions", *WORDS, "critical", "red_flag"))
    limits, weights, scans = _limits(whole), _weights(whole), _scans(whole)
    if not views:
        whole.wrong("views", problems.NO_VIEW)
    numbers = {
        "supervised_scans": scans is not None,
        "views": True,
        "seconds": any(one.seconds for one in views),
        "questions": bool(questions),
        **{f"limits.{rule}": True for part in ("limits", "weights") for rule in _names(table.get(part))},
    }
    read = partial(
        ExamType,
        code=whole.code("code", LONGEST_TYPE_CODE),
        label=whole.both(),
        supervised_scans=scans,
        clinical=whole.yes("clinical", otherwise=True),
        expert_read=whole.yes("expert_read"),
        limits=limits,
        weights=weights,
        version=version or table.get("version", 1),
        views=views,
        questions=questions,
        population=whole.part("population").both(longest=LONGEST_TEXT),
        sources=_sources(whole, [name for name, there in numbers.items() if there]),
        valid_from=table.get("valid_from"),
    )
    whole.finish()
    return read()


def table_of(exam_type: ExamType) -> dict[str, Any]:
    """Return the table that says this exam type, without version and date; `exam_type_of` reads it."""
    return {
        "code": exam_type.code,
        **_both(exam_type.label),
        "population": _both(exam_type.population),
        "supervised_scans": SITE if exam_type.supervised_scans is None else exam_type.supervised_scans,
        "clinical": exam_type.clinical,
        "expert_read": exam_type.expert_read,
        "limits": {name: {"good": one.good, "poor": one.poor} for name, one in exam_type.limits.items()},
        "weights": dict(exam_type.weights),
        "sources": dict(exam_type.sources),
        "views": [
            {"code": one.code, **_both(one.label), "still": one.still, "seconds": one.seconds, "side": one.side}
            for one in exam_type.views
        ],
        "questions": [
            {"code": one.code, **_both(one.label), "critical": one.critical, "red_flag": one.red_flag}
            for one in exam_type.questions
        ],
    }


def _names(part: object) -> list[str]:
    return [str(name) for name in part] if isinstance(part, Mapping) else []


def _both(text: Text) -> dict[str, str]:
    return {"en": text.en, "fr": text.fr}


def _scans(whole: Row) -> int | None:
    return None if whole.table.get("supervised_scans") == SITE else whole.whole("supervised_scans", 1, MOST_SCANS)


def _view(row: Row) -> View:
    still, seconds = row.yes("still"), row.number("seconds", 0.0, MOST_SECONDS, otherwise=0.0)
    if still and seconds > 0:
        row.wrong("seconds", problems.STILL_HAS_NO_LENGTH)
    if not still and not seconds:
        row.wrong("seconds", problems.CLIP_HAS_LENGTH)
    side = row.table.get("side", "")
    if side not in SIDES:
        row.wrong("side", problems.NOT_SIDE)
    return View(row.code("code", LONGEST_CODE), row.both(), still, seconds, side)


def _question(row: Row) -> FocusedQuestion:
    return FocusedQuestion(row.code("code", LONGEST_CODE), row.both(), row.yes("critical"), row.yes("red_flag"))


def _limits(whole: Row) -> Mapping[str, Limits]:
    found: dict[str, Limits] = {}
    for row in whole.named("limits"):
        row.only("good", "poor")
        before = len(row.problems)
        good, poor = row.number("good", -LARGEST, LARGEST), row.number("poor", -LARGEST, LARGEST)
        if len(row.problems) == before and good == poor:
            row.wrong("poor", problems.SAME_LIMITS)
        if len(row.problems) == before:
            found[row.name] = Limits(good, poor)
    return MappingProxyType(found)


def _weights(whole: Row) -> Mapping[str, float]:
    part = whole.part("weights")
    return MappingProxyType({rule: part.number(rule, 0.0, 1.0) for rule in part.table})


def _sources(whole: Row, numbers: Collection[str]) -> Mapping[str, str]:
    """Return where each number comes from; one without a source is a problem, as is a source without its number."""
    part = whole.part("sources")
    part.only(*numbers)
    return MappingProxyType({name: part.text(name, LONGEST_TEXT, problems.NO_SOURCE) for name in numbers})

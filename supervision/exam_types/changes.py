"""What differs between two versions of an exam type, and what must never differ?"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from supervision.exam_types import problems
from supervision.exam_types.exam_type import ExamType, FocusedQuestion, View
from supervision.exam_types.problems import Problem
from supervision.exam_types.table import table_of

ROWS = ("views", "questions")
ORDER = "order"


@dataclass(frozen=True)
class Change:
    """One difference. section: as in the table, "" for the whole; name: the code of a view or question.

    field is "" where the whole row came (before is None) or went (after is None).
    """

    section: str
    name: str
    field: str
    before: object
    after: object


def changes(before: ExamType, after: ExamType) -> tuple[Change, ...]:
    """Return every difference, in the order of the table."""
    old, new = table_of(before), table_of(after)
    plain = [key for key in new if key not in ROWS]
    found = [one for key in plain for one in _differences("", "", key, old[key], new[key])]
    for section in ROWS:
        found += _rows(section, {row["code"]: row for row in old[section]}, {row["code"]: row for row in new[section]})
    return tuple(found)


def breaches(new: ExamType, shipped: ExamType | None) -> list[Problem]:
    """Return what a version changes that must stay: whether it counts as clinical, and a reading that is mandatory.

    shipped: of the same code; None for an exam type of an organisation's own, which is always clinical.
    """
    found = []
    if new.clinical != (shipped is None or shipped.clinical):
        found.append(Problem("", None, "clinical", problems.STAYS))
    if shipped is not None and shipped.expert_read and not new.expert_read:
        found.append(Problem("", None, "expert_read", problems.STAYS))
    return found


def new_meanings(new: ExamType, used: Iterable[ExamType]) -> list[Problem]:
    """Return the codes of views and questions that say something else than in a version that was used.

    used: the versions with which exams were described or read, the newest last.
    """
    earlier: dict[tuple[str, str], View | FocusedQuestion] = {}
    for version in used:
        earlier |= {("views", view.code): view for view in version.views}
        earlier |= {("questions", question.code): question for question in version.questions}
    rows: list[tuple[str, int, View | FocusedQuestion]] = [("views", n, one) for n, one in enumerate(new.views)]
    rows += [("questions", n, one) for n, one in enumerate(new.questions)]
    return [one for section, n, row in rows for one in _other_words(section, n, row, earlier.get((section, row.code)))]


def _other_words(
    section: str, number: int, row: View | FocusedQuestion, was: View | FocusedQuestion | None
) -> Iterator[Problem]:
    if was is None:
        return
    for field, before, now in (("en", was.label.en, row.label.en), ("fr", was.label.fr, row.label.fr)):
        if before != now:
            yield Problem(section, number, field, problems.MEANING.format(before=before), row.code)
    if isinstance(row, View) and isinstance(was, View) and row.side != was.side:
        yield Problem(section, number, "side", problems.STAYS, row.code)


def _rows(section: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    yield from (Change(section, code, "", row, None) for code, row in old.items() if code not in new)
    for code, row in new.items():
        if code not in old:
            yield Change(section, code, "", None, row)
            continue
        for field in row:
            yield from _differences(section, code, field, old[code][field], row[field])
    stayed = [code for code in old if code in new]
    if stayed != [code for code in new if code in old]:
        yield Change(section, "", ORDER, list(old), list(new))


def _differences(section: str, name: str, field: str, old: Any, new: Any) -> Iterator[Change]:
    if not isinstance(new, Mapping):
        if old != new:
            yield Change(section, name, field, old, new)
        return
    for key in [*new, *(key for key in old if key not in new)]:
        if old.get(key) != new.get(key):
            yield Change(section or field, name or key, "" if not section else field, old.get(key), new.get(key))

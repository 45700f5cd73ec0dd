"""How are the fields of a table read so that everything that is wrong is told at once, each with its place?"""

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.text import Text
from supervision.exam_types import problems
from supervision.exam_types.problems import Invalid, Problem

Table = Mapping[str, Any]

CODE = re.compile(r"[A-Z][A-Z0-9_]*")
LONGEST_CODE = 24
LONGEST_LABEL = 120
LONGEST_TEXT = 300
MOST_ROWS = 12
LARGEST = 1e6
UNWRITABLE = {"Cc", "Cs"}
"""Control codes and halves of characters, which no database keeps."""


class Row:
    """A table and its place; what is wrong in it, and in its parts, is collected until `finish`."""

    def __init__(self, table: Table, section: str = "", number: int | None = None, name: str = "") -> None:
        """section, number, name: the place, as Problem says it."""
        self.table, self.section, self.row, self.name = table, section, number, name
        self.problems: list[Problem] = []

    def wrong(self, field: str, what: Text) -> None:
        """Note that a field is not right."""
        self.problems.append(Problem(self.section, self.row, field, what, self.name))

    def finish(self) -> None:
        """Raise Invalid if anything was wrong."""
        if self.problems:
            raise Invalid(self.problems)

    def only(self, *known: str) -> None:
        """Refuse fields that are not known."""
        for field in self.table:
            if field not in known:
                self.wrong(field, problems.UNKNOWN)

    def text(self, field: str, longest: int, missing: Text = problems.NEEDED) -> str:
        """Read words that must be there."""
        said = self.table.get(field, "")
        if not isinstance(said, str) or not (said.isprintable() or _is_writable(said)):
            self.wrong(field, problems.NOT_TEXT)
            return ""
        if not said.strip():
            self.wrong(field, missing)
        elif len(said) > longest:
            self.wrong(field, problems.TOO_LONG.format(most=longest))
        return said.strip()

    def both(self, longest: int = LONGEST_LABEL) -> Text:
        """Read the same words in both languages, both needed."""
        return Text(self.text("en", longest), self.text("fr", longest))

    def code(self, field: str, longest: int) -> str:
        """Read a code."""
        said = self.text(field, LONGEST_TEXT)
        if said and (len(said) > longest or not CODE.fullmatch(said)):
            self.wrong(field, problems.NOT_CODE.format(most=longest))
        return said

    def yes(self, field: str, *, otherwise: bool = False) -> bool:
        """Read yes or no."""
        said = self.table.get(field, otherwise)
        if not isinstance(said, bool):
            self.wrong(field, problems.NOT_YES_NO)
            return otherwise
        return said

    def number(self, field: str, low: float, high: float, *, otherwise: float | None = None) -> float:
        """Read a number within its range, NaN where it is none; `otherwise` where it is not there."""
        said = self.table.get(field, otherwise)
        if isinstance(said, bool) or not isinstance(said, int | float) or not low <= said <= high:
            self.wrong(field, problems.NOT_NUMBER.format(low=f"{low:g}", high=f"{high:g}"))
            return math.nan
        return float(said)

    def whole(self, field: str, low: int, high: int) -> int:
        """Read a whole number within its range."""
        said = self.table.get(field)
        if isinstance(said, bool) or not isinstance(said, int) or not low <= said <= high:
            self.wrong(field, problems.NOT_WHOLE.format(low=low, high=high))
            return low
        return said

    def part(self, field: str) -> "Row":
        """Return the table that this field holds; empty where it is not there."""
        said = self.table.get(field, {})
        if not isinstance(said, Mapping):
            self.wrong(field, problems.NOT_TABLE)
            said = {}
        return self._below(Row(said, field))

    def named(self, field: str) -> Iterator["Row"]:
        """Read a table of tables; the key is the name of each."""
        whole = self.part(field)
        for number, (name, said) in enumerate(whole.table.items()):
            if isinstance(said, Mapping):
                yield self._below(Row(said, field, number, name))
            else:
                whole.wrong(name, problems.NOT_TABLE)

    def rows(self, field: str, *known: str) -> Iterator["Row"]:
        """Read a list of tables with a code each, which none has twice."""
        said = self.table.get(field, [])
        if not isinstance(said, list | tuple) or not all(isinstance(one, Mapping) for one in said):
            self.wrong(field, problems.NOT_TABLE)
            return
        if len(said) > MOST_ROWS:
            self.wrong(field, problems.TOO_MANY.format(most=MOST_ROWS))
        codes = [one.get("code") for one in said]
        for number, one in enumerate(said):
            once = isinstance(codes[number], str) and codes.count(codes[number]) == 1
            row = self._below(Row(one, field, number, codes[number] if once else ""))
            row.only("code", *known)
            if isinstance(codes[number], str) and codes[number] and codes.index(codes[number]) < number:
                row.wrong("code", problems.TWICE)
            yield row

    def _below(self, row: "Row") -> "Row":
        row.problems = self.problems
        return row


def _is_writable(said: str) -> bool:
    return not any(unicodedata.category(one) in UNWRITABLE for one in said)

"""What did two installations say of one exam?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from storage.catalogue.models import Exam
from storage.sync.both import Said, both_of
from web.worksheet import Row, rows_of


@dataclass(frozen=True)
class Two:
    """A pair of worksheets of which one must be chosen: code, who said it, when, and its rows."""

    pk: int
    both: tuple[tuple[str, str, datetime | None, list[Row]], ...]


def open_pairs(exam: Exam) -> Iterator[Two]:
    """Yield the pairs that nobody has decided between."""
    for conflict in exam.sheet_conflicts.filter(settled_at=None).order_by("found_at"):
        yield Two(conflict.pk, tuple((one.code, one.who, one.at, _rows(one)) for one in both_of(conflict)))


def _rows(said: Said) -> list[Row]:
    return list(rows_of(said.sheet))

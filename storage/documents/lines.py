"""How is a report printed for programs: CSV, a line for each number?

Names of sections, tables, rows and columns are codes and the same in both languages; the words are beside them.
"""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime

from supervision.report.document import Cell, Document, Numbers, Table, Value
from supervision.report.printed import Pen
from supervision.spreadsheet import shown

HEADER = (
    *("report", "scope", "period", "data_until", "digest", "section", "table", "row", "row_label"),
    *("column", "column_label", "kind", "value", "numerator", "denominator", "low", "high", "flag"),
)
TOTAL = "total"


def as_csv(document: Document, pen: Pen) -> bytes:
    """Return a line per cell that is a number or a word of a table; UTF-8, commas, decimal points, ISO dates."""
    about = (document.kind, document.scope, document.period, document.cut_off.isoformat(), document.digest())
    written = io.StringIO(newline="")
    lines = csv.writer(written, lineterminator="\r\n")
    lines.writerow(HEADER)
    for line in _lines(document, pen):
        lines.writerow([shown(one) if isinstance(one, str) else one for one in (*about, *line)])
    return written.getvalue().encode()


def _lines(document: Document, pen: Pen) -> Iterator[tuple[object, ...]]:
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, Table):
                for line in _of_table(block, pen):
                    yield section.key, block.key, *line
            elif isinstance(block, Numbers):
                for number, one in enumerate(block.numbers, 1):
                    label = pen.say(one.label)
                    yield section.key, block.key, number, label, "value", "", *_cell(one.cell, pen)
                    if one.before:
                        yield section.key, block.key, number, label, "before", "", *_cell(one.before, pen)


def _of_table(table: Table, pen: Pen) -> Iterator[tuple[object, ...]]:
    for number, row in enumerate(table.every, 1):
        name = TOTAL if row is table.total else number
        label = pen.cell(row[0]).value
        for column, cell in zip(table.columns, row, strict=True):
            yield name, label, column.key, pen.say(column.title), *_cell(cell, pen)


def _cell(cell: Cell, pen: Pen) -> tuple[object, ...]:
    value = _plain(cell.value, pen)
    return cell.kind.value, value, *map(_or_nothing, (cell.count, cell.of, cell.low, cell.high)), cell.doubt.value


def _plain(value: Value, pen: Pen) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if value is None or isinstance(value, int | float):
        return _or_nothing(value)
    return pen.say(value)


def _or_nothing(value: float | None) -> object:
    return "" if value is None else value

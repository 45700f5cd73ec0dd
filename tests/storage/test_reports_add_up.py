"""Do weeks add up to months, months to quarters, quarters to the year, and all to the catalogue, in every format?"""

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import docx
import openpyxl
import pptx
import pytest

from benchmarks.reports_season import Season
from storage.catalogue import reports
from storage.catalogue.models import Exam, Scan
from storage.documents.files import Press
from supervision.period import Period, PeriodKind
from supervision.report.document import Chart, Document, Numbers, Table
from supervision.report.printed import Pen

CLIPS = 700
NOW = datetime(2026, 1, 20, tzinfo=UTC)
YEAR = Period.named("2025")
QUARTER = Period.named("2025-Q4")
WHOLE_WEEKS = ("2025-W44", "2025-W45", "2025-W46")

Rows = list[tuple[int, int]]
"""Scans and exams of each row, the total last."""


@pytest.fixture
def season(db: None) -> None:
    """Fill half a year, with exams on each side of the quarter."""
    Season(datetime(2025, 9, 20, tzinfo=UTC), datetime(2026, 1, 10, tzinfo=UTC), NOW).fill(CLIPS)


def counted(period: Period) -> Document:
    """Return the sections of a report that count arrivals, without pictures, which take long to draw."""
    whole = reports.counted(reports.scope_of(), period, NOW, outside=False)
    kept = [one for one in whole.sections if one.key in ("summary", "activity")]
    assert len(kept) == 2
    plain = [replace(one, blocks=tuple(block for block in one.blocks if not isinstance(block, Chart))) for one in kept]
    return replace(whole, sections=tuple(plain))


def in_workbook(content: bytes, table: Table, pen: Pen) -> Rows:
    sheet = next(one for one in openpyxl.load_workbook(io.BytesIO(content)) if one["A1"].value == pen.say(table.title))
    titles = [cell.value for cell in sheet[4]]
    scans, exams = (titles.index(title) for title in _titles(table, pen))
    rows = sheet.iter_rows(min_row=5, max_row=4 + len(table.every), values_only=True)
    return [(row[scans], row[exams]) for row in rows]


def in_text(content: bytes, table: Table, pen: Pen) -> Rows:
    grids = (list(one.rows) for one in docx.Document(io.BytesIO(content)).tables)
    return _of_grids(([[cell.text for cell in row.cells] for row in rows] for rows in grids), table, pen)


def on_slides(content: bytes, table: Table, pen: Pen) -> Rows:
    shapes = (shape for slide in pptx.Presentation(io.BytesIO(content)).slides for shape in slide.shapes)
    grids = (list(shape.table.rows) for shape in shapes if shape.has_table)
    return _of_grids(([[cell.text for cell in row.cells] for row in rows] for rows in grids), table, pen)


def in_lines(content: bytes, table: Table, pen: Pen) -> Rows:
    lines = [one for one in csv.DictReader(io.StringIO(content.decode(), newline="")) if one["table"] == table.key]
    scans, exams = ([int(one["value"]) for one in lines if one["column"] == column] for column in ("scans", "exams"))
    return list(zip(scans, exams, strict=True))


FORMATS: dict[str, Callable[[bytes, Table, Pen], Rows]] = {
    "xlsx": in_workbook,
    "docx": in_text,
    "pptx": on_slides,
    "csv": in_lines,
}


def _titles(table: Table, pen: Pen) -> list[str]:
    return [pen.say(one.title) for one in table.columns if one.key in ("scans", "exams")]


def _of_grids(grids: Iterator[list[list[str]]], table: Table, pen: Pen) -> Rows:
    """Return the numbers of a table as printed, however many pages it was printed on."""
    head = [pen.say(one.title) for one in table.columns]
    scans, exams = (head.index(title) for title in _titles(table, pen))
    rows = [row for grid in grids if grid[0] == head for row in grid[1:]]
    return [(_number(row[scans]), _number(row[exams])) for row in rows]


def _number(printed: str) -> int:
    return int(re.sub(r"\D", "", printed))


def totals(period: Period) -> tuple[int, int]:
    """Return what the catalogue holds of a period."""
    came = {"gte": period.begins, "lt": period.ends}
    scans = Scan.objects.filter(**{f"received_at__{end}": moment for end, moment in came.items()})
    exams = Exam.objects.filter(**{f"arrived_at__{end}": moment for end, moment in came.items()})
    return scans.count(), exams.count()


def together(rows: Rows) -> tuple[int, int]:
    return sum(scans for scans, _ in rows), sum(exams for _, exams in rows)


def test_weeks_months_quarters_and_years_add_up_in_every_format(season: None) -> None:
    months, pen = QUARTER.parts(PeriodKind.MONTH), Pen("fr")
    documents = {one: counted(one) for one in (*months, QUARTER, YEAR)}
    for form, read in FORMATS.items():
        files = {one: Press(document, "fr", "").printed(form) for one, document in documents.items()}

        asked = [(one, "week") for one in (*months, QUARTER)]
        asked += [(QUARTER, "month"), (YEAR, "month"), (YEAR, "quarter")]
        told = {(one, by): read(files[one], documents[one].table(f"activity_by_{by}"), pen) for one, by in asked}
        for (period, by), rows in told.items():
            assert together(rows[:-1]) == rows[-1] == totals(period), (form, period, by)
        of_quarter = [told[month, "week"][-1] for month in months]
        assert of_quarter == told[QUARTER, "month"][:-1] == told[YEAR, "month"][-4:-1]
        assert told[QUARTER, "week"][-1] == told[QUARTER, "month"][-1] == told[YEAR, "quarter"][-2]
    assert totals(QUARTER)[0] > 300


def test_a_weekly_report_is_a_row_of_the_quarter(season: None) -> None:
    quarter = counted(QUARTER).table("activity_by_week")
    place = [column.key for column in quarter.columns].index("scans")
    weekly = [block for code in WHOLE_WEEKS for block in counted(Period.named(code)).sections[0].blocks]
    told = [block.numbers[0].cell.value for block in weekly if isinstance(block, Numbers)]
    assert told == [row[place].value for row in quarter.rows[4:7]]  # the first week of the quarter is W40

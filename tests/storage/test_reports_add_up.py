"""Do weeks add up to months, months to the quarter, and all of it to the catalogue, as read back from the files?"""

import csv
import io
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
from supervision.period import Period
from supervision.report.document import Chart, Document
from supervision.report.printed import Pen

CLIPS = 700
NOW = datetime(2026, 1, 20, tzinfo=UTC)
QUARTER = Period.named("2025-Q4")
PARTS = ("2025-10", "2025-11", "2025-12")


@pytest.fixture
def season(db: None) -> None:
    """Fill half a year, with exams on each side of the quarter."""
    Season(datetime(2025, 9, 20, tzinfo=UTC), datetime(2026, 1, 10, tzinfo=UTC), NOW).fill(CLIPS)


def counted(code: str) -> Document:
    """Return the sections of a report that count arrivals, without pictures, which take long to draw."""
    whole = reports.counted(reports.scope_of(), Period.named(code), NOW, outside=False)
    kept = [one for one in whole.sections if one.key in ("summary", "activity")]
    assert len(kept) == 2
    plain = [replace(one, blocks=tuple(block for block in one.blocks if not isinstance(block, Chart))) for one in kept]
    return replace(whole, sections=tuple(plain))


def in_workbook(document: Document) -> tuple[list[int], list[int]]:
    """Return clips and exams of each week, the total last, as a workbook tells them."""
    table, pen = document.table("activity_by_week"), Pen("fr")
    book = openpyxl.load_workbook(io.BytesIO(Press(document, "fr", "").printed("xlsx")))
    sheet = next(one for one in book if one["A1"].value == pen.say(table.title))
    titles = [cell.value for cell in sheet[4]]
    rows = list(sheet.iter_rows(min_row=5, max_row=5 + len(table.rows), values_only=True))
    scans, exams = (titles.index(pen.say(one.title)) for one in table.columns if one.key in ("scans", "exams"))
    return [int(row[scans]) for row in rows], [int(row[exams]) for row in rows]


def in_text(document: Document) -> list[list[str]]:
    table, pen = document.table("activity_by_week"), Pen("fr")
    head = [pen.say(one.title) for one in table.columns]
    file = docx.Document(io.BytesIO(Press(document, "fr", "").printed("docx")))
    grid = next(one for one in file.tables if [cell.text for cell in one.rows[0].cells] == head)
    return [[cell.text for cell in row.cells] for row in list(grid.rows)[1:]]


def on_slides(document: Document) -> list[list[str]]:
    table, pen = document.table("activity_by_week"), Pen("fr")
    head = [pen.say(one.title) for one in table.columns]
    show = pptx.Presentation(io.BytesIO(Press(document, "fr", "").printed("pptx")))
    grids = [shape.table for slide in show.slides for shape in slide.shapes if shape.has_table]
    fit = [grid for grid in grids if [cell.text for cell in grid.rows[0].cells] == head]
    return [[cell.text.replace("\v", "\n") for cell in row.cells] for grid in fit for row in list(grid.rows)[1:]]


def test_every_file_tells_what_the_catalogue_holds_and_parts_add_up(season: None) -> None:
    quarter = counted(QUARTER.code)
    arrived = {"received_at__gte": QUARTER.begins, "received_at__lt": QUARTER.ends}
    scans, exams = in_workbook(quarter)
    assert sum(scans[:-1]) == scans[-1] == Scan.objects.filter(**arrived).count() > 300
    assert sum(exams[:-1]) == exams[-1]
    came = Exam.objects.filter(arrived_at__gte=QUARTER.begins, arrived_at__lt=QUARTER.ends)
    assert exams[-1] == came.count()
    months = [in_workbook(counted(code)) for code in PARTS]
    assert sum(month[0][-1] for month in months) == scans[-1]
    assert sum(month[1][-1] for month in months) == exams[-1]
    # the same weeks as rows of months and of the quarter, those that a month's end cuts put together again
    assert sum(len(month[0]) - 1 for month in months) >= len(scans) - 1
    assert in_text(quarter) == on_slides(quarter)
    pen = Pen("fr")
    assert [row[1] for row in in_text(quarter)] == [pen.number(one) for one in scans]
    lines = csv.DictReader(io.StringIO(Press(quarter, "en", "").printed("csv").decode(), newline=""))
    told = [int(line["value"]) for line in lines if (line["table"], line["column"]) == ("activity_by_week", "scans")]
    assert told == scans


def test_weekly_reports_add_up_to_the_rows_of_the_quarter(season: None) -> None:
    scans, _ = in_workbook(counted(QUARTER.code))
    whole = [counted(f"2025-W{week}") for week in (44, 45, 46)]
    figures = [next(one for one in document.sections[0].blocks if hasattr(one, "numbers")) for document in whole]
    assert [block.numbers[0].cell.value for block in figures] == scans[4:7]  # the first week of the quarter is W40

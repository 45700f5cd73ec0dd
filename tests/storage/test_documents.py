"""Is every number of a report in each of its files, and is the same report always the same file?"""

import csv
import hashlib
import io
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pptx
import pytest
from pypdf import PdfReader

from pipeline.text import Text
from storage.documents.files import FORMATS, LANGUAGES, Press
from supervision.report.document import Cell, Chart, Comment, Doubt, Kind, Numbers, Table
from supervision.report.printed import Pen
from tests.quarterlies import quarterly
from tests.servers import absent

SITE = "https://sonorelay.example"
ROOT = Path(__file__).resolve().parents[2]
REPORT = quarterly()
CHARTS = [block for section in REPORT.sections for block in section.blocks if isinstance(block, Chart)]
DIGITS = 1e-14
"""A workbook keeps 16 digits of a number."""
AS_DIGESTS = """
import hashlib, sys
from storage.documents.files import FORMATS, Press
from tests.quarterlies import quarterly
press = Press(quarterly(), "fr", "https://sonorelay.example")
print(*(hashlib.sha256(press.printed(form)).hexdigest() for form in FORMATS))
"""

Files = Mapping[tuple[str, str], bytes]


@pytest.fixture(scope="module")
def files() -> Files:
    presses = {language: Press(REPORT, language, SITE) for language in LANGUAGES}
    return {(language, form): presses[language].printed(form) for language in LANGUAGES for form in FORMATS}


def test_another_process_prints_the_same_bytes(files: Files) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", AS_DIGESTS],
        env={"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LANG": "C", "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        check=True,
    )
    there = dict(zip(FORMATS, ran.stdout.split(), strict=True))
    assert there == {form: hashlib.sha256(files["fr", form]).hexdigest() for form in FORMATS}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_workbook_holds_every_number_as_a_number(files: Files, language: str) -> None:
    pen, book = Pen(language), openpyxl.load_workbook(io.BytesIO(files[language, "xlsx"]))
    sheets = {sheet["A1"].value: sheet for sheet in book}
    for table in REPORT.tables():
        sheet = sheets[pen.say(table.title)]
        titles = [cell.value for cell in sheet[4]]
        lines = sheet.iter_rows(min_row=5, values_only=True)
        for row, line in zip(table.every, lines, strict=False):
            told = dict(zip(titles, line, strict=True))
            for column, cell in zip(table.columns, row, strict=True):
                _agrees(told, pen.say(column.title), cell, pen)
        assert sheet.print_title_rows == "$4:$4"


def _agrees(told: Mapping[Any, Any], title: str, cell: Cell, pen: Pen) -> None:
    """Hold the value, the numerator, the denominator and the interval of a cell against the columns of its own."""
    hours = title + (" (heures)" if pen.french else " (hours)")
    value = told[hours if hours in told else title]
    if cell.doubt in (Doubt.SUPPRESSED, Doubt.PENDING):
        assert value == pen.cell(cell).value
    elif isinstance(cell.value, date):
        assert value.date() == cell.value
    elif isinstance(cell.value, Text | str):
        assert value == pen.say(cell.value)
    elif cell.value is None:
        assert value in (None, "")
    else:
        assert value == (cell.value if isinstance(cell.value, int) else pytest.approx(cell.value, rel=DIGITS))
    ends = ("n", "sur", "95\u00a0% de", "à") if pen.french else ("n", "of", "95% from", "to")
    for name, number in zip(ends, (cell.count, cell.of, cell.low, cell.high), strict=True):
        beside = told.get(f"{title}\n{name}")
        assert beside in (None, "") if number is None else beside == pytest.approx(number, rel=DIGITS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_document_holds_every_cell(files: Files, language: str) -> None:
    pen, file = Pen(language), docx.Document(io.BytesIO(files[language, "docx"]))
    printed = {tuple(cell.text for cell in grid.rows[0].cells): grid for grid in file.tables}
    for table in REPORT.tables():
        if not table.rows:
            continue
        grid = printed[tuple(pen.say(column.title) for column in table.columns)]
        assert [[cell.text for cell in row.cells] for row in list(grid.rows)[1:]] == _expected(table, pen, "\n")
        assert grid.rows[0]._tr.trPr.find(docx.oxml.ns.qn("w:tblHeader")) is not None
    shown = {one.get("name"): one.get("descr") for one in file.element.body.iter(docx.oxml.ns.qn("wp:docPr"))}
    assert shown == {chart.key: pen.say(chart.alternative) for chart in CHARTS}
    words = "\n".join(paragraph.text for paragraph in file.paragraphs)
    assert all(pen.say(section.title) in words for section in REPORT.sections)
    assert all(line in words for line in pen.say(REPORT.sections[0].comment.text).splitlines())
    assert "PAGE" in file.sections[0].footer.paragraphs[0]._p.xml
    assert file.core_properties.modified == REPORT.cut_off


@pytest.mark.parametrize("language", LANGUAGES)
def test_slides_hold_every_cell(files: Files, language: str) -> None:
    pen, show = Pen(language), pptx.Presentation(io.BytesIO(files[language, "pptx"]))
    shapes = [shape for slide in show.slides for shape in slide.shapes]
    grids = [shape.table for shape in shapes if shape.has_table]
    for table in REPORT.tables():
        head = [pen.say(column.title) for column in table.columns]
        parts = [grid for grid in grids if [cell.text for cell in grid.rows[0].cells] == head]
        told = [[cell.text for cell in row.cells] for grid in parts for row in list(grid.rows)[1:]]
        assert told == _expected(table, pen, "\v")
    shown = {shape.name: shape._element.nvPicPr.cNvPr.get("descr") for shape in shapes if shape.shape_type == 13}
    assert shown == {chart.key: pen.say(chart.alternative) for chart in CHARTS}
    everything = "\n".join(shape.text_frame.text for shape in shapes if shape.has_text_frame)
    assert pen.say(REPORT.sections[-1].blocks[0].text) in everything


def _expected(table: Table, pen: Pen, between: str) -> list[list[str]]:
    printed = [[pen.cell(cell) for cell in row] for row in table.every]
    return [[one.value + (between + one.detail if one.detail else "") for one in row] for row in printed]


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_hold_every_number_and_say_what_they_are(files: Files, language: str) -> None:
    pen, reader = Pen(language), PdfReader(io.BytesIO(files[language, "pdf"]))
    text = _plain("\n".join(page.extract_text() for page in reader.pages))
    for table in REPORT.tables():
        for row in _expected(table, pen, "\n"):
            for cell in row:
                assert all(_plain(line) in text for line in cell.splitlines()), cell
    for section in REPORT.sections:
        for block in section.blocks:
            if isinstance(block, Numbers):
                assert all(_plain(pen.cell(one.cell).value) in text for one in block.numbers)
    assert reader.metadata is not None
    assert reader.metadata.title == pen.say(REPORT.title)
    assert reader.trailer["/Root"]["/Lang"] == language
    assert f"1/{len(reader.pages)}" in _plain(reader.pages[0].extract_text())
    links = [
        note.get_object()["/A"]["/URI"]
        for page in reader.pages
        for note in page.get("/Annots", [])
        if "/A" in note.get_object()
    ]
    assert f"{SITE}/scans/?project=0" in links


def _plain(words: str) -> str:
    """Return words without spaces and hyphens: a typesetter puts them where it wants."""
    return "".join(words.split()).translate(str.maketrans({"-": "", "‐": "", "\u00ad": ""}))


def test_lines_for_programs_say_the_same_in_both_languages(files: Files) -> None:
    words = {"row_label", "column_label"}
    english, french = (
        [{key: value for key, value in line.items() if key not in words} for line in _lines(files[language, "csv"])]
        for language in LANGUAGES
    )
    assert [line for line in english if line["kind"] != "text"] == [line for line in french if line["kind"] != "text"]
    sums = {
        line["column"]: int(line["value"]) for line in english if line["row"] == "total" and line["kind"] == "count"
    }
    rows = [
        line for line in english if line["table"] == "activity" and line["row"] != "total" and line["kind"] == "count"
    ]
    for column, total in sums.items():
        assert sum(int(line["value"]) for line in rows if line["column"] == column) == total
    assert {line["digest"] for line in english} == {REPORT.digest()}
    assert not any(line["value"] or line["numerator"] for line in english if line["flag"] == "suppressed")


def _lines(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def test_a_name_is_never_a_formula_or_a_sheet_that_cannot_be() -> None:
    table = REPORT.table("activity")
    rows = ((Cell.text("=HYPERLINK(1)"), *table.rows[0][1:]),)
    evil = replace(table, key="evil", title=Text("[a]/b:*?'" * 9, "[a]/b:*?'" * 9), rows=rows, total=None)
    twice = replace(evil, key="twice")
    section = replace(REPORT.sections[1], blocks=(evil, twice))
    press = Press(replace(REPORT, sections=(section,)), "en", SITE)
    sheets = openpyxl.load_workbook(io.BytesIO(press.printed("xlsx"))).worksheets[1:]
    assert [sheet["A5"].data_type for sheet in sheets] == ["s", "s"]
    lines = _lines(press.printed("csv"))
    assert {line["row_label"] for line in lines} == {"'=HYPERLINK(1)"}
    assert "'=HYPERLINK(1)" in {line["value"] for line in lines}
    assert not any(value.startswith("=") for line in lines for value in line.values())
    assert docx.Document(io.BytesIO(press.printed("docx"))).tables[0].rows[1].cells[0].text == "=HYPERLINK(1)"
    assert "=HYPERLINK(1)" in PdfReader(io.BytesIO(press.printed("pdf"))).pages[0].extract_text()


def test_the_name_of_a_sheet_is_not_cut_behind_an_apostrophe() -> None:
    words = "Examens du jour et d'aujourd'hui même"
    table = replace(REPORT.table("activity"), title=Text(words, words))
    press = Press(replace(REPORT, sections=(replace(REPORT.sections[1], blocks=(table,)),)), "fr", SITE)
    book = openpyxl.load_workbook(io.BytesIO(press.printed("xlsx")))
    assert book.sheetnames[1] == "1 Examens du jour et d'aujourd"


def test_the_name_of_a_place_does_not_set_the_size_of_the_foot() -> None:
    named = replace(REPORT, scope_name=Text("10 & 20 km", "10 & 20 km"), sections=())
    foot = openpyxl.load_workbook(io.BytesIO(Press(named, "en", SITE).printed("xlsx")))["Report"].oddFooter
    assert foot.left.size == 8
    assert foot.left.text.strip().startswith("10 && 20 km")


def test_whatever_a_person_typed_can_be_printed() -> None:
    typed = "a\x00b\x0b\x1f<w:t>&amp;#set page()[*] {{x}} $1$ \\u{41} 👶 \u202e"
    comment = Comment(Text(typed, typed), typed, datetime(2026, 10, 1, tzinfo=UTC))
    press = Press(replace(REPORT, sections=(replace(REPORT.sections[3], comment=comment, blocks=()),)), "en", SITE)
    plain = typed.replace("\x00", "").replace("\x0b", "").replace("\x1f", "")
    assert plain in "\n".join(one.text for one in docx.Document(io.BytesIO(press.printed("docx"))).paragraphs)
    assert plain in str(openpyxl.load_workbook(io.BytesIO(press.printed("xlsx")))["Report"]["B9"].value)
    slides = pptx.Presentation(io.BytesIO(press.printed("pptx"))).slides
    assert plain in {one.text for slide in slides for box in slide.shapes for one in box.text_frame.paragraphs}
    assert "#setpage()[*]{{x}}$1$" in _plain(PdfReader(io.BytesIO(press.printed("pdf"))).pages[0].extract_text())


def test_office_programs_open_each_file(files: Files, tmp_path: Path) -> None:
    soffice = shutil.which("soffice")
    if soffice is None:
        absent("LibreOffice (soffice)")
    opened = ("docx", "pptx", "xlsx")
    for form in opened:
        (tmp_path / f"{form}.{form}").write_bytes(files["fr", form])
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    asked = [soffice, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*asked, *(str(tmp_path / f"{one}.{one}") for one in opened)], check=True, capture_output=True)
    for form in opened:
        text = _plain("\n".join(page.extract_text() for page in PdfReader(tmp_path / f"{form}.pdf").pages))
        total = REPORT.table("activity").total
        assert total is not None
        for cell in total[1:]:
            english, french = Pen("en").number(int(str(cell.value))), Pen("fr").number(int(str(cell.value)))
            assert _plain(french) in text or english in text, (form, cell)


def test_french_is_written_as_the_french_write() -> None:
    pen = Pen("fr")
    assert pen.number(1234567.25, 1) == "1\u202f234\u202f567,3"
    assert pen.percent(0.415) == "42\u00a0%"
    assert pen.day(date(2026, 8, 1)) == "1er\u00a0août\u00a02026"
    assert pen.moment(datetime(2026, 8, 1, 6, 5, tzinfo=UTC)).endswith("06\u00a0h\u00a005\u00a0UTC")
    assert pen.hours(61.5) == "2,6\u00a0jours"
    assert pen.hours(92 * 24) == "92\u00a0jours"
    assert pen.label(date(2026, 12, 1)) == "1er\u00a0déc."
    assert Pen("en").percent(0.0041) == "0.4%"
    assert pen.cell(Cell(0.5, Kind.SHARE, of=8, low=0.2, high=0.8)).detail == "n\u00a0=\u00a08 · 20–80\u00a0%"

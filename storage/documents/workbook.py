"""How is a report printed to a workbook, with numbers that can be reckoned with: XLSX?"""

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

import xlsxwriter

from pipeline.text import Text
from storage.documents import colours, front
from storage.documents.pictures import Picture
from storage.documents.same_bytes import repacked
from supervision.report.document import (
    Cell,
    Chart,
    Document,
    Doubt,
    Kind,
    Number,
    Numbers,
    Paragraph,
    Row,
    Section,
    Table,
)
from supervision.report.printed import Pen

COUNT, OF, LOW, HIGH = Text("n", "n"), Text("of", "sur"), Text("95% from", "95\u00a0% de"), Text("to", "à")
HOURS = Text("{title} (hours)", "{title} (heures)")
FIRST, NUMBERS = Text("Report", "Rapport"), Text("Key figure", "Chiffre clé")
VALUE, BEFORE = Text("Value", "Valeur"), Text("Period before", "Période précédente")
LONGEST_NAME, LINE = 31, 95
INK_OF_HEADS, INK_BESIDE, INK_OF_FEW = (f"#{one}" for one in (colours.ACCENT, colours.SOFT, colours.FAINT))
MOST_ABREAST = 14
"""Columns that can still be read when they are printed on the width of one page."""
WIDEST, NARROWEST = 46, 9
PIXELS = 96 / 72
"""Of a point on the screen."""
FORMATS: Mapping[Kind, str] = {
    Kind.TEXT: "@",
    Kind.COUNT: "#,##0",
    Kind.SHARE: "0.0%",
    Kind.HOURS: "#,##0.0",
    Kind.DATE: "dd/mm/yyyy",
    Kind.MOMENT: "yyyy-mm-dd hh:mm",
}


def as_xlsx(document: Document, pen: Pen, drawn: Mapping[str, Picture], site: str) -> bytes:
    """Return the workbook: what the report is and its words, then a sheet per table; `site` before each link."""
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True, "default_date_format": FORMATS[Kind.DATE]})
    book.set_properties(front.properties(document, pen))
    writer = _Writer(book, document, pen, drawn, site)
    writer.first()
    for number, section in enumerate(document.sections, 1):
        writer.section(section, number)
    book.close()
    return repacked(written.getvalue())


@dataclass(frozen=True)
class _Part:
    """A column of a sheet: one of the numbers of the cells of a column of the table."""

    title: str
    field: str
    kind: Kind


class _Writer:
    """Writes sheet after sheet."""

    def __init__(self, book: Any, document: Document, pen: Pen, drawn: Mapping[str, Picture], site: str) -> None:
        self.book, self.document, self.pen, self.drawn, self.site = book, document, pen, drawn, site
        self.formats: dict[tuple[Any, ...], Any] = {}
        self.names: set[str] = set()
        # the space keeps a name that begins with a number from being part of the size of the letters
        self.foot = f"&L&8 {front.running(document, pen).replace('&', '&&')}&R&8 &P / &N"

    @cached_property
    def opening(self) -> Any:
        return self.sheet(self.pen.say(FIRST))

    def first(self) -> None:
        """Write what the report is, and the words of its sections."""
        sheet = self.opening
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, 1, 90)
        head = f"{self.pen.say(self.document.title)} · {self.pen.say(self.document.scope_name)}"
        sheet.write_string(0, 0, head, self.style(bold=True, font_size=16, font_color=INK_OF_HEADS))
        line = 1
        for line, (label, words) in enumerate(front.facts(self.document, self.pen), 2):
            sheet.write_string(line, 0, label, self.style(font_color=INK_BESIDE))
            sheet.write_string(line, 1, words, self.style(text_wrap=True))
        for section in self.document.sections:
            for words in self.words(section):
                line += 1
                sheet.set_row(line, 14 * sum(1 + len(one) // LINE for one in words.splitlines()))
                sheet.write_string(line, 0, self.pen.say(section.title), self.style(bold=True, valign="top"))
                sheet.write_string(line, 1, words, self.style(text_wrap=True, valign="top"))

    def words(self, section: Section) -> Iterable[str]:
        yield from ("\n".join((one.head, *one.lines)) for one in front.said(section, self.pen))
        yield from (self.pen.say(block.text) for block in section.blocks if isinstance(block, Paragraph))

    def section(self, section: Section, number: int) -> None:
        title = f"{number} {self.pen.say(section.title)}"
        charts = [block for block in front.shown(section, self.drawn) if isinstance(block, Chart)]
        for block in section.blocks:
            if isinstance(block, Numbers):
                self.numbers(block, title)
            elif isinstance(block, Table):
                self.table(block, f"{number} {self.pen.say(block.title)}", self.pen.say(section.title))
        if charts:
            self.charts(charts, title)

    def numbers(self, numbers: Numbers, name: str) -> None:
        titles = [self.pen.say(one) for one in (NUMBERS, VALUE, BEFORE)]
        rows = tuple((self.label(one), one.cell, one.before or Cell()) for one in numbers.numbers)
        sheet = self.sheet(name)
        self.head(sheet, self.pen.say(numbers.title), "")
        self.grid(sheet, self.spread(titles, rows), rows, None)

    def label(self, number: Number) -> Cell:
        """Return what a figure is called, with its unit where the number alone does not tell it."""
        words = self.pen.say(number.label)
        return Cell.text(self.pen.say(HOURS).format(title=words) if number.cell.kind is Kind.HOURS else words)

    def table(self, table: Table, name: str, section: str) -> None:
        sheet = self.sheet(name)
        self.head(sheet, self.pen.say(table.title), section)
        titles = [self.pen.say(column.title) for column in table.columns]
        last, widths = self.grid(sheet, self.spread(titles, table.every), table.rows, table.total)
        if not table.every:
            sheet.write_string(last, 0, self.pen.say(front.NO_ROWS), self.style(italic=True))
        if table.note:
            self.note(sheet, last + 1, widths, self.pen.say(table.note))

    def note(self, sheet: Any, line: int, widths: list[float], words: str) -> None:
        """Write words on as many lines as the table is wide for: one long line would set the size of the print."""
        under = next((n for n in range(1, len(widths)) if sum(widths[:n]) >= LINE), len(widths))
        style = self.style(font_size=9, font_color=INK_BESIDE, text_wrap=True, valign="top")
        if under > 1:
            sheet.merge_range(line, 0, line, under - 1, "", style)
        sheet.write_string(line, 0, words, style)
        sheet.set_row(line, 13 * (1 + len(words) // round(sum(widths[:under]))))

    def spread(self, titles: list[str], rows: tuple[Row, ...]) -> list[tuple[int, _Part]]:
        """Return the columns of the sheet, and which column of the table each shows."""
        return [
            (place, part)
            for place, title in enumerate(titles)
            for part in _parts(title, [row[place] for row in rows], self.pen)
        ]

    def head(self, sheet: Any, title: str, above: str) -> None:
        sheet.write_string(0, 0, title, self.style(bold=True, font_size=13, font_color=INK_OF_HEADS))
        if above:
            sheet.write_string(1, 0, above, self.style(font_color=INK_BESIDE))

    def grid(
        self, sheet: Any, cells: list[tuple[int, _Part]], rows: tuple[Row, ...], total: Row | None
    ) -> tuple[int, list[float]]:
        """Write header, rows and total from the fourth line on; return the line after them, and how wide columns are.

        Width is told in letters.
        """
        top = 3
        head = self.style(
            bold=True, text_wrap=True, valign="bottom", font_color=f"#{colours.WHITE}", bg_color=INK_OF_HEADS
        )
        sheet.set_row(top, 42)
        for place, (_, part) in enumerate(cells):
            sheet.write_string(top, place, part.title, head)
        line = top
        for line, row in enumerate([*rows, *([total] if total else [])], top + 1):
            for place, (column, part) in enumerate(cells):
                self.cell(sheet, line, place, row[column], part, bold=row is total)
        widths = []
        for place, (column, part) in enumerate(cells):
            widest = max((self.width(row[column], part) for row in rows), default=0)
            word = max(map(len, part.title.split()))
            widths.append(min(WIDEST, max(NARROWEST, widest + 2, len(part.title) * 0.6, 1.1 * word)))
            sheet.set_column(place, place, widths[-1])
        sheet.freeze_panes(top + 1, 1)
        sheet.repeat_rows(top)
        if len(cells) > MOST_ABREAST:
            sheet.fit_to_pages(0, 0)
            sheet.repeat_columns(0)
        if rows:
            sheet.autofilter(top, 0, top + len(rows), len(cells) - 1)
        return line + 1, widths

    def cell(self, sheet: Any, line: int, place: int, cell: Cell, part: _Part, *, bold: bool) -> None:
        """Write one number of a cell as a number, what cannot be told in words."""
        value = getattr(cell, part.field)
        kind = cell.kind if part.field in ("value", "low", "high") else Kind.COUNT
        look: dict[str, Any] = {"num_format": _format(kind, cell.decimals)}
        if cell.doubt is Doubt.FEW:
            look |= {"font_color": INK_OF_FEW, "italic": True}
        if bold:
            look |= {"bold": True, "top": 1}
        if part.field == "value" and cell.link and self.site:
            sheet.write_url(line, place, self.site + cell.link, string=" ")
        if value is None:
            told = cell.doubt in (Doubt.SUPPRESSED, Doubt.PENDING) and part.field == "value"
            words = self.pen.cell(cell).value if told else ""
            sheet.write_string(line, place, words, self.style(align="right", **look))
        elif isinstance(value, datetime):
            sheet.write_datetime(line, place, value.astimezone(UTC).replace(tzinfo=None), self.style(**look))
        elif isinstance(value, date):
            sheet.write_datetime(line, place, datetime(value.year, value.month, value.day), self.style(**look))  # noqa: DTZ001
        elif isinstance(value, Text | str):
            sheet.write_string(line, place, self.pen.say(value), self.style(**look))
        else:
            sheet.write_number(line, place, value, self.style(**look))

    def width(self, cell: Cell, part: _Part) -> int:
        return len(self.pen.cell(cell).value) if part.field == "value" else 6

    def charts(self, charts: list[Chart], name: str) -> None:
        sheet = self.sheet(name)
        line = 0
        for chart in charts:
            picture = self.drawn[chart.key]
            sheet.write_string(line, 0, self.pen.say(chart.title), self.style(bold=True))
            scale = {"x_scale": 1 / 3 * PIXELS, "y_scale": 1 / 3 * PIXELS}
            place = {"image_data": io.BytesIO(picture.png), "description": self.pen.say(chart.alternative)}
            sheet.insert_image(line + 1, 0, f"{chart.key}.png", {**place, **scale})
            line += int(picture.height * PIXELS / 20) + 4
            if chart.note:
                sheet.write_string(line - 2, 0, self.pen.say(chart.note), self.style(font_size=9))

    def sheet(self, name: str) -> Any:
        sheet = self.book.add_worksheet(self.name(name))
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)
        sheet.set_footer(self.foot)
        return sheet

    def name(self, wished: str) -> str:
        """Return a name that a sheet may have and no other sheet has."""
        plain = re.sub(r"[\[\]:*?/\\]", " ", wished).strip("' ")
        short, number = plain[:LONGEST_NAME].rstrip("' "), 2
        while short.casefold() in self.names:
            short = f"{plain[: LONGEST_NAME - 3].rstrip()} {number}"
            number += 1
        self.names.add(short.casefold())
        return short

    def style(self, **look: Any) -> Any:
        key = tuple(sorted(look.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format({"font_name": "Calibri", "font_size": 10, **look})
        return self.formats[key]


def _parts(title: str, cells: list[Cell], pen: Pen) -> list[_Part]:
    """Return the columns that the cells of one column of a table need: value, numerator, denominator, interval."""
    kind = next((cell.kind for cell in cells if cell.kind is not Kind.TEXT), Kind.TEXT)
    name = pen.say(HOURS).format(title=title) if kind is Kind.HOURS else title
    parts = [_Part(name, "value", kind)]
    for field, words in (("count", COUNT), ("of", OF), ("low", LOW), ("high", HIGH)):
        if any(getattr(cell, field) is not None for cell in cells):
            parts.append(_Part(f"{title}\n{pen.say(words)}", field, kind))
    return parts


def _format(kind: Kind, decimals: int) -> str:
    if kind is Kind.NUMBER:
        return f"#,##0.{'0' * decimals}" if decimals else "#,##0"
    return FORMATS[kind]

"""How is a report printed to slides: PPTX?"""

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Mm, Pt

from storage.documents import colours, front
from storage.documents.front import Said
from storage.documents.pictures import Picture
from storage.documents.same_bytes import repacked
from supervision.report.document import (
    Block,
    Cell,
    Chart,
    Document,
    Numbers,
    Paragraph,
    Prose,
    Section,
    Table,
)
from supervision.report.printed import Pen

WIDE, HIGH, EDGE, TOP, FOOT = Mm(338.7), Mm(190.5), Mm(14), Mm(34), Mm(12)
ROOM = WIDE - 2 * EDGE
TITLE_ONLY = 5
ROWS, LETTERS = 11, 900
"""How many rows of a table, and how many letters of text, a slide holds."""
NO_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
_colour: Any = RGBColor  # the package has no types for it
INK, SOFT, FAINT, ACCENT, SHADE, WHITE = (
    _colour.from_string(one)
    for one in (colours.INK, colours.SOFT, colours.FAINT, colours.ACCENT, colours.SHADE, colours.WHITE)
)


def as_pptx(document: Document, pen: Pen, drawn: Mapping[str, Picture]) -> bytes:
    """Return the slides: a title, then each section's numbers, words, tables and charts."""
    file = Presentation()
    file.slide_width, file.slide_height = WIDE, HIGH
    front.described(file.core_properties, document, pen)
    writer = _Writer(file, document, pen, drawn)
    writer.front(document)
    for section in document.sections:
        writer.section(section)
    written = io.BytesIO()
    file.save(written)
    return repacked(written.getvalue())


class _Writer:
    """Writes slide after slide."""

    def __init__(self, file: Any, document: Document, pen: Pen, drawn: Mapping[str, Picture]) -> None:
        self.file, self.pen, self.drawn = file, pen, drawn
        self.foot = front.running(document, pen)

    def front(self, document: Document) -> None:
        slide = self.slide(f"{self.pen.say(document.title)} · {self.pen.say(document.scope_name)}")
        lines = [(self.pen.say(document.period_name), 24), ("", 10)]
        lines += [
            (f"{label} : {words}" if self.pen.french else f"{label}: {words}", 13)
            for label, words in front.facts(document, self.pen)
        ]
        self.lines(slide, lines)

    def section(self, section: Section) -> None:
        title, blocks = self.pen.say(section.title), front.shown(section, self.drawn)
        words = [one for one in blocks if isinstance(one, Paragraph)]
        comments = [line for one in front.said(section, self.pen) for line in self.comment(one)]
        for numbers in blocks:
            if isinstance(numbers, Numbers):
                self.numbers(self.slide(title), numbers)
        lines = comments + [self.paragraph(one, small=section.small_print) for one in words]
        if not lines and not blocks:
            lines = [(self.pen.say(front.NOTHING), 14)]
        for number, some in enumerate(_pages(lines)):
            self.lines(self.slide(title if number == 0 else self.continued(title)), some)
        for block in blocks:
            self.block(title, block)

    def block(self, title: str, block: Block) -> None:
        if isinstance(block, Table):
            self.table(title, block)
        elif isinstance(block, Chart):
            self.chart(title, block)

    def continued(self, title: str) -> str:
        return f"{title} ({self.pen.say(front.CONTINUED)})"

    def slide(self, title: str, under: str = "") -> Any:
        slide = self.file.slides.add_slide(self.file.slide_layouts[TITLE_ONLY])
        head = slide.shapes.title
        head.left, head.top, head.width, head.height = EDGE, Mm(9), ROOM, Mm(14)
        head.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
        head.text_frame.paragraphs[0].alignment = PP_ALIGN.LEFT
        _write(head.text_frame.paragraphs[0], title, 26, ACCENT, bold=True)
        if under:
            _write(_box(slide, Mm(22), Mm(9)), under, 14, SOFT)
        foot = _box(slide, HIGH - FOOT, Mm(8))
        _write(foot, f"{self.foot} · {len(self.file.slides)}", 10, SOFT)
        return slide

    def paragraph(self, paragraph: Paragraph, *, small: bool) -> tuple[str, int]:
        words = self.pen.say(paragraph.text)
        size = 11 if small else {Prose.NOTE: 11, Prose.HEADING: 18}.get(paragraph.prose, 16)
        return (f"•  {words}" if paragraph.prose is Prose.POINT else words), size

    def comment(self, comment: Said) -> Iterator[tuple[str, int]]:
        yield comment.head, 11
        yield from ((line, 16) for line in comment.lines)

    def lines(self, slide: Any, lines: Sequence[tuple[str, int]]) -> None:
        paragraph = _box(slide, TOP, HIGH - TOP - FOOT)
        for number, (line, size) in enumerate(lines):
            place = paragraph if number == 0 else paragraph._parent.add_paragraph()  # noqa: SLF001
            _write(place, line, size, SOFT if size < 12 else INK)
            place.space_after = Pt(6)

    def numbers(self, slide: Any, numbers: Numbers) -> None:
        across = {5: 3, 6: 3}.get(len(numbers.numbers), min(4, len(numbers.numbers)))
        down = -(-len(numbers.numbers) // across)
        grid = self.grid(slide, down, across, Mm(58) * down)
        for number, one in enumerate(numbers.numbers):
            cell = grid.cell(number // across, number % across)
            cell.vertical_anchor = MSO_ANCHOR.MIDDLE
            printed = self.pen.cell(one.cell)
            _write(cell.text_frame.paragraphs[0], self.pen.say(one.label), 14, SOFT)
            colour = FAINT if printed.faint else ACCENT
            _write(cell.text_frame.add_paragraph(), printed.value, 34, colour, bold=True)
            for words in filter(None, (printed.detail, front.previous(one, self.pen))):
                _write(cell.text_frame.add_paragraph(), words, 12, SOFT)

    def table(self, title: str, table: Table) -> None:
        rows, right = table.every, table.numeric
        name = self.pen.say(table.title)
        if not rows:
            self.lines(self.slide(title, name), [(self.pen.say(front.NO_ROWS), 14)])
        # as many on each slide, so that no line stands alone on the last
        each = -(-len(rows) // max(1, -(-len(rows) // ROWS)))
        for start in range(0, len(rows), each or 1):
            some = rows[start : start + each]
            slide = self.slide(title, name if start == 0 else self.continued(name))
            size = 9 if len(table.columns) > 9 else 11 if len(table.columns) > 6 else 13
            grid = self.grid(slide, len(some) + 1, len(table.columns), Mm(10) * (len(some) + 1))
            for place, share in enumerate(front.widths(table, self.pen)):
                grid.columns[place].width = int(ROOM * share)
                cell = grid.cell(0, place)
                _shaded(cell, ACCENT)
                _write(
                    _into(cell, right=right[place]), self.pen.say(table.columns[place].title), size, WHITE, bold=True
                )
            for line, row in enumerate(some, 1):
                last = row is table.total
                for place, value in enumerate(row):
                    cell = grid.cell(line, place)
                    _shaded(cell, SHADE if last or line % 2 == 0 else WHITE)
                    self.cell(_into(cell, right=right[place]), value, size, bold=last)
            if table.note and start + each >= len(rows):
                _write(_box(slide, HIGH - FOOT - Mm(8), Mm(8)), self.pen.say(table.note), 10, SOFT)

    def grid(self, slide: Any, down: int, across: int, high: int) -> Any:
        shape = slide.shapes.add_table(down, across, EDGE, TOP, ROOM, high)
        shape._element.graphic.graphicData.tbl[0][-1].text = NO_STYLE  # noqa: SLF001 - the style has no other name
        return shape.table

    def cell(self, paragraph: Any, cell: Cell, size: int, *, bold: bool) -> None:
        printed = self.pen.cell(cell)
        _write(paragraph, printed.value, size, FAINT if printed.faint else INK, bold=bold)
        if printed.detail:
            paragraph.add_line_break()
            _write(paragraph, printed.detail, size - 3, FAINT if printed.faint else SOFT)

    def chart(self, title: str, chart: Chart) -> None:
        picture = self.drawn[chart.key]
        slide = self.slide(title, self.pen.say(chart.title))
        high = HIGH - TOP - FOOT - Mm(10)
        scale = min(ROOM / picture.width, high / picture.height)
        shape = slide.shapes.add_picture(
            io.BytesIO(picture.png), EDGE, TOP, int(picture.width * scale), int(picture.height * scale)
        )
        shape.left = (WIDE - shape.width) // 2
        about = shape._element.nvPicPr.cNvPr  # noqa: SLF001 - the package has no words for alternative text
        about.set("descr", self.pen.say(chart.alternative))
        about.set("name", chart.key)
        if chart.note:
            _write(_box(slide, HIGH - FOOT - Mm(8), Mm(8)), self.pen.say(chart.note), 10, SOFT)


def _pages(lines: Sequence[tuple[str, int]]) -> Iterator[list[tuple[str, int]]]:
    """Give so many lines at a time as a slide holds; a small letter takes less room."""
    page: list[tuple[str, int]] = []
    taken = 0.0
    for line in lines:
        room = (len(line[0]) + 80) * (line[1] / 16) ** 2
        if page and taken + room > LETTERS:
            yield page
            page, taken = [], 0.0
        page.append(line)
        taken += room
    if page:
        yield page


def _box(slide: Any, top: int, high: int) -> Any:
    frame = slide.shapes.add_textbox(EDGE, top, ROOM, high).text_frame
    frame.word_wrap = True
    return frame.paragraphs[0]


def _into(cell: Any, *, right: bool) -> Any:
    cell.margin_top = cell.margin_bottom = Mm(1)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    paragraph = cell.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
    return paragraph


def _shaded(cell: Any, colour: Any) -> None:
    cell.fill.solid()
    cell.fill.fore_color.rgb = colour


def _write(paragraph: Any, words: str, points: float, colour: Any, *, bold: bool = False) -> Any:
    run = paragraph.add_run()
    run.text, run.font.size, run.font.bold = words, Pt(points), bold
    run.font.color.rgb = colour
    return run

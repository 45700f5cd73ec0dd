"""How is a report printed to a text document that people edit: DOCX?"""

import io
from collections.abc import Mapping
from typing import Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from storage.documents import colours, front
from storage.documents import word_parts as parts
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

_OURS = (colours.INK, colours.SOFT, colours.FAINT, colours.ACCENT)
INK, SOFT, FAINT, ACCENT = map(RGBColor.from_string, _OURS)
ROOM = Mm(174)
SMALL, NOTE, TINY = "Sonorelay small", "Sonorelay note", "Sonorelay tiny"
_PROSE = {Prose.BODY: "Normal", Prose.POINT: "List Bullet", Prose.NOTE: NOTE, Prose.HEADING: "Heading 2"}


def as_docx(document: Document, pen: Pen, drawn: Mapping[str, Picture], site: str) -> bytes:
    """Return the document; `site` stands before each link."""
    file = docx.Document()
    _set_up(file, document, pen)
    writer = _Writer(file, pen, drawn, site)
    writer.front(document)
    for place, section in enumerate(document.sections):
        writer.section(section, place)
    written = io.BytesIO()
    file.save(written)
    return repacked(written.getvalue())


def _set_up(file: Any, document: Document, pen: Pen) -> None:
    """Set paper, styles, language, the line at the foot and what a list of files shows of it."""
    front.described(file.core_properties, document, pen)
    page = file.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(18)
    page.top_margin, page.bottom_margin = Mm(20), Mm(18)
    _styles(file, file.core_properties.language)
    foot = page.footer.paragraphs[0]
    foot.style = file.styles[SMALL]
    foot.paragraph_format.tab_stops.add_tab_stop(ROOM, WD_TAB_ALIGNMENT.RIGHT)
    foot.add_run(f"{front.running(document, pen)}\t")
    parts.field(foot, "PAGE")
    foot.add_run(" / ")
    parts.field(foot, "NUMPAGES")


def _styles(file: Any, language: str) -> None:
    normal = file.styles["Normal"]
    normal.font.name, normal.font.size, normal.font.color.rgb = "Calibri", Pt(10), INK
    normal.paragraph_format.space_after = Pt(5)
    normal.element.get_or_add_rPr().append(parts.element("lang", val=language))
    for name, size, before, after in (("Title", 24, 0, 2), ("Heading 1", 15, 18, 6), ("Heading 2", 12, 10, 4)):
        style = file.styles[name]
        style.font.name, style.font.size, style.font.bold, style.font.color.rgb = "Calibri", Pt(size), True, ACCENT
        style.element.rPr.rFonts.attrib.clear()
        style.element.rPr.rFonts.set(qn("w:ascii"), "Calibri")
        style.element.rPr.rFonts.set(qn("w:hAnsi"), "Calibri")
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
    for edges in file.styles["Title"].element.pPr.findall(qn("w:pBdr")):
        file.styles["Title"].element.pPr.remove(edges)
    for name, points in ((SMALL, 8.5), (NOTE, 8), (TINY, 7)):
        style = file.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style, style.font.size, style.font.color.rgb = normal, Pt(points), SOFT
        style.paragraph_format.space_after = Pt(0 if name == TINY else 3)


class _Writer:
    """Writes the parts in order to the end of the file."""

    def __init__(self, file: Any, pen: Pen, drawn: Mapping[str, Picture], site: str) -> None:
        self.file, self.pen, self.drawn, self.site = file, pen, drawn, site

    def front(self, document: Document) -> None:
        say = self.pen.say
        self.file.add_paragraph(say(document.scope_name).upper(), SMALL)
        self.file.add_paragraph(say(document.title), "Title")
        period = self.file.add_paragraph(say(document.period_name)).runs[0]
        period.font.size, period.font.color.rgb = Pt(13), SOFT
        for label, words in front.facts(document, self.pen):
            line = self.file.add_paragraph(f"{label}\t", SMALL)
            line.paragraph_format.tab_stops.add_tab_stop(Mm(52))
            line.paragraph_format.left_indent, line.paragraph_format.first_line_indent = Mm(52), Mm(-52)
            line.paragraph_format.space_after = Pt(1)
            line.add_run(words).font.color.rgb = INK
        self.contents(document)

    def contents(self, document: Document) -> None:
        """Write the list of sections: a field, so that Word can add page numbers when asked to."""
        if len(document.sections) <= 3:
            return
        head = self.file.add_paragraph(self.pen.say(front.CONTENTS))
        head.paragraph_format.space_before = Pt(10)
        head.runs[0].bold = True
        lines = [self.file.add_paragraph(style=SMALL) for _ in document.sections]
        parts.begin(lines[0], r'TOC \o "1-1" \h \n')
        for number, (line, section) in enumerate(zip(lines, document.sections, strict=True)):
            parts.anchored(line, parts.bookmark(number), self.pen.say(section.title))
        parts.end(lines[-1])

    def section(self, section: Section, place: int) -> None:
        heading = self.file.add_heading(self.pen.say(section.title), 1)
        parts.underlined(heading)
        parts.marked(heading, parts.bookmark(place), place)
        comments, blocks = front.said(section, self.pen), front.shown(section, self.drawn)
        for comment in comments:
            self.comment(comment)
        if not comments and not blocks:
            self.file.add_paragraph(self.pen.say(front.NOTHING), NOTE)
        for block in blocks:
            self.block(block, small=section.small_print)

    def comment(self, comment: Said) -> None:
        head = self.file.add_paragraph(comment.head, SMALL)
        for paragraph in (head, *(self.file.add_paragraph(line) for line in comment.lines)):
            parts.boxed(paragraph)
        self.gap()

    def block(self, block: Block, *, small: bool) -> None:
        if isinstance(block, Table):
            self.table(block)
        elif isinstance(block, Chart):
            self.chart(block)
        elif isinstance(block, Numbers):
            self.numbers(block)
        else:
            self.paragraph(block, small=small)

    def paragraph(self, paragraph: Paragraph, *, small: bool) -> None:
        style = SMALL if small and paragraph.prose is Prose.BODY else _PROSE[paragraph.prose]
        self.file.add_paragraph(self.pen.say(paragraph.text), style)

    def title(self, words: str) -> None:
        title = self.file.add_paragraph()
        title.add_run(words).bold = True
        title.paragraph_format.space_before, title.paragraph_format.keep_with_next = Pt(8), True

    def note(self, words: str) -> None:
        self.file.add_paragraph(words, NOTE).paragraph_format.space_before = Pt(3)

    def table(self, table: Table) -> None:
        self.title(self.pen.say(table.title))
        if table.every:
            self.rows(table)
        else:
            self.note(self.pen.say(front.NO_ROWS))
        if table.note:
            self.note(self.pen.say(table.note))

    def rows(self, table: Table) -> None:
        grid = self.file.add_table(len(table.every) + 1, len(table.columns))
        grid.alignment, grid.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        right = table.numeric
        widths = [int(ROOM * share) for share in front.widths(table, self.pen)]
        for column, width in zip(grid.columns, widths, strict=True):
            column.width = width
        size = 7.5 if len(table.columns) > 9 else 8 if len(table.columns) > 6 else 9
        lines = iter(grid.rows)
        head = next(lines)
        parts.repeated(head)
        for place, (cell, column) in enumerate(zip(head.cells, table.columns, strict=True)):
            run = parts.into(cell, right=right[place]).add_run(self.pen.say(column.title))
            run.bold, run.font.size, run.font.color.rgb = True, Pt(size), SOFT
            parts.edged(cell, colours.ACCENT, 8)
            cell.width = widths[place]
        for line, row in zip(lines, table.every, strict=True):
            parts.unbroken(line)
            last = row is table.total
            for place, (cell, value) in enumerate(zip(line.cells, row, strict=True)):
                self.cell(parts.into(cell, right=right[place]), value, size, bold=last)
                parts.edged(cell, colours.LINE, 4, colours.SHADE if last else "")
                cell.width = widths[place]

    def cell(self, paragraph: Any, cell: Cell, size: float, *, bold: bool = False) -> None:
        printed = self.pen.cell(cell)
        run = paragraph.add_run(printed.value)
        run.bold, run.font.size = bold, Pt(size)
        if printed.faint:
            run.font.color.rgb = FAINT
        if cell.link and self.site:
            parts.linked(paragraph, run, self.site + cell.link)
        if printed.detail:
            paragraph.add_run().add_break()
            detail = paragraph.add_run(printed.detail)
            detail.font.size, detail.font.color.rgb = Pt(size - 1.5), FAINT if printed.faint else SOFT

    def numbers(self, numbers: Numbers) -> None:
        across = {5: 5, 6: 3}.get(len(numbers.numbers), min(4, len(numbers.numbers)))
        grid = self.file.add_table(-(-len(numbers.numbers) // across), across)
        places = (cell for row in grid.rows for cell in row.cells)
        for cell, one in zip(places, numbers.numbers, strict=False):
            label = cell.paragraphs[0]
            label.style = self.file.styles[SMALL]
            label.add_run(self.pen.say(one.label))
            value = cell.add_paragraph()
            value.paragraph_format.space_after = Pt(0)
            printed = self.pen.cell(one.cell)
            run = value.add_run(printed.value)
            run.bold, run.font.size, run.font.color.rgb = True, Pt(17), FAINT if printed.faint else ACCENT
            if one.cell.link and self.site:
                parts.linked(value, run, self.site + one.cell.link)
            for words in filter(None, (printed.detail, front.previous(one, self.pen))):
                cell.add_paragraph(words, TINY)
            parts.edged(cell, colours.WHITE, 24, colours.SHADE)
        self.gap()

    def gap(self) -> None:
        line = self.file.add_paragraph(style=TINY)
        line.paragraph_format.line_spacing = Pt(6)

    def chart(self, chart: Chart) -> None:
        picture = self.drawn[chart.key]
        self.title(self.pen.say(chart.title))
        shape = self.file.add_picture(io.BytesIO(picture.png), width=min(ROOM, Pt(picture.width * 0.88)))
        self.file.paragraphs[-1].paragraph_format.keep_with_next = chart.note is not None
        about = shape._inline.docPr  # noqa: SLF001 - the package has no words for alternative text
        about.set("descr", self.pen.say(chart.alternative))
        about.set("name", chart.key)
        if chart.note:
            self.note(self.pen.say(chart.note))

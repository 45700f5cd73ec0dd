"""How is a report printed to pages: PDF, by the typesetter?"""

from collections.abc import Mapping
from datetime import UTC
from pathlib import Path
from typing import Any

from storage.documents import colours, front
from storage.documents.pictures import Picture
from storage.documents.typeset import typeset
from supervision.report.document import Block, Cell, Chart, Document, Numbers, Section, Table
from supervision.report.printed import Pen

SHEET = Path(__file__).with_name("report.typ")


def as_pdf(document: Document, pen: Pen, drawn: Mapping[str, Picture], site: str) -> bytes:
    """Return the pages; `site` stands before each link."""
    beside = {f"{key}.svg": picture.svg.encode() for key, picture in drawn.items()}
    return typeset(SHEET, _data(document, _Page(pen, drawn, site)), beside, document.cut_off)


def _data(document: Document, page: "_Page") -> dict[str, Any]:
    pen, made = page.pen, document.cut_off.astimezone(UTC)
    return {
        "title": pen.say(document.title),
        "scope": pen.say(document.scope_name),
        "period": pen.say(document.period_name),
        "language": "fr" if pen.french else "en",
        "colours": colours.by_name(),
        "day": {"year": made.year, "month": made.month, "day": made.day},
        "facts": front.facts(document, pen),
        "running": front.running(document, pen),
        "contents": pen.say(front.CONTENTS),
        "no_rows": pen.say(front.NO_ROWS),
        "sections": [page.section(one) for one in document.sections],
    }


class _Page:
    """What the typesetter is told of each part."""

    def __init__(self, pen: Pen, drawn: Mapping[str, Picture], site: str) -> None:
        self.pen, self.drawn, self.site = pen, drawn, site

    def section(self, section: Section) -> dict[str, Any]:
        blocks = [self.block(block) for block in front.shown(section, self.drawn)]
        comments = [{"head": one.head, "paragraphs": one.lines} for one in front.said(section, self.pen)]
        if not blocks and not comments:
            blocks = [{"is": "paragraph", "text": self.pen.say(front.NOTHING), "prose": "note"}]
        return {
            "title": self.pen.say(section.title),
            "small": section.small_print,
            "comments": comments,
            "blocks": blocks,
        }

    def block(self, block: Block) -> dict[str, Any]:
        if isinstance(block, Table):
            return self.table(block)
        if isinstance(block, Chart):
            return self.chart(block)
        if isinstance(block, Numbers):
            return self.numbers(block)
        return {"is": "paragraph", "text": self.pen.say(block.text), "prose": block.prose.value}

    def table(self, table: Table) -> dict[str, Any]:
        columns = [
            {"title": self.pen.say(one.title), "number": number, "share": round(width, 4)}
            for one, number, width in zip(table.columns, table.numeric, front.widths(table, self.pen), strict=True)
        ]
        return {
            "is": "table",
            "title": self.pen.say(table.title),
            "columns": columns,
            "rows": [[self.cell(cell) for cell in row] for row in table.every],
            "total": table.total is not None,
            "note": self.pen.say(table.note) if table.note else "",
        }

    def chart(self, chart: Chart) -> dict[str, Any]:
        picture = self.drawn[chart.key]
        note = self.pen.say(chart.note) if chart.note else ""
        told = {"is": "chart", "title": self.pen.say(chart.title), "file": f"{chart.key}.svg", "width": picture.width}
        return told | {"alternative": self.pen.say(chart.alternative), "note": note}

    def numbers(self, numbers: Numbers) -> dict[str, Any]:
        told = [
            {"label": self.pen.say(one.label), "cell": self.cell(one.cell), "before": front.previous(one, self.pen)}
            for one in numbers.numbers
        ]
        return {"is": "numbers", "numbers": told}

    def cell(self, cell: Cell) -> dict[str, Any]:
        printed = self.pen.cell(cell)
        link = self.site + cell.link if cell.link and self.site else ""
        return {"value": printed.value, "detail": printed.detail, "faint": printed.faint, "link": link}

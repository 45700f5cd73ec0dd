"""Which parts of a text document does python-docx have no words for?"""

from collections.abc import Iterable
from typing import Any

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from storage.documents import colours


def bookmark(number: int) -> str:
    """Return the name of the place of a section."""
    return f"_Toc{number:08}"


def element(name: str, /, **attributes: str) -> Any:
    """Return an element of the format."""
    made = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def _field_part(paragraph: Any, part: Any) -> None:
    paragraph.add_run()._r.append(part)  # noqa: SLF001 - fields are not known to the package


def _instruction(words: str) -> Any:
    made = element("instrText")
    made.text = words
    return made


def begin(paragraph: Any, instruction: str) -> None:
    """Begin a field; what is written next is what it shows until it is worked out anew."""
    for part in (element("fldChar", fldCharType="begin"), _instruction(instruction)):
        _field_part(paragraph, part)
    _field_part(paragraph, element("fldChar", fldCharType="separate"))


def end(paragraph: Any) -> None:
    """End a field."""
    _field_part(paragraph, element("fldChar", fldCharType="end"))


def field(paragraph: Any, instruction: str) -> None:
    """Write a field: PAGE, NUMPAGES."""
    begin(paragraph, instruction)
    paragraph.add_run("1")
    end(paragraph)


def _wrapped(paragraph: Any, run: Any, link: Any) -> None:
    link.append(run._r)  # noqa: SLF001 - a link is put around a run
    paragraph._p.append(link)  # noqa: SLF001


def linked(paragraph: Any, run: Any, address: str) -> None:
    """Make a run a link to an address."""
    number = paragraph.part.relate_to(
        address, "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink", is_external=True
    )
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), number)
    _wrapped(paragraph, run, link)


def anchored(paragraph: Any, place: str, words: str) -> None:
    """Write words that lead to a place in the document."""
    _wrapped(paragraph, paragraph.add_run(words), element("hyperlink", anchor=place))


def marked(paragraph: Any, name: str, number: int) -> None:
    """Name a paragraph as a place in the document."""
    inside = paragraph._p  # noqa: SLF001 - bookmarks are not known to the package
    inside.insert(1, element("bookmarkStart", id=str(number), name=name))
    inside.append(element("bookmarkEnd", id=str(number)))


def repeated(row: Any) -> None:
    """Have the row printed again at the head of each page."""
    row._tr.get_or_add_trPr().append(element("tblHeader", val="true"))  # noqa: SLF001
    unbroken(row)


def unbroken(row: Any) -> None:
    """Keep a row on one page."""
    row._tr.get_or_add_trPr().append(element("cantSplit", val="true"))  # noqa: SLF001


def into(cell: Any, *, right: bool) -> Any:
    """Return the paragraph of a cell."""
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(1)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    return paragraph


def edged(cell: Any, colour: str, eighths: int, shade: str = "") -> None:
    """Draw the lower edge of a cell, `eighths` of a point strong, and shade it."""
    properties = cell._tc.get_or_add_tcPr()  # noqa: SLF001 - edges and shades are not known to the package
    edges = element("tcBorders")
    edges.append(element("bottom", val="single", sz=str(eighths), color=colour))
    parts: Iterable[Any] = [edges, element("shd", val="clear", color="auto", fill=shade)] if shade else [edges]
    for part in parts:
        properties.append(part)


def underlined(paragraph: Any) -> None:
    """Draw a line under a heading."""
    edges = element("pBdr")
    edges.append(element("bottom", val="single", sz="6", space="2", color=colours.ACCENT))
    paragraph._p.get_or_add_pPr().insert_element_before(edges, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc")  # noqa: SLF001


def boxed(paragraph: Any) -> None:
    """Set a paragraph apart as somebody's comment."""
    paragraph.paragraph_format.left_indent, paragraph.paragraph_format.right_indent = Mm(3), Mm(2)
    paragraph.paragraph_format.space_after = Pt(0)
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001
    edges = element("pBdr")
    edges.append(element("left", val="single", sz="16", space="6", color=colours.MARGIN))
    for part in (edges, element("shd", val="clear", color="auto", fill=colours.PAPER)):
        properties.insert_element_before(part, "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")

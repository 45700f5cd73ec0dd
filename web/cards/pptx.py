"""How do picture cards become slides: the question, then the answer?"""

import io
from collections.abc import Sequence
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.util import Mm, Pt

from web.cards.card import Card

WIDE, HIGH, EDGE = Mm(254), Mm(143), Mm(10)
BLANK = 6
_colour: Any = RGBColor  # the package has no types for it
DARK, LIGHT = _colour(0x10, 0x16, 0x1C), _colour(0xF2, 0xF5, 0xF7)


def as_pptx(cards: Sequence[Card], *, note: str) -> bytes:
    """Return a presentation with two slides a card: the picture with its question, and again with the answer."""
    show = Presentation()
    show.slide_width, show.slide_height = WIDE, HIGH
    show.core_properties.author = "Sonorelay"
    show.core_properties.title = note
    for card in cards:
        _slide(show, card, [(line, False) for line in card.asks], note)
        told = [(f"{question}: {answer}", False) for question, answer in card.answers]
        _slide(show, card, [(card.defect[:1].upper() + card.defect[1:], True), *told], note)
    written = io.BytesIO()
    show.save(written)
    return written.getvalue()


def _slide(show: Any, card: Card, lines: Sequence[tuple[str, bool]], note: str) -> None:
    slide = show.slides.add_slide(show.slide_layouts[BLANK])
    slide.background.fill.solid()
    slide.background.fill.fore_color.rgb = DARK
    picture = slide.shapes.add_picture(io.BytesIO(card.picture), EDGE, EDGE, height=HIGH - 2 * EDGE)
    most = int(WIDE * 0.6)
    if picture.width > most:
        picture.height, picture.width = int(picture.height * most / picture.width), most
        picture.top = (HIGH - picture.height) // 2
    left = picture.left + picture.width + EDGE
    text = slide.shapes.add_textbox(left, EDGE, WIDE - left - EDGE, HIGH - 2 * EDGE).text_frame
    text.word_wrap = True
    _write(text.paragraphs[0], card.exam, 20, bold=True)
    for line, bold in lines:
        _write(text.add_paragraph(), line, 16, bold=bold)
    _write(text.add_paragraph(), note, 9, bold=False)


def _write(paragraph: Any, line: str, points: int, *, bold: bool) -> None:
    run = paragraph.add_run()
    run.text, run.font.size, run.font.bold = line, Pt(points), bold
    run.font.color.rgb = LIGHT

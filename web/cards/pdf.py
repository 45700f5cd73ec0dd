"""How do picture cards become a PDF to print and cut?"""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import typst

from web.cards.card import Card

SHEET = Path(__file__).with_name("cards.typ")


def as_pdf(cards: Sequence[Card], *, language: str, note: str) -> bytes:
    """Return a PDF of A4 pages: four fronts, then their backs mirrored, so that they meet on the other side."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for number, card in enumerate(cards):
            (root / f"{number}.jpg").write_bytes(card.picture)
        said = [
            {
                "picture": f"{number}.jpg",
                "exam": card.exam,
                "asks": card.asks,
                "defect": card.defect[:1].upper() + card.defect[1:],
                "answers": card.answers,
            }
            for number, card in enumerate(cards)
        ]
        (root / SHEET.name).write_bytes(SHEET.read_bytes())
        data = json.dumps({"cards": said, "language": language, "note": note})
        made = typst.compile(
            str(root / SHEET.name), root=str(root), sys_inputs={"data": data}, ignore_system_fonts=True
        )
    return bytes(made)

"""How is a certificate printed: PDF with the signed file inside?"""

from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.text import Text
from storage.documents import colours
from storage.documents.typeset import typeset
from supervision.certificate import Signed
from supervision.certificates import sheet_of
from supervision.certificates.sheet import HOW, Table, proof

SHEET = Path(__file__).with_name("certificate.typ")
WITHIN = "certificate.json"


def as_pdf(certificate: Signed, language: str, struck: Text | None = None) -> bytes:
    """Return the page of a certificate. struck: what has to be said at its head, such as that it was withdrawn."""
    made = datetime.fromisoformat(str(certificate.document["signed_at"]))
    data = _data(certificate, language, made, struck)
    return typeset(SHEET, data, {WITHIN: certificate.as_json()}, made)


def _data(certificate: Signed, language: str, made: datetime, struck: Text | None) -> dict[str, Any]:
    sheet, by = sheet_of(certificate), str(certificate.document["organisation"]["name"])
    return {
        "language": language,
        "colours": colours.by_name(),
        "day": {"year": made.year, "month": made.month, "day": made.day},
        "file": WITHIN,
        "organisation": by,
        "title": sheet.title.say(language),
        "struck": struck.say(language) if struck else "",
        "lead": sheet.lead.say(language),
        "name": sheet.name,
        "about": [one.say(language) for one in sheet.about],
        "facts": _pairs(sheet.facts, language),
        "tables": [_table(one, language) for one in sheet.tables],
        "proof": _pairs(proof(certificate), language),
        "how": HOW.format(organisation=by).say(language),
        "running": f"{by} · {sheet.title.say(language)} · {sheet.name}",
    }


def _pairs(facts: tuple[tuple[Text, Text], ...], language: str) -> list[list[str]]:
    return [[label.say(language), words.say(language)] for label, words in facts]


def _table(table: Table, language: str) -> dict[str, Any]:
    return {
        "title": table.title.say(language),
        "columns": [one.say(language) for one in table.columns],
        "rows": [[cell.say(language) for cell in row] for row in table.rows],
    }

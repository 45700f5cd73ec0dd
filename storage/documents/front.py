"""What stands before and between the figures of a report: its facts, its comments, its small words?"""

from collections.abc import Container
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from pipeline.text import Text
from supervision.report.document import Block, Chart, Document, Number, Section, Table
from supervision.report.printed import Pen

CONTENTS = Text("Contents", "Sommaire")
COMMENT = Text("Comment", "Commentaire")
BEFORE = Text("Written in the period before", "Écrit lors de la période précédente")
CONTINUED = Text("continued", "suite")
PREVIOUS = Text("before: {value}", "avant\u00a0: {value}")
UNWRITTEN = Text("Nothing has been written for this period yet.", "Rien n'a encore été écrit pour cette période.")
NOTHING = Text("Nothing to show in this period.", "Rien à montrer pour cette période.")
NO_ROWS = Text("No entry in this period.", "Aucune entrée pour cette période.")

_SCOPE = Text("Covers", "Périmètre")
_PERIOD = Text("Period", "Période")
_UNTIL = Text("Data recorded until", "Données enregistrées jusqu'au")
_DIGEST = Text("Fingerprint of the figures", "Empreinte des chiffres")
_COUNTED = Text("Counted by", "Calculé par")
_OUTSIDE = Text("Small numbers", "Petits effectifs")
_HIDDEN = Text(
    "fewer than five cases are not told, so this file may leave the organisation",
    "moins de cinq cas ne sont pas indiqués\u00a0: ce fichier peut sortir de l'organisation",
)
_INSIDE = Text(
    "told as they are: for use within the organisation only",
    "indiqués tels quels\u00a0: pour usage interne uniquement",
)


def facts(document: Document, pen: Pen) -> list[tuple[str, str]]:
    """Return what a report says about itself, a label and its words each."""
    versions = " · ".join(f"{name} {version}" for name, version in document.versions)
    return [
        (pen.say(_SCOPE), pen.say(document.scope_name)),
        (pen.say(_PERIOD), f"{pen.say(document.period_name)} ({pen.days(document.first, document.last)})"),
        (pen.say(_UNTIL), pen.moment(document.cut_off)),
        (pen.say(_OUTSIDE), pen.say(_HIDDEN if document.outside else _INSIDE)),
        *([(pen.say(_COUNTED), versions)] if versions else []),
        (pen.say(_DIGEST), document.digest()[:16]),
    ]


@dataclass(frozen=True)
class Said:
    """A comment as it is printed: who wrote it and when, and its lines."""

    head: str
    lines: tuple[str, ...]


def said(section: Section, pen: Pen) -> list[Said]:
    """Return what people wrote to a section, that of the period before first, and where nobody did yet."""
    written = [
        Said(
            f"{pen.say(words)} · {pen.say(comment.author)}, {pen.day(comment.at.date())}",
            tuple(line for line in pen.say(comment.text).splitlines() if line.strip()),
        )
        for comment, words in ((section.before, BEFORE), (section.comment, COMMENT))
        if comment
    ]
    return written if section.comment or not section.follows else [*written, Said(pen.say(UNWRITTEN), ())]


def shown(section: Section, drawn: Container[str]) -> list[Block]:
    """Return the blocks of a section that show something: of charts those that are drawn."""
    return [block for block in section.blocks if not isinstance(block, Chart) or block.key in drawn]


def previous(number: Number, pen: Pen) -> str:
    """Return what a key figure was in the period before, in words; nothing where it was not counted."""
    return "" if number.before is None else pen.say(PREVIOUS).format(value=pen.cell(number.before).value)


def properties(document: Document, pen: Pen) -> dict[str, Any]:
    """Return what a list of files shows of an office file."""
    made = document.cut_off.astimezone(UTC).replace(tzinfo=None)
    about = {"title": pen.say(document.title), "subject": running(document, pen), "author": "Sonorelay"}
    return {**about, "created": made}


def described(about: Any, document: Document, pen: Pen) -> None:
    """Set the core properties of a document or of slides."""
    known = properties(document, pen)
    known |= {"last_modified_by": known["author"], "modified": known["created"]}
    known |= {"comments": "", "revision": 1, "language": "fr-FR" if pen.french else "en-GB"}
    for name, value in known.items():
        setattr(about, name, value)


def running(document: Document, pen: Pen) -> str:
    """Return the line at the foot of each page."""
    return f"{pen.say(document.scope_name)} · {pen.say(document.period_name)} · {document.digest()[:8]}"


def widths(table: Table, pen: Pen) -> list[float]:
    """Return which share of the width each column of a table needs, by its longest words and numbers."""
    needed = []
    for place, column in enumerate(table.columns):
        printed = [pen.cell(row[place]) for row in table.every]
        longest = max((max(1.15 * len(one.value), 0.92 * len(one.detail)) for one in printed), default=0)
        word = max(map(len, pen.say(column.title).split()), default=0)
        needed.append(min(30.0, max(6.0, longest, 1.2 * word)) + 3)
    return [one / sum(needed) for one in needed]

"""What stands before and between the figures of a report: its facts, its comments, its small words?"""

from pipeline.text import Text
from supervision.report.document import Comment, Document, Table
from supervision.report.printed import Pen

CONTENTS = Text("Contents", "Sommaire")
COMMENT = Text("Comment", "Commentaire")
BEFORE = Text("Written in the period before", "Écrit lors de la période précédente")
CONTINUED = Text("continued", "suite")
PREVIOUS = Text("before: {value}", "avant\u00a0: {value}")
TOTAL_NOTE = Text("Total", "Total")
FIGURE = Text("Figure", "Figure")
PAGE = Text("page", "page")
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


def signed(comment: Comment, pen: Pen) -> str:
    """Return who wrote a comment, and when."""
    return f"{pen.say(comment.author)}, {pen.day(comment.at.date())}"


def running(document: Document, pen: Pen) -> str:
    """Return the line at the foot of each page."""
    return f"{pen.say(document.scope_name)} · {pen.say(document.period_name)} · {document.digest()[:8]}"


def widths(table: Table, pen: Pen) -> list[float]:
    """Return which share of the width each column of a table needs, by its longest words and numbers."""
    rows = (*table.rows, table.total) if table.total else table.rows
    needed = []
    for place, column in enumerate(table.columns):
        printed = [pen.cell(row[place]) for row in rows]
        longest = max((max(len(one.value), 0.92 * len(one.detail)) for one in printed), default=0)
        word = max(map(len, pen.say(column.title).split()), default=0)
        needed.append(min(30.0, max(6.0, longest, 1.3 * word)) + 3)
    return [one / sum(needed) for one in needed]

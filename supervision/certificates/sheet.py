"""How is a certificate laid out on paper: who certifies what of whom, on which evidence, and how it is proven?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pipeline.text import Text
from supervision.certificate import Signed
from supervision.period import MONTHS

NBSP = "\N{NO-BREAK SPACE}"
KEY = Text("Signed with the key", "Signé avec la clé")
SIGNED_AT = Text("Signature made", "Signature établie le")
HEAD = Text("Head of the record", "Tête du registre")
HOW = Text(
    "This print shows what the signed file says, which lies within it. The command “sonorelay certificate FILE”, "
    "with this PDF or the signed file, tells without any network whether anything was changed. Compare its answer with "
    "this page, and the key with the one that {organisation} gives out; only {organisation} knows whether the "
    "certificate was withdrawn since then.",
    f"Cette page imprimée montre ce que dit le fichier signé qu'elle contient. La commande «{NBSP}sonorelay "
    f"certificate FICHIER{NBSP}», avec ce PDF ou le fichier signé, dit sans aucun réseau si quelque chose a changé. "
    "Comparez sa réponse avec cette page, et la clé avec celle que communique {organisation}. Seul {organisation} sait "
    "si le certificat a été retiré depuis.",
)


@dataclass(frozen=True)
class Table:
    """A list under a heading; the last column is the widest."""

    title: Text
    columns: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]


@dataclass(frozen=True)
class Sheet:
    """What stands on the page, from the top: `lead` leads over to `name`, the large line; then `about`, line by line.

    facts: a label and its words each.
    """

    title: Text
    lead: Text
    name: str
    about: tuple[Text, ...]
    facts: tuple[tuple[Text, Text], ...]
    tables: tuple[Table, ...] = ()


def proof(certificate: Signed) -> tuple[tuple[Text, Text], ...]:
    """Return by what any certificate can be checked: its key, when it was signed, the record at that moment."""
    at = datetime.fromisoformat(str(certificate.document["signed_at"]))
    chain = certificate.document.get("chain")
    found = [(KEY, alike(certificate.fingerprint)), (SIGNED_AT, _moment(at))]
    if chain:
        found.append((HEAD, alike(f"{chain['number']}:{chain['hash']}")))
    return tuple(found)


def day_said(day: date) -> Text:
    """Return a day in words: 1 March 2026, 1er mars 2026."""
    month = MONTHS[day.month - 1]
    return Text(f"{day.day} {month.en} {day.year}", f"{'1er' if day.day == 1 else day.day} {month.fr} {day.year}")


def in_both(said: Mapping[str, Any]) -> Text:
    """Return words that a document holds in both languages."""
    return Text(str(said["en"]), str(said["fr"]))


def alike(words: str) -> Text:
    """Return words that are the same in both languages."""
    return Text(words, words)


def _moment(at: datetime) -> Text:
    day = day_said(at.date())
    return Text(f"{day.en}, {at:%H:%M} UTC", f"{day.fr} à {at:%H:%M} UTC")

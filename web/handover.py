"""How is it shown what a bundle holds beside what was counted of it elsewhere?"""

import json
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from pipeline.text import Text
from storage.catalogue.models import HandoverStep, ProjectBundle
from storage.handover.tables import short, words_of_table
from supervision.certificate import Signed, verify
from web.words import Word


@dataclass(frozen=True)
class Counted:
    """One line: what is counted, in words or by its name, here and there (None where no receipt tells)."""

    name: str
    words: Text | None
    label: Word
    here: int
    there: int | None

    @property
    def differs(self) -> bool:
        """Tell whether the two are not the same."""
        return self.there is not None and self.there != self.here


def counted(bundle: ProjectBundle, receipt: Signed | None) -> list[Counted]:
    """Return what a bundle holds and what the receipt says of it: stored files, events, then each table."""
    there = receipt.document["says"]["counts"] if receipt else {}
    beside = {
        "objects": _("Stored files"),
        "events": _("Events of the record"),
        "unmatched": _("Fingerprints without a match"),
    }
    rows = [
        Counted("", None, label, bundle.counts.get(name, 0), there.get(name) if receipt else None)
        for name, label in beside.items()
    ]
    tables, told = bundle.counts["tables"], there.get("tables", {})
    return rows + [
        Counted(short(name), _words(name), "", tables.get(name, 0), told.get(name, 0) if receipt else None)
        for name in sorted({*tables, *told})
        if tables.get(name) or told.get(name)
    ]


def signed_of(step: HandoverStep) -> Signed:
    """Return the signed statement of a step; Rejected (`certificate_changed`) if its row was changed."""
    return verify(json.dumps(step.signed).encode())


def _words(table: str) -> Text | None:
    try:
        return words_of_table(table)
    except KeyError:  # of a newer version there
        return None

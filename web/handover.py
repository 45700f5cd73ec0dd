"""How is it shown what a bundle holds beside what was counted of it elsewhere, and what was signed of a step?"""

import json
from dataclasses import dataclass

from django.http import HttpResponse

from pipeline.text import Text
from storage.catalogue.models import HandoverStep, ProjectBundle
from storage.documents.certificate import as_pdf
from storage.handover.tables import short, words_of_table
from supervision.certificate import Signed, verify
from supervision.certificates.project_receipt import NAMES, UNMATCHED


@dataclass(frozen=True)
class Counted:
    """One line: what is counted, here and there (None where no receipt tells).

    name: of a table, or of what is counted beside tables. words: None for a table that only a newer version knows.
    """

    name: str
    words: Text | None
    here: int
    there: int | None
    is_table: bool = False

    @property
    def differs(self) -> bool:
        """Tell whether the two are not the same."""
        return self.there is not None and self.there != self.here


def counted(bundle: ProjectBundle, receipt: Signed | None) -> list[Counted]:
    """Return what a bundle holds and what the receipt says of it: stored files, events, then each table."""
    there = receipt.document["says"]["counts"] if receipt else {}
    beside = {"objects": NAMES["objects"], "events": NAMES["events"], "unmatched": NAMES[UNMATCHED]}
    rows = [Counted(name, words, bundle.counts.get(name, 0), there.get(name)) for name, words in beside.items()]
    tables, told = bundle.counts["tables"], there.get("tables", {})
    return rows + [
        Counted(short(name), _words(name), tables.get(name, 0), told.get(name, 0) if receipt else None, is_table=True)
        for name in sorted({*tables, *told})
        if tables.get(name) or told.get(name)
    ]


def file_of(step: HandoverStep) -> HttpResponse:
    """Give the signed file of a step."""
    return _file(_signed(step).as_json(), "application/json", f"{_name(step)}.json")


def page_of_step(step: HandoverStep, language: str) -> HttpResponse:
    """Give the certificate of a hand-over as PDF, with the signed file inside."""
    return _file(as_pdf(_signed(step), language), "application/pdf", f"{_name(step)}-{language}.pdf")


def _signed(step: HandoverStep) -> Signed:
    """Return the signed statement of a step; Rejected (`certificate_changed`) if its row was changed."""
    return verify(json.dumps(step.signed).encode())


def _name(step: HandoverStep) -> str:
    return f"{step.handover.project.code}-{step.stage.replace('_', '-')}"


def _file(content: bytes, media: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _words(table: str) -> Text | None:
    try:
        return words_of_table(table)
    except KeyError:  # of a newer version there
        return None

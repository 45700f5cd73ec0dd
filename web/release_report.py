"""How was a scan made safe, in words: what was removed, how the pictures were written, which checks ran?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from pipeline.text import Text
from storage.catalogue.models import Scan
from web.held import WITNESSES


@dataclass(frozen=True)
class CheckTold:
    """One check in words, with its figures."""

    name: Text
    passed: bool
    facts: tuple[tuple[Text, int | float | str], ...]


@dataclass(frozen=True)
class ReportTold:
    """The report of a release in words; share: of the picture that was kept, 0 to 1."""

    made_at: datetime
    removed: tuple[tuple[Text, int], ...]
    total: int
    pixels: Text
    share: float
    witnesses: tuple[str | Promise, ...]
    checks: tuple[CheckTold, ...]
    versions: tuple[tuple[Text, str], ...]


def report_of(scan: Scan) -> ReportTold | None:
    """Return the report of the release that is shown now; None where none was kept."""
    kept = scan.release_reports.filter(current=True).first()
    if kept is None:
        return None
    from pipeline.deidentify.report import CHECKS, FACTS, PIXELS, REMOVED, VERSIONS  # its package loads the decoders

    report = kept.report
    removed = tuple((_word(REMOVED, name), int(count)) for name, count in report.get("removed", {}).items())
    return ReportTold(
        made_at=kept.made_at,
        removed=removed,
        total=sum(count for _, count in removed),
        pixels=_word(PIXELS, report.get("pixels", "")),
        share=float(report.get("kept_share", 0)),
        witnesses=tuple(WITNESSES.get(name, name) for name in report.get("kept_witnesses", ())),
        checks=tuple(
            CheckTold(
                _word(CHECKS, check["name"]),
                bool(check["passed"]),
                tuple((_word(FACTS, name), value) for name, value in check.get("facts", {}).items()),
            )
            for check in report.get("checks", ())
        ),
        versions=tuple((_word(VERSIONS, name), str(value)) for name, value in report.get("versions", {}).items()),
    )


def _word(table: Mapping[str, Text], name: str) -> Text:
    """Return the words of a code; one that another version wrote stands for itself."""
    return table.get(name) or Text(name, name)

"""How is a report made from the prompt, and its files laid into a folder?"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pipeline.text import Text
from sonorelay import programme
from sonorelay.outcome import ANSWERED, USAGE, fail, language, print_json
from supervision.period import Period, PeriodKind

OTHER_KIND = Text(
    "{period} is not a {kind} period: weeks are written like 2026-W07, months like 2026-02, quarters like 2026-Q1,"
    " years like 2026",
    "{period} n'est pas une période « {kind} » : une semaine s'écrit comme 2026-W07, un mois comme 2026-02,"
    " un trimestre comme 2026-Q1, une année comme 2026",
)
WRITTEN = Text("{file}: {size} bytes", "{file} : {size} octets")


def report(
    kind: str,
    period: str | None,
    to: Path,
    *,
    project: str | None,
    organisation: str | None,
    languages: Sequence[str],
    forms: Sequence[str],
    outside: bool,
    as_json: bool,
) -> int:
    """Count a period as it is known now, keep the report, and write its files into the folder `to`.

    Without `period` the last one that is over; without project and organisation the whole programme.
    """
    wanted = _period(PeriodKind(kind), period, datetime.now(UTC))
    if wanted is None:
        return fail(OTHER_KIND.format(period=period or "-", kind=kind), USAGE)
    if project is not None:
        programme.known_project(project)
    if organisation is not None:
        programme.known_organisation(organisation)
    programme.apply_programme()
    from storage.catalogue import reports
    from storage.documents.files import FORMATS, LANGUAGES, name_of
    from storage.objects.chosen import object_store
    from storage.settings import settings

    scope = reports.scope_of(project=project, organisation=organisation)
    now, store = datetime.now(UTC), object_store()
    kept = reports.make(scope, wanted, outside=outside, store=store, person=None, now=now)
    to.mkdir(parents=True, exist_ok=True)
    for spoken in languages or LANGUAGES:
        files = reports.printed_as(kept, spoken, forms or FORMATS, store=store, site=settings().base_url, now=now)
        for file in files:
            place = to / name_of(scope.code, wanted.code, spoken, file.form, outside=outside)
            with store.fetch(reports.AREA, file.digest) as path:
                place.write_bytes(path.read_bytes())
            if as_json:
                print_json({"file": str(place), "bytes": file.size, "sha256": file.digest, "figures": kept.digest})
            else:
                print(WRITTEN.format(file=str(place), size=file.size).say(language()))
    return ANSWERED


def _period(kind: PeriodKind, code: str | None, now: datetime) -> Period | None:
    """Return the period; None for a code that is none of this kind."""
    if code is None:
        return Period.holding(kind, now.date()).previous()
    try:
        period = Period.named(code)
    except ValueError:
        return None
    return period if period.kind is kind else None

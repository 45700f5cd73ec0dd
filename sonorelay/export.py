"""What goes to other systems as files: numbers for DHIS2, shares and final readings as FHIR, readings as DICOM SR?"""

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.text import Text
from sonorelay import programme
from sonorelay.outcome import ANSWERED, USAGE, fail, language, print_json
from supervision.period import Period

if TYPE_CHECKING:  # Django is not loaded yet when this file is read
    from django.db.models import QuerySet

    from storage.catalogue.models import Project

KINDS = ("dhis2", "measures", "fhir", "sr")
NO_PERIOD = Text(
    "a period is written like 2026-W07, 2026-02, 2026-Q1 or 2026",
    "une période s'écrit comme 2026-W07, 2026-02, 2026-Q1 ou 2026",
)
NO_MAPPING = Text(
    "programme.toml maps nothing to DHIS2: see [dhis2] in the page on exchange",
    "programme.toml ne fait rien correspondre à DHIS2 : voir [dhis2] dans la page sur les échanges",
)
OTHER_PERIOD = Text("the data set of [dhis2] is {kind}", "le jeu de données de [dhis2] est : {kind}")
WRITTEN = Text("{count} files in {folder}.", "{count} fichiers dans {folder}.")
LEFT_OUT = Text(
    "{count} readings have no clip that came as DICOM, and no structured report.",
    "{count} relectures n'ont aucun clip arrivé en DICOM, donc pas de compte rendu structuré.",
)


def export(kind: str, period: str, to: Path, *, project: str | None, as_json: bool) -> int:
    """Write the files of a period into a folder; the same catalogue gives the same files, which replace the old ones.

    People are pseudonyms in all of them, and no small number is told.
    """
    try:
        days = Period.named(period)
    except ValueError:
        return fail(NO_PERIOD, USAGE)
    if project:
        programme.known_project(project)
    programme.open_catalogue()
    from storage.catalogue.handovers import still_with_us, with_us
    from storage.catalogue.models import Project
    from storage.export import readings

    places = Project.objects.filter(with_us())
    if project:
        places = places.filter(pk=still_with_us(project).pk)
    now = datetime.now(UTC)
    to.mkdir(parents=True, exist_ok=True)
    if kind == "dhis2":
        return _dhis2(days, places, to, now, as_json=as_json)
    count, lacking = _measures(days, places, to, now) if kind == "measures" else _readings(kind, days, places, to)
    readings.note(kind, count, None, now)
    return _tell(count, to, as_json=as_json, lacking=lacking)


def _dhis2(days: Period, places: "QuerySet[Project]", to: Path, now: datetime, *, as_json: bool) -> int:
    from storage.catalogue.programme import current
    from storage.export import readings
    from storage.export.numbers import numbers_of
    from supervision.export import dhis2

    mapping = current().dhis2
    if mapping is None:
        return fail(NO_MAPPING, USAGE)
    if days.kind is not mapping.period:
        return fail(OTHER_PERIOD.format(kind=mapping.period.value), USAGE)
    told = numbers_of(places.filter(code__in=mapping.org_units), days, now)
    payload = dhis2.data_value_set(mapping, days, told)
    _write(to / f"dhis2-{dhis2.period_of(days)}.json", dhis2.as_bytes(payload))
    readings.note("dhis2", len(payload["dataValues"]), None, now)
    return _tell(1, to, as_json=as_json)


def _measures(days: Period, places: "QuerySet[Project]", to: Path, now: datetime) -> tuple[int, int]:
    from storage.export.numbers import numbers_of
    from supervision.export import fhir
    from supervision.export.measure_report import measure_report

    told = numbers_of(places, days, now)
    until = min(now, days.ends).isoformat(timespec="seconds")
    for code, numbers in told.items():
        _write(to / f"{code}-{days.code}.json", fhir.as_bytes(measure_report(code, days, numbers, until)))
    return len(told), 0


def _readings(kind: str, days: Period, places: "QuerySet[Project]", to: Path) -> tuple[int, int]:
    """Write each final reading that was given in these days; return how many, and of how many there was no DICOM."""
    from storage.export import readings
    from supervision.export import fhir
    from supervision.export.structured_report import structured_report

    written = lacking = 0
    for review in readings.readings_of(places, days).iterator(chunk_size=100):
        told = readings.exported(review, dicom=kind == "sr")
        if kind == "fhir":
            _write(to / f"{review.exam.uuid}.json", fhir.as_bytes(fhir.bundle_of(told.reading)))
        elif told.released:
            _write(to / f"{readings.report_name(review)}.dcm", structured_report(told.reading, told.released))
        else:
            lacking += 1
            continue
        written += 1
    return written, lacking


def _tell(count: int, to: Path, *, as_json: bool, lacking: int = 0) -> int:
    if as_json:
        print_json({"files": count, "without_dicom": lacking, "folder": str(to)})
        return ANSWERED
    print(WRITTEN.format(count=count, folder=str(to)).say(language()))
    if lacking:
        print(LEFT_OUT.format(count=lacking).say(language()))
    return ANSWERED


def _write(path: Path, content: bytes) -> None:
    """Write a file whole, or leave the one that is there."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".export-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise

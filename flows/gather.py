"""How do the files that wait for a project get in, from whichever of its places that we look at?

Nothing that keeps one place from being emptied keeps another, nor the scans that were received before.
"""

import logging
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from prefect import task

from pipeline.errors import Misconfigured, Unavailable
from storage.catalogue import setup
from storage.objects.chosen import object_store
from storage.settings import settings

setup.prepare()  # Django wants to be ready before its tables are imported

from flows.found import Found  # noqa: E402
from flows.outage import outages_are_said  # noqa: E402
from flows.presence import present  # noqa: E402
from flows.receipts import ReceiptPlace, Receipts, keep_answering  # noqa: E402
from flows.receive import Reception  # noqa: E402
from flows.retries import nobody_must_act  # noqa: E402
from flows.sources import s3_inbox, watched_folder  # noqa: E402
from flows.taken import TakenFiles  # noqa: E402
from storage.keys import organisation_key  # noqa: E402
from supervision.programme import ProjectEntry, read_programme  # noqa: E402
from supervision.sources import Source, Way  # noqa: E402

PASSING = frozenset({"disk_full", "inbox_unreachable", "inbox_refused"})
"""What keeps one place waiting until the next cycle; trying again at once would not help."""

log = logging.getLogger("sonorelay.flows")


class Place(NamedTuple):
    """A kind of place that we look at: what is found there, and where its senders are answered."""

    found: Callable[[Any, ProjectEntry, Path], Iterator[Found]]
    receipts: Callable[[Any, ProjectEntry], ReceiptPlace]


PLACES = {
    Way.WATCHED_FOLDER: Place(watched_folder.found, watched_folder.receipts),
    Way.S3_INBOX: Place(s3_inbox.found, s3_inbox.receipts),
}


@task(retries=3, retry_delay_seconds=[5, 20, 60], retry_condition_fn=nobody_must_act)
def gather(project: str, organisation: str) -> int:
    """Take in the complete files of all places of a project; returns how many scans they held."""
    entry = project_entry(project)
    try:
        with outages_are_said(), present(settings().home / "running") as run:
            return sum(_gathered(entry, source, organisation, run.work) for source in entry.sources)
    finally:
        setup.close_connections()


@task(retries=3, retry_delay_seconds=[5, 20, 60], retry_condition_fn=nobody_must_act)
def answer(project: str) -> None:
    """Bring the receipts at all places of a project up to date."""
    entry, now = project_entry(project), datetime.now(UTC)
    try:
        with outages_are_said():
            for source in entry.sources:
                keep_answering(_receipts(entry, source, now))
    finally:
        setup.close_connections()


def project_entry(code: str) -> ProjectEntry:
    """Return what the programme says of a project; LookupError where it says nothing of it."""
    programme = read_programme(settings().programme_file.read_text(encoding="utf-8"))
    for entry in programme.projects:
        if entry.code == code:
            return entry
    raise LookupError(f"unknown project {code}")


def _gathered(entry: ProjectEntry, source: Source, organisation: str, work: Path) -> int:
    place = PLACES.get(source.kind)
    if place is None:  # what comes in by it is brought to us
        return 0
    key = organisation_key(organisation)
    taken = TakenFiles(settings().home / "taken" / f"{entry.code}.{_name(source)}", key)
    try:
        with tempfile.TemporaryDirectory(dir=work) as folder, outages_are_said():
            receipts = _receipts(entry, source, datetime.now(UTC))
            reception = Reception(entry.code, key, object_store(organisation), Path(folder), taken, receipts)
            return reception.take_in(place.found(source, entry, Path(folder)))
    except (Unavailable, Misconfigured) as error:
        if error.code not in PASSING:
            raise
        log.warning("place_waits project=%s kind=%s code=%s", entry.code, source.kind, error.code)
        return 0


def _receipts(entry: ProjectEntry, source: Source, now: datetime) -> Receipts | None:
    """Return the receipts of a place; None where they can be neither read nor written now."""
    place = PLACES.get(source.kind)
    try:
        return place and Receipts(place.receipts(source, entry), entry.code, entry.language, now)
    except (OSError, Unavailable, Misconfigured):
        log.warning("receipts_not_read project=%s kind=%s", entry.code, source.kind)
        return None


def _name(source: Source) -> str:
    """Return a short name for a place that says nothing of it."""
    return sha256(source.model_dump_json(exclude={"keep"}).encode()).hexdigest()[:10]

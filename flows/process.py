"""How does a received scan become a queued, withheld or refused one, exactly once?"""

import logging
import tempfile
import traceback
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from flows.channel import as_the_channel_knew
from flows.outage import outages_are_said
from flows.placed import Files, placed
from flows.presence import Run
from pipeline.deidentify import Key, Release
from pipeline.errors import Rejected, SonorelayError, Unavailable
from qa_rules import Walk, walk_in_child
from storage.catalogue import intake
from storage.catalogue.layouts import guidance_for
from storage.catalogue.models import Scan
from storage.keys import organisation_key
from storage.objects import Area, ObjectStore
from storage.room import has_room
from storage.settings import settings

JPEG = "image/jpeg"
OF_ONE_OBJECT = frozenset({"object_missing", "object_damaged"})
"""What is wrong with one scan's object, until it is mended from the second copy; the others can go on."""

log = logging.getLogger("sonorelay.flows")


def process_scan(digest: str, organisation: str, run: Run, store: ObjectStore) -> str:
    """Bring one taken scan to its next state and return its name; one bad scan never fails the others."""
    try:
        with outages_are_said():
            return _process(intake.scan_with(digest), organisation, run, store)
    except Unavailable as error:
        of_this_one = error.code in OF_ONE_OBJECT or (error.code == "disk_full" and has_room(run.work))
        if not of_this_one:
            raise
        log.error("scan_set_aside digest=%s code=%s", digest[:10], error.code)
        intake.set_aside(digest, run.token)
        return "set_aside"
    except Exception as error:  # noqa: BLE001 - the one boundary per scan: nothing may disappear, nothing may stop a batch
        log.error("scan_failed digest=%s error=%s", digest[:10], where(error))
        intake.record_failed(digest, run.token, "internal", _now())
        return "failed"


def _process(scan: Scan, organisation: str, run: Run, store: ObjectStore) -> str:
    key = organisation_key(organisation)
    with tempfile.TemporaryDirectory(dir=run.work) as folder, store.fetch(Area.RAW, scan.digest, run.work) as raw:
        try:
            walked = walk_in_child(raw, key, Path(folder), guidance_for(scan), settings().layouts_read)
        except Rejected as refusal:
            intake.record_rejected(scan.digest, run.token, refusal, _now())
            return "rejected"
        if walked.withheld is not None:
            return _withhold(scan, run.token, walked, key, store)
        return _release(scan, run.token, walked, key, store)


def _withhold(scan: Scan, token: str, walked: Walk, key: Key, store: ObjectStore) -> str:
    assert walked.withheld is not None  # noqa: S101 - the caller has looked
    doubt = walked.doubt
    pictures = {} if doubt is None else {"evidence": doubt.picture, "envelope": doubt.envelope}
    files = {role: (path, JPEG) for role, path in pictures.items() if path is not None}
    record = partial(
        intake.record_withheld,
        scan.digest,
        token,
        walked.withheld,
        walked.inspection,
        as_the_channel_knew(walked.identity, scan, key, store),
        doubt=doubt,
        kept=walked.kept,
        profile=walked.profile,
        key=key.fingerprint,
    )
    placed(store, Area.WITHHELD, files, lambda stored: record(stored, _now()))
    return "withheld"


def _release(scan: Scan, token: str, walked: Walk, key: Key, store: ObjectStore) -> str:
    assert walked.release is not None  # noqa: S101 - a walk is released or withheld
    record = partial(
        intake.record_released,
        scan.digest,
        token,
        walked.inspection,
        as_the_channel_knew(walked.identity, scan, key, store),
        walked.release.frame_times,
        kept=walked.release.kept,
        report=walked.release.report.as_json(),
        profile=walked.profile,
        key=key.fingerprint,
    )
    placed(store, Area.RELEASED, files_of(walked.release), lambda stored: record(stored, _now()))
    return "released"


def files_of(release: Release) -> Files:
    """Return what was written, by role."""
    return {output.role: (output.path, output.media_type) for output in release.outputs}


def where(error: Exception) -> str:
    """Name the failure by its type and place; its message may hold a value of a header."""
    if isinstance(error, SonorelayError):
        return " ".join([error.code, *(f"{name}={value}" for name, value in error.facts.items())])
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"


def _now() -> datetime:
    return datetime.now(UTC)

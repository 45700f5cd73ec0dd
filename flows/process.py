"""How does a received scan become a queued, withheld or refused one, exactly once?"""

import logging
import tempfile
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from flows.presence import Run
from pipeline.deidentify import Key
from pipeline.errors import Rejected, SonorelayError, Unavailable
from qa_rules import Walk, walk_in_child
from storage.catalogue import intake
from storage.objects import Area, ObjectStore, StoredBytes
from storage.settings import settings

log = logging.getLogger("sonorelay.flows")


def process_scan(digest: str, organisation: str, run: Run, store: ObjectStore) -> str:
    """Bring one taken scan to its next state and return its name; one bad scan never fails the others."""
    try:
        return _process(digest, organisation, run, store)
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001 - the one boundary per scan: nothing may disappear, nothing may stop a batch
        log.error("scan_failed digest=%s error=%s", digest[:10], _where(error))
        intake.record_failed(digest, run.token, "internal", _now())
        return "failed"


def _process(digest: str, organisation: str, run: Run, store: ObjectStore) -> str:
    token = run.token
    with tempfile.TemporaryDirectory(dir=run.work) as folder, store.fetch(Area.RAW, digest, run.work) as raw:
        try:
            walked = walk_in_child(raw, organisation_key(organisation), Path(folder))
        except Rejected as refusal:
            intake.record_rejected(digest, token, refusal, _now())
            return "rejected"
        if walked.withheld is not None:
            intake.record_withheld(digest, token, walked.withheld, walked.inspection, walked.identity, {}, _now())
            return "withheld"
        return _release(digest, token, walked, store)


def _release(digest: str, token: str, walked: Walk, store: ObjectStore) -> str:
    assert walked.release is not None  # noqa: S101 - a walk is released or withheld
    stored: Mapping[str, tuple[StoredBytes, str]] = {
        output.role: (store.put(Area.RELEASED, output.path), output.media_type) for output in walked.release.outputs
    }
    intake.record_released(
        digest, token, walked.inspection, walked.identity, walked.release.frame_times, stored, _now()
    )
    return "released"


@cache
def organisation_key(organisation: str) -> Key:
    """Return the pseudonym key of an organisation, made on first use."""
    return Key.load_or_create(settings().key_file(organisation))


def _where(error: Exception) -> str:
    """Name the failure by its type and place; its message may hold a value of a header."""
    if isinstance(error, SonorelayError):
        return " ".join([error.code, *(f"{name}={value}" for name, value in error.facts.items())])
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"


def _now() -> datetime:
    return datetime.now(UTC)

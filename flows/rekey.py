"""How do scans get their new pseudonyms after the key of their organisation was changed?

From the raw object, with the area and the decisions on record; a few in every cycle, beside the day's work.
"""

import logging
import tempfile
from collections import Counter
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from flows.channel import as_the_channel_knew
from flows.placed import placed
from flows.presence import Run
from flows.process import files_of
from pipeline.child import SECONDS_FOR_ONE_SCAN, run_in_child
from pipeline.deidentify import Key, identify
from pipeline.deidentify.again import release_again
from pipeline.errors import Rejected, SonorelayError, Unavailable
from storage.catalogue import rekeying
from storage.catalogue.models import Scan
from storage.catalogue.retention import original_deleted
from storage.keys import organisation_key
from storage.objects import Area, ObjectStore
from storage.settings import settings

IN_ONE_CYCLE = 20

log = logging.getLogger("sonorelay.flows")


def rekey(project: str, organisation: str, run: Run, store: ObjectStore) -> dict[str, int]:
    """Make up to 20 scans of the project anew under the key of today; returns how many were, and were refused."""
    key = organisation_key(organisation)
    wanted = rekeying.to_make_anew(project, key.fingerprint)[:IN_ONE_CYCLE]
    return dict(Counter(_rekey(scan, key, run, store) for scan in wanted))


def _rekey(scan: Scan, key: Key, run: Run, store: ObjectStore) -> str:
    try:
        if original_deleted(scan):
            raise Rejected("original_deleted")
        with tempfile.TemporaryDirectory(dir=run.work) as folder, store.fetch(Area.RAW, scan.digest, run.work) as raw:
            if scan.objects_stored.filter(area=Area.RELEASED).exists():
                _release(scan, raw, Path(folder), key, store)
            else:
                identity = run_in_child(identify, raw, key, seconds=SECONDS_FOR_ONE_SCAN)
                known = as_the_channel_knew(identity, scan, key, store)
                rekeying.record_rekeyed(scan, known, {}, datetime.now(UTC), key=key.fingerprint)
    except Unavailable:
        raise
    except SonorelayError as error:
        log.error("rekey_refused digest=%s code=%s", scan.digest[:10], error.code)
        rekeying.record_refused(scan, key.fingerprint, error, datetime.now(UTC))
        return "refused"
    return "rekeyed"


def _release(scan: Scan, raw: Path, folder: Path, key: Key, store: ObjectStore) -> None:
    kept, accepted = rekeying.decided_before(scan)
    again = partial(release_again, text_accepted=accepted, layouts_read=settings().layouts_read)
    identity, release = run_in_child(again, raw, key, folder, kept, seconds=SECONDS_FOR_ONE_SCAN)
    record = partial(
        rekeying.record_rekeyed,
        scan,
        as_the_channel_knew(identity, scan, key, store),
        key=key.fingerprint,
        frame_times=release.frame_times,
        report=release.report.as_json(),
    )
    placed(store, Area.RELEASED, files_of(release), lambda stored: record(stored, datetime.now(UTC)))

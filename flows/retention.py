"""Which originals go tonight, because the term that programme.toml sets for them is over?"""

import logging
from datetime import UTC, datetime

from prefect import flow, task

from pipeline.key import Key
from storage.catalogue import setup
from storage.objects.chosen import object_store
from storage.objects.second import second_copy
from storage.settings import settings
from supervision.programme import read_programme

setup.prepare()  # Django wants to be ready before its tables are imported

from flows.presence import alone  # noqa: E402
from flows.retries import nobody_must_act  # noqa: E402
from storage.catalogue import retention as originals  # noqa: E402

log = logging.getLogger("sonorelay.flows")


@task(retries=3, retry_delay_seconds=[60, 300, 900], retry_condition_fn=nobody_must_act)
def delete_what_is_over(raw_days: int) -> int:
    """Delete the originals whose term is over, in both copies; returns of how many scans.

    Unavailable (`second_copy_away`) as long as the second copy is not there: half deleted is not deleted.
    """
    try:
        second = second_copy()
        places = (object_store(),) if second is None else (object_store(), second)
        keys = [Key.load_or_create(file).fingerprint for file in settings().keys_folder.glob("*.key")]
        now = datetime.now(UTC)
        due = originals.over_term(raw_days, keys, now).values_list("pk", flat=True)
        return sum(originals.delete_originals(scan, raw_days, keys, places, now) for scan in list(due))
    finally:
        setup.close_connections()


@flow(log_prints=False)
def retention() -> dict[str, int]:
    """Delete originals whose term is over; nothing where programme.toml sets none, or another run is at it."""
    programme = read_programme(settings().programme_file.read_text(encoding="utf-8"))
    if programme.retention.raw_days is None:
        return {}
    with alone(settings().home / "running", "retention") as first:
        deleted = delete_what_is_over(programme.retention.raw_days) if first else 0
    log.info("retention raw_days=%d deleted=%d", programme.retention.raw_days, deleted)
    return {"deleted": deleted}

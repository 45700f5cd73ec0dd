"""Which scores change when scans are judged anew? From stored values, without a picture."""

import logging
from datetime import UTC, datetime

from prefect import flow, task

from storage.catalogue import setup
from storage.settings import settings

setup.prepare()  # Django wants to be ready before its tables are imported

from flows.presence import alone  # noqa: E402
from flows.retries import nobody_must_act  # noqa: E402
from storage.catalogue import calibrations  # noqa: E402
from storage.catalogue.models import Organisation  # noqa: E402

log = logging.getLogger("sonorelay.flows")


@task(retries=3, retry_delay_seconds=[5, 20, 60], retry_condition_fn=nobody_must_act)
def judge_anew(organisation: str, *, everything: bool) -> int:
    """Judge the organisation's scans anew that its calibration has not judged yet, or all; returns how many changed."""
    try:
        known = Organisation.objects.get(code=organisation)
        return calibrations.reassess(known, datetime.now(UTC), everything=everything)
    finally:
        setup.close_connections()


@flow(log_prints=False)
def reassess(organisation: str) -> dict[str, int]:
    """Judge all scans of an organisation anew, as after an update of rules or exam types; returns how many changed.

    Nothing where another run on this machine is at it.
    """
    with alone(settings().home / "running", f"{organisation}.calibration") as first:
        if not first:
            return {}
        changed = judge_anew(organisation, everything=True)
    log.info("reassessed organisation=%s changed=%d", organisation, changed)
    return {"reassessed": changed}

"""What is usual on each device of an organisation, and which scores change by it? Once a night."""

import logging
from datetime import UTC, datetime

from prefect import flow, task

from storage.catalogue import setup
from storage.settings import settings

setup.prepare()  # Django wants to be ready before its tables are imported

from flows.presence import alone  # noqa: E402
from flows.reassess import judge_anew  # noqa: E402
from flows.retries import nobody_must_act  # noqa: E402
from storage.catalogue import calibrations, tickets  # noqa: E402
from storage.catalogue.models import Organisation, Project  # noqa: E402

log = logging.getLogger("sonorelay.flows")


@task(retries=3, retry_delay_seconds=[5, 20, 60], retry_condition_fn=nobody_must_act)
def learn_what_is_usual(organisation: str) -> int | None:
    """Keep a new version of the calibration; returns it, or None where all is much as before."""
    try:
        made = calibrations.calibrate(Organisation.objects.get(code=organisation), datetime.now(UTC))
        return made.version if made else None
    finally:
        setup.close_connections()


@task(retries=3, retry_delay_seconds=[5, 20, 60], retry_condition_fn=nobody_must_act)
def look_at_probes(organisation: str) -> int:
    """Open tickets for faults that the clips of the organisation's devices show; returns how many."""
    try:
        projects = Project.objects.filter(organisation__code=organisation).order_by("pk")
        return sum(tickets.find_faults(project, datetime.now(UTC)) for project in projects)
    finally:
        setup.close_connections()


@flow(log_prints=False)
def calibrate(organisation: str) -> dict[str, int]:
    """Calibrate an organisation, judge its scans anew by it and look at its probes; returns what came of it.

    version: of a new calibration, absent without one. Nothing where another run on this machine is at it.
    """
    with alone(settings().home / "running", f"{organisation}.calibration") as first:
        if not first:
            return {}
        version = learn_what_is_usual(organisation)
        reassessed = judge_anew(organisation, everything=False)
        opened = look_at_probes(organisation)
    log.info(
        "calibrated organisation=%s version=%s reassessed=%d tickets=%d", organisation, version, reassessed, opened
    )
    made = {} if version is None else {"version": version}
    return {**made, "reassessed": reassessed, "tickets": opened}

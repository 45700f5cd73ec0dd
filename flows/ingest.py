"""Which scans of a project are new, and who brings them to the review queue?

State lives in the catalogue: a run that is killed is never resumed; the next one finds what it left.
"""

import logging
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from storage.catalogue import setup
from storage.objects.chosen import object_store
from storage.settings import settings

setup.prepare()  # Django wants to be ready before its tables are imported, and Prefect imports this module first

from flows.batches import cancel_the_late, process_waiting  # noqa: E402
from flows.gather import answer, gather  # noqa: E402
from flows.presence import alone, free_what_the_dead_hold, present  # noqa: E402
from flows.rekey import rekey  # noqa: E402
from flows.retries import nobody_must_act  # noqa: E402
from storage.catalogue.authors import follow_up  # noqa: E402
from storage.catalogue.evidence import remove_discarded  # noqa: E402
from storage.catalogue.handovers import is_frozen  # noqa: E402
from storage.catalogue.programme import note_ingested  # noqa: E402

log = logging.getLogger("sonorelay.flows")


@task(retries=3, retry_delay_seconds=[5, 20, 60], retry_condition_fn=nobody_must_act)
def tidy(project: str, organisation: str) -> dict[str, int]:
    """Make scans of an old key anew, credit those whose author's name is known by now, remove what no scan needs."""
    store = object_store(organisation)
    try:
        with present(settings().home / "running") as run:
            made = rekey(project, organisation, run, store)
        follow_up(project, datetime.now(UTC))
        remove_discarded(store)
        return made
    finally:
        setup.close_connections()


BATCHES: TaskRunner[Any] = ThreadPoolTaskRunner(max_workers=settings().runs_at_once)


@flow(log_prints=False, task_runner=BATCHES)
def ingest(project: str) -> dict[str, int]:
    """Bring one project's new files to the review queue; returns how many scans ended in which state.

    Nothing where another run is at it: two would only keep other projects waiting.
    """
    running = settings().home / "running"
    cancel_the_late()
    if is_frozen(project):  # it was handed over: its files wait where they are
        return {}
    with alone(running, f"{project}.ingest") as first:
        return _ingest(project, running) if first else {}


def _ingest(project: str, running: Path) -> dict[str, int]:
    organisation = setup.organisation_of(project)
    free_what_the_dead_hold(running)
    gather(project, organisation)
    ended = process_waiting(project, organisation) + Counter(tidy(project, organisation))
    answer(project)
    note_ingested(project, datetime.now(UTC))
    log.info("ingested project=%s %s", project, " ".join(f"{state}={count}" for state, count in sorted(ended.items())))
    return dict(ended)

"""Which scans of a project are new, and who brings them to the review queue?

State lives in the catalogue: a run that is killed is never resumed; the next one finds what it left.
"""

import logging
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.futures import wait
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from storage.catalogue import setup
from storage.objects.chosen import object_store
from storage.settings import settings

setup.prepare()  # Django wants to be ready before its tables are imported, and Prefect imports this module first

from flows.presence import alone, free_what_the_dead_hold, present  # noqa: E402
from flows.process import process_scan  # noqa: E402
from flows.receive import take_in  # noqa: E402
from flows.rekey import rekey  # noqa: E402
from flows.retries import nobody_must_act  # noqa: E402
from flows.sources.watched_folder import new_files  # noqa: E402
from storage.catalogue import intake  # noqa: E402
from storage.catalogue.evidence import remove_discarded  # noqa: E402
from storage.catalogue.programme import note_ingested  # noqa: E402
from storage.keys import organisation_key  # noqa: E402

BATCH = 20
AT_ONCE = 2

log = logging.getLogger("sonorelay.flows")


@task(retries=3, retry_delay_seconds=[5, 20, 60], retry_condition_fn=nobody_must_act)
def gather(project: str, organisation: str) -> int:
    """Take the project's complete files out of its inbox; returns how many scans they held."""
    store, key = object_store(), organisation_key(organisation)
    found = new_files(settings().inbox / project)
    return sum(take_in(file, project, key, store, datetime.now(UTC)) for file in found)


@task(retries=3, retry_delay_seconds=[5, 20, 60], retry_condition_fn=nobody_must_act)
def process_batch(project: str, organisation: str) -> dict[str, int]:
    """Walk up to 20 scans that nobody has taken; returns how many ended in which state."""
    store = object_store()
    try:
        with present(settings().home / "running") as run:
            taken = intake.take(project, BATCH, run.token, datetime.now(UTC))
            return dict(Counter(process_scan(digest, organisation, run, store) for digest in taken))
    finally:
        setup.close_connections()


@task(retries=3, retry_delay_seconds=[5, 20, 60], retry_condition_fn=nobody_must_act)
def tidy(project: str, organisation: str) -> dict[str, int]:
    """Make scans of an old key anew, and remove what no scan needs any more."""
    store = object_store()
    try:
        with present(settings().home / "running") as run:
            made = rekey(project, organisation, run, store)
        remove_discarded(store)
        return made
    finally:
        setup.close_connections()


BATCHES: TaskRunner[Any] = ThreadPoolTaskRunner(max_workers=AT_ONCE)


@flow(log_prints=False, task_runner=BATCHES)
def ingest(project: str) -> dict[str, int]:
    """Bring one project's new files to the review queue; returns how many scans ended in which state.

    Nothing where another run on this machine is at it: two would only keep other projects waiting.
    """
    running = settings().home / "running"
    with alone(running, project) as first:
        return _ingest(project, running) if first else {}


def _ingest(project: str, running: Path) -> dict[str, int]:
    organisation = setup.organisation_of(project)
    free_what_the_dead_hold(running)
    gather(project, organisation)
    waiting = intake.waiting(project, datetime.now(UTC))
    batches = [process_batch.submit(project, organisation) for _ in range(0, waiting, BATCH)]
    wait(batches)
    ended = sum((Counter(batch.result()) for batch in batches), Counter(tidy(project, organisation)))
    note_ingested(project, datetime.now(UTC))
    log.info("ingested project=%s %s", project, " ".join(f"{state}={count}" for state, count in sorted(ended.items())))
    return dict(ended)

"""Is the chain of events still whole, and does it still hold the head of the night before? Every night.

Where it is not, the run fails, doctor and metrics say so until it is found whole again, and the log names the event.
"""

import logging
from datetime import UTC, datetime

from prefect import flow, task

from storage.catalogue import setup

setup.prepare()  # Django wants to be ready before its tables are imported

from flows.retries import nobody_must_act  # noqa: E402
from storage.catalogue import audit  # noqa: E402

log = logging.getLogger("sonorelay.flows")


class ChainBroken(Exception):
    """Somebody, or a disk, changed what happened; it says where."""


@task(retries=3, retry_delay_seconds=[60, 300, 900], retry_condition_fn=nobody_must_act)
def look_through() -> int:
    """Return how many events were found whole; ChainBroken at the first that is not."""
    try:
        audit.seal()
        now, last = datetime.now(UTC), audit.last_verified()
        found = audit.verify(now, None if last is None else last.head)
        audit.note(found, now)
        if found.problem is not None:
            log.error("chain_broken problem=%s number=%s sound=%d", found.problem, found.first_bad, found.sealed)
            raise ChainBroken(f"{found.problem} at {found.first_bad}")
        return found.sealed
    finally:
        setup.close_connections()


@flow(log_prints=False)
def chain() -> int:
    """Look through the chain of events of this installation; the run fails where it is broken."""
    sealed = look_through()
    log.info("chain_whole events=%d", sealed)
    return sealed

"""How is headquarters met now, by one program at a time?"""

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from storage.catalogue.evidence import remove_discarded
from storage.objects.chosen import object_store
from storage.settings import settings
from storage.sync.exchange import Done, Exchange
from storage.sync.http import connected

log = logging.getLogger("sonorelay.sync")


def exchange() -> Done | None:
    """Exchange with headquarters; None where another program is at it. Misconfigured("sync_not_set")."""
    with _alone() as alone:
        if not alone:
            return None
        store = object_store()
        with connected() as link:
            done = Exchange(link, store, lambda: datetime.now(UTC)).run()
        remove_discarded(store)
        log.info(
            "exchanged sent=%d received=%d held=%d objects_sent=%d objects_received=%d problem=%s",
            *(done.sent, done.received, done.held, done.objects_sent, done.objects_received, done.problem or "-"),
        )
        return done


@contextmanager
def _alone() -> Iterator[bool]:
    folder = settings().home / "sync"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True

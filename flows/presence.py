"""Which runs on this machine are still alive, so that what a dead one had taken is free at once?

A run holds a lock on a file named by its token; the kernel lets go of the lock when the process dies, however it dies.
A lease in the catalogue (15 minutes) serves where this cannot: for a run on a machine that is gone.
"""

import fcntl
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.catalogue import intake


@contextmanager
def present(folder: Path) -> Iterator[str]:
    """Give a new token that counts as alive for the time of a `with` block, and free what it has left."""
    folder.mkdir(parents=True, exist_ok=True)
    token = str(uuid.uuid4())
    # locked before it has its name, so that nobody finds it unlocked
    hidden = folder / f".{token}"
    descriptor = os.open(hidden, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        hidden.rename(folder / token)
        yield token
    finally:
        intake.give_back(token)
        (folder / token).unlink(missing_ok=True)
        os.close(descriptor)


def free_what_the_dead_hold(folder: Path) -> int:
    """Free the scans of runs that died on this machine; returns how many runs those were."""
    dead = 0
    for file in folder.glob("*") if folder.is_dir() else ():
        if file.name.startswith("."):
            continue
        try:
            descriptor = os.open(file, os.O_RDWR)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            intake.free(file.name)
            file.unlink(missing_ok=True)
            dead += 1
        except BlockingIOError:
            continue
        finally:
            os.close(descriptor)
    return dead

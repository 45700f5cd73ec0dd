"""Which runs on this machine are still alive, so that what a dead one had taken is free at once?

A run holds a lock on a file named by its token; the kernel lets go of the lock when the process dies, however it dies.
Its working files, among them scans that still name a patient, lie in a folder beside that file and go with it. A lease
in the catalogue (five minutes, renewed each minute) serves where this cannot: for a run on a machine that is gone.
"""

import fcntl
import logging
import os
import shutil
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipeline.errors import Unavailable
from storage.catalogue import intake, setup
from storage.catalogue.sole import sole

RENEWED_EVERY_SECONDS = 60.0

log = logging.getLogger("sonorelay.flows")


@dataclass(frozen=True)
class Run:
    """One run that is alive: the token under which it takes scans, and the folder for its working files."""

    token: str
    work: Path


@contextmanager
def present(folder: Path) -> Iterator[Run]:
    """Give a new run that counts as alive for the time of a `with` block, and free what it has left."""
    folder.mkdir(parents=True, exist_ok=True)
    token = str(uuid.uuid4())
    work = _work(folder, token)
    work.mkdir(mode=0o700)
    # locked before it has its name, so that nobody finds it unlocked
    hidden = folder / f".{token}"
    descriptor = os.open(hidden, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        hidden.rename(folder / token)
        with _lease_renewed(token):
            yield Run(token, work)
    finally:
        intake.give_back(token)
        shutil.rmtree(work, ignore_errors=True)
        (folder / token).unlink(missing_ok=True)
        os.close(descriptor)


@contextmanager
def alone(folder: Path, work: str) -> Iterator[bool]:
    """Tell whether no other run on any machine is at this work, and be that one during a `with` block.

    Work on one project or organisation is named `<code>.<work>`: a code has no full stop, so none is called as
    another work is. Prefect's own limit would stay taken by a run that was killed together with its server.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f".{work}.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            with sole(work) as first:
                yield first


@contextmanager
def _lease_renewed(token: str) -> Iterator[None]:
    """Renew the lease of what the run has taken, however long its work lasts."""
    ended = threading.Event()
    renewing = threading.Thread(target=_renew, args=(token, ended), name="lease", daemon=True)
    renewing.start()
    try:
        yield
    finally:
        ended.set()
        renewing.join()


def _renew(token: str, ended: threading.Event) -> None:
    while not ended.wait(RENEWED_EVERY_SECONDS):
        try:
            intake.renew(token, datetime.now(UTC))
        except Unavailable as error:  # tried again in a minute; whoever takes the scans meanwhile is known by its token
            log.warning("lease_not_renewed error=%s", error.code)
        finally:
            setup.close_connections()


def free_what_the_dead_hold(folder: Path) -> int:
    """Free the scans of runs that died on this machine, and remove their working files; returns how many they were."""
    names = [file.name for file in folder.iterdir() if file.is_file()] if folder.is_dir() else []
    return sum(_buried(folder, name) for name in names if not name.startswith("."))


def _buried(folder: Path, token: str) -> bool:
    try:
        descriptor = os.open(folder / token, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        intake.free(token)
        shutil.rmtree(_work(folder, token), ignore_errors=True)
        (folder / token).unlink(missing_ok=True)
        return True
    finally:
        os.close(descriptor)


def _work(folder: Path, token: str) -> Path:
    return folder / f"{token}.work"

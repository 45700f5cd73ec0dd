"""How is a bundle taken along by a browser, in as many attempts as the link needs?

What of it is small is made once and lies below the home for some days; stored files are read from the store as they
are sent, so that a bundle may be larger than the disk. A part that is asked for again is the same bytes, for what was
locked or signed once is kept.
"""

import fcntl
import json
import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from pipeline.errors import Conflict, SonorelayError, Unavailable
from pipeline.wrapping import refuse_short
from storage.catalogue.models import Person
from storage.handover import zipped
from storage.handover.exporting import Wanted, made_ready
from storage.handover.leaving import name_of, project_of
from storage.handover.sending import MADE, READY, WORK, Sending, keep_ready, locked, read, write
from storage.held import held
from storage.objects import ObjectStore
from storage.room import ONE_SCAN, full_disk_is_said, refuse_when_full
from storage.settings import settings
from supervision.roles import Action

KEPT = timedelta(days=7)
ASKED, FAILED, LOCK = "asked.json", "failed.json", "lock"


class BundleState(StrEnum):
    """How far a bundle is that somebody asked for."""

    MAKING = "making"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True)
class Taking:
    """A bundle that somebody asked for. failed: why it cannot be taken; None too where it was interrupted."""

    folder: Path
    project: str
    mark: str
    asked_by: str
    language: str
    originals: bool
    keys: bool
    at: datetime
    state: BundleState = BundleState.FAILED
    failed: SonorelayError | None = None
    size: int = 0
    objects: int = 0
    missing: int = 0
    digest: str = ""

    @property
    def name(self) -> str:
        """How the file is called."""
        return f"{name_of(self.project, self.at)}.zip"

    @property
    def until(self) -> datetime:
        """When it is removed."""
        return self.at + KEPT


def ask(wanted: Wanted, store: ObjectStore, now: datetime) -> Callable[[], None]:
    """Take note that somebody wants a bundle, in place of one before; return the work, to be called once.

    Misconfigured: not_given, passphrase_short. Conflict: stale while another one is made. ValueError for originals
    without a passphrase.
    """
    project_of(wanted.project, wanted.by, Action.EXPORT_PROJECT)
    if wanted.originals and wanted.passphrase is None:
        raise ValueError("originals go only with keys")
    if wanted.passphrase is not None:
        refuse_short(wanted.passphrase)
    sweep(now)
    folder = _place(wanted.project)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = (folder / LOCK).open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise Conflict("stale") from None
    _empty(folder)
    told = {
        "mark": uuid.uuid4().hex,
        "asked_by": wanted.by.username,
        "language": wanted.language,
        "originals": wanted.originals,
        "keys": wanted.passphrase is not None,
        "at": now.isoformat(),
    }
    (folder / ASKED).write_text(json.dumps(told), encoding="utf-8")

    def work() -> None:
        with lock:
            _make(folder, wanted, store, now)

    return work


def of_project(code: str, now: datetime) -> Taking | None:
    """Return the bundle of a project that somebody asked for here, None where there is none any more."""
    folder = _place(code)
    try:
        told = json.loads((folder / ASKED).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    found = Taking(folder, code, **{**told, "at": datetime.fromisoformat(told["at"])})
    if now >= found.until:
        return None
    if held(folder / LOCK):
        return replace(found, state=BundleState.MAKING)
    if failed := read(folder / FAILED):
        return replace(found, failed=SonorelayError(failed["code"], **failed["facts"]))
    if ready := read(folder / READY):
        digest = (read(folder / MADE) or {}).get("digest", "")
        numbers = {name: ready[name] for name in ("size", "objects", "missing")}
        return replace(found, state=BundleState.READY, digest=digest, **numbers)
    return found


def discard(taking: Taking) -> None:
    """Remove what was made of it; Conflict (`stale`) while it is made."""
    with locked(taking.folder / LOCK, wait=False):
        _empty(taking.folder)


def sweep(now: datetime) -> int:
    """Remove what was made ready longer ago than it is kept; return how many."""
    folders = [one for one in _all().iterdir() if one.is_dir()] if _all().is_dir() else []
    old = [one for one in folders if of_project(one.name, now) is None and not held(one / LOCK)]
    for folder in old:
        shutil.rmtree(folder, ignore_errors=True)
    return len(old)


def pieces(taking: Taking, by: Person, store: ObjectStore, now: datetime, first: int = 0) -> Iterator[bytes]:
    """Yield the bundle from its byte number `first` on; it counts as made as soon as its last file was read.

    Unavailable: object_missing where a stored file was removed since, object_damaged, store or catalogue out of reach.
    """
    with full_disk_is_said():
        try:
            wanted = Wanted(taking.project, by, taking.language, originals=taking.originals)
            sending = Sending(taking.folder, wanted, taking.at, store, now)
            yield from zipped.stream(sending.entries, taking.at, first)
        except Unavailable as error:
            if error.code in ("object_missing", "object_damaged"):
                write(taking.folder / FAILED, {"code": error.code, "facts": error.facts})
            raise


def _make(folder: Path, wanted: Wanted, store: ObjectStore, now: datetime) -> None:
    """Make ready what is small, or note why it could not be."""
    try:
        with full_disk_is_said():
            refuse_when_full(ONE_SCAN)
            (folder / WORK).mkdir()
            keep_ready(made_ready(wanted, folder / WORK, store, now), folder)
    except SonorelayError as error:
        write(folder / FAILED, {"code": error.code, "facts": error.facts})


def _all() -> Path:
    return settings().home / "bundles"


def _place(code: str) -> Path:
    return _all() / code


def _empty(folder: Path) -> None:
    """Remove all but the lock, what says that there is a bundle first."""
    (folder / ASKED).unlink(missing_ok=True)
    for one in folder.iterdir():
        if one.is_dir():
            shutil.rmtree(one)
        elif one.name != LOCK:
            one.unlink(missing_ok=True)

"""How do the bytes of an upload reach the disk, by one writer at a time?"""

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import BinaryIO

from storage.durable import flush
from storage.room import full_disk_is_said
from storage.settings import settings
from storage.uploads.mark import drop_mark, set_mark, settle
from storage.uploads.upload import Busy, Differs, Gone, Upload, read, write

CERTAIN_EVERY = 16 * 1024 * 1024
"""So many bytes are flushed to the disk at a time, so that a power cut costs no more."""
NOTED_EVERY = timedelta(hours=1)
"""An upload that is gone on with lives longer, but that need not be written with every piece."""
SECONDS_TO_WAIT = 2.0


@dataclass(frozen=True)
class Checksum:
    """What a piece must come to: the algorithm as hashlib names it, and the digest."""

    algorithm: str
    digest: bytes


@contextmanager
def alone(upload: Upload) -> Iterator[Upload]:
    """Be the only one who changes this upload while a `with` block lasts; Busy where somebody else does.

    Gives the upload as it now is. Gone when it went away meanwhile.
    """
    try:
        handle = os.open(upload.folder, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        raise Gone from None
    try:
        _lock(handle)
        now = read(upload.name)
        if now is None:
            raise Gone
        settle(now.folder, now.part)
        yield now
    finally:
        os.close(handle)  # which ends the lock too; so does the end of this process, however it ends


def append(upload: Upload, chunks: Iterable[bytes], checksum: Checksum | None, now: datetime) -> Upload:
    """Add what comes to an upload that we hold alone; when this returns it survives a power cut.

    Whatever came before `chunks` ended, or failed, is kept; with a checksum all of it or nothing. Differs;
    Unavailable("disk_full").
    """
    with full_disk_is_said():
        set_mark(upload.folder, upload.offset, promised=checksum is not None)
        with upload.part.open("ab") as file:
            if checksum is None:
                _write_through(upload, file, chunks)
                drop_mark(upload.folder)
            elif _write_hashed(file, chunks, checksum.algorithm) == checksum.digest:
                drop_mark(upload.folder)
            else:
                settle(upload.folder, upload.part)
                raise Differs
        until = now + timedelta(days=settings().upload_days)
        if until - upload.expires > NOTED_EVERY:
            upload = replace(upload, expires=until)
            write(upload)
    return upload


def hand_on(upload: Upload, now: datetime) -> Upload:
    """Note that a complete upload is about to be received; the time of the first try stays."""
    if upload.received is not None:
        return upload
    begun = replace(upload, received=now)
    write(begun)
    return begun


def finish(upload: Upload, arrivals: tuple[int, ...]) -> Upload:
    """Note what the upload became, then let go of its bytes, which lie in the store."""
    done = replace(upload, arrivals=arrivals)
    write(done)
    upload.part.unlink(missing_ok=True)
    return done


def discard(upload: Upload) -> None:
    """Take away everything of an upload; without effect a second time."""
    # first what says that it exists: whatever is left after a crash is swept away
    (upload.folder / "about.json").unlink(missing_ok=True)
    shutil.rmtree(upload.folder, ignore_errors=True)


def _write_through(upload: Upload, file: BinaryIO, chunks: Iterable[bytes]) -> None:
    """Write what comes, and what came when it breaks off."""
    try:
        uncertain = 0
        for chunk in chunks:
            file.write(chunk)
            uncertain += len(chunk)
            if uncertain >= CERTAIN_EVERY:
                flush(file)
                set_mark(upload.folder, file.tell(), promised=False)
                uncertain = 0
    finally:
        flush(file)


def _write_hashed(file: BinaryIO, chunks: Iterable[bytes], algorithm: str) -> bytes:
    hashed = hashlib.new(algorithm, usedforsecurity=False)  # a sum against faults of the link, not against people
    for chunk in chunks:
        file.write(chunk)
        hashed.update(chunk)
    flush(file)
    return hashed.digest()


def _lock(handle: int) -> None:
    until = time.monotonic() + SECONDS_TO_WAIT
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise Busy from None
            time.sleep(0.05)
        else:
            return

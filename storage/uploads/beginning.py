"""Which uploads are there, is there room for one more, and which are over?"""

import shutil
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from storage.room import full_disk_is_said, refuse_when_full
from storage.settings import settings
from storage.uploads.upload import Busy, Gone, TooMany, Upload, is_name, new_name, read, write
from storage.uploads.writing import alone, discard

MOST_UNFINISHED = 500
"""Of one person; more than anybody sends at once."""
BEING_MADE = timedelta(hours=1)


def begin(person: int, project: str, length: int, said: Mapping[str, Any], now: datetime) -> Upload:
    """Make room for an upload of `length` bytes; Unavailable("disk_full") where there is none, TooMany."""
    sweep(now)
    unfinished = [one for one in _all() if one.arrivals is None]
    if sum(one.person == person for one in unfinished) >= MOST_UNFINISHED:
        raise TooMany
    promised = sum(one.length - one.offset for one in unfinished)
    refuse_when_full(promised + 2 * length)  # while it is received, it lies here and in the store
    until = now + timedelta(days=settings().upload_days)
    upload = Upload(new_name(), person, project, length, now, until, said)
    with full_disk_is_said():
        upload.folder.mkdir(parents=True, mode=0o700)
        upload.part.touch(mode=0o600)
        write(upload)
    return upload


def found(name: str, now: datetime) -> Upload | None:
    """Return an upload that is not over; None for any other name."""
    upload = read(name) if is_name(name) else None
    return upload if upload is not None and now < upload.expires else None


def unfinished_of(person: int, now: datetime) -> list[Upload]:
    """Return what somebody began and did not end, the oldest first."""
    mine = [one for one in _all() if one.person == person and one.arrivals is None and now < one.expires]
    return sorted(mine, key=lambda one: one.begun)


def sweep(now: datetime) -> int:
    """Take away uploads that are over, or were never quite begun; return how many."""
    gone = 0
    for folder in _folders():
        upload = read(folder.name)
        if upload is None and _is_old(folder, now):
            shutil.rmtree(folder, ignore_errors=True)
            gone += 1
        elif upload is not None and now >= upload.expires:
            with suppress(Busy, Gone), alone(upload):
                discard(upload)
                gone += 1
    return gone


def _all() -> list[Upload]:
    return [one for one in (read(folder.name) for folder in _folders()) if one is not None]


def _folders() -> list[Path]:
    place = settings().uploads_folder
    return [one for one in place.iterdir() if is_name(one.name)] if place.exists() else []


def _is_old(folder: Path, now: datetime) -> bool:
    """Tell whether nobody uses a folder that says nothing of itself: is it made, or written in, just now?"""
    with suppress(FileNotFoundError):
        touched = max(one.stat().st_mtime for one in (folder, *folder.rglob("*")))
        return now.timestamp() - touched > BEING_MADE.total_seconds()
    return False

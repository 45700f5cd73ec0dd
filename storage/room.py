"""Is there room left on the disk to take in more?

What was taken in must be worked on, and the catalogue must be written, so a reserve is never touched: files then wait
where they are, which loses nothing, instead of filling the disk, which stops everything.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import Unavailable, says_no_room
from storage.settings import settings

MIB = 1024 * 1024
ONE_SCAN = 64 * MIB
"""What one scan may want while it is worked on, amply."""


def room_left() -> int:
    """Return the bytes that may still be taken in, on the fullest disk that we write to; 0 where none may."""
    here = settings()
    free = min(shutil.disk_usage(_existing(folder)).free for folder in (here.home, here.objects_folder))
    return max(0, free - here.disk_reserve_mb * MIB)


def refuse_when_full(needed: int) -> None:
    """Unavailable("disk_full") where `needed` bytes would use up the reserve."""
    if needed > room_left():
        raise Unavailable("disk_full")


@contextmanager
def full_disk_is_said() -> Iterator[None]:
    """Turn "no space left", met in a `with` block, into Unavailable("disk_full")."""
    try:
        yield
    except OSError as error:
        if says_no_room(error):
            raise Unavailable("disk_full") from error
        raise


def has_room(folder: Path) -> bool:
    """Tell by trying whether a file of some size can be written to a folder; a quota shows in no other way."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            os.posix_fallocate(file.fileno(), 0, ONE_SCAN)
    except OSError:
        return False
    return True


def _existing(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that is there already."""
    folder = folder.absolute()
    return next(one for one in (folder, *folder.parents) if one.exists())

"""Has whoever writes a file come to its end?

Nobody may have it open for writing, and nothing may have touched it for some seconds. Where the kernel cannot tell the
first (a network share, a file of another user), the second must have lasted longer. A clock that was set back, or a
device's that runs ahead, leaves files from the future: they are complete when two looks see the same.
"""

import fcntl
import os
import stat
import time
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

LONGER_WHERE_NOBODY_CAN_TELL = 20
"""Times the usual seconds: on a poor link whoever writes to a share may pause for that long."""


class Stands(StrEnum):
    """How a file of an inbox stands."""

    COMPLETE = "complete"
    UNFINISHED = "unfinished"
    FROM_THE_FUTURE = "from_the_future"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Settling:
    """One look at many files; `seconds` without a change make one complete."""

    seconds: float
    first_look: float = field(default_factory=time.monotonic)

    def stands(self, path: Path, status: os.stat_result) -> Stands:
        """Tell how a file stands that had this status just now."""
        if not stat.S_ISREG(status.st_mode):
            return Stands.UNREADABLE
        written = _open_for_writing(path)
        if written is Stands.UNREADABLE:
            return Stands.UNREADABLE
        if written is Stands.UNFINISHED:
            return Stands.UNFINISHED
        # the change time cannot be set back by `cp -p` or rsync, the modification time can
        age = time.time() - max(status.st_mtime, status.st_ctime)
        if age < 0:
            return Stands.FROM_THE_FUTURE
        needed = self.seconds * (1 if written is Stands.COMPLETE else LONGER_WHERE_NOBODY_CAN_TELL)
        return Stands.COMPLETE if age >= needed else Stands.UNFINISHED

    def wait(self) -> None:
        """Let as much time pass since the first look as makes a file complete, whatever the clock says."""
        time.sleep(max(0.0, self.seconds - (time.monotonic() - self.first_look)))


def mark_of(status: os.stat_result) -> tuple[int, int, int]:
    """Return what is another once the file was written to or replaced."""
    return status.st_ino, status.st_size, status.st_mtime_ns


def _open_for_writing(path: Path) -> Stands | None:
    """Ask the kernel: a read lease is refused while anybody has the file open for writing (fcntl(2), F_SETLEASE).

    None where it gives no leases: a network share, a file of another user.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return Stands.UNFINISHED
    except OSError:
        return Stands.UNREADABLE
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return Stands.UNFINISHED
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return Stands.COMPLETE

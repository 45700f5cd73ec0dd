"""Which files in a project's inbox folder are complete, and what do their place and sidecar say?

Layout: `inbox/<project>/[<trainee>/[<exam type>/]]file`, and optionally `<file>.json` beside a file. A file counts as
complete when nobody has it open for writing and nothing touched it for a few seconds. Symbolic links are not followed.
"""

import fcntl
import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from supervision.sidecar import read_sidecar

SETTLED_SECONDS = 3.0
UNFINISHED_SUFFIXES = frozenset({".part", ".partial", ".tmp", ".crdownload", ".filepart", ".swp"})


@dataclass(frozen=True)
class Found:
    """A complete file in the inbox, what is known of it, and the mark by which a later change is noticed."""

    path: Path
    mark: tuple[int, int, int]
    trainee: str | None = None
    exam_type: str | None = None
    device: str | None = None
    captured_at: datetime | None = None
    sidecar: Path | None = None
    said: dict[str, Any] = field(default_factory=dict)

    def unchanged(self) -> bool:
        """Tell whether the file is still the one that was found."""
        try:
            return _mark(self.path.lstat()) == self.mark
        except FileNotFoundError:
            return False

    def remove(self) -> None:
        """Take file and sidecar out of the inbox, once their content is safe elsewhere."""
        if self.sidecar is not None:
            self.sidecar.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)


def new_files(folder: Path, *, settled_seconds: float = SETTLED_SECONDS) -> Iterator[Found]:
    """Yield the complete files below a project's folder, in the order of their names."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        present = set(names)
        for name in sorted(names):
            path = Path(place, name)
            if _is_sidecar(name, present) or name.startswith(".") or path.suffix.lower() in UNFINISHED_SUFFIXES:
                continue
            status = path.lstat() if path.exists() else None
            if status is None or not stat.S_ISREG(status.st_mode) or not _complete(path, status, settled_seconds):
                continue
            sidecar = path.with_name(name + ".json")
            if sidecar.name in present and not _complete(sidecar, sidecar.lstat(), settled_seconds):
                continue
            yield _with_context(folder, path, _mark(status))


def _is_sidecar(name: str, present: set[str]) -> bool:
    return name.endswith(".json") and (name.removesuffix(".json") in present or "." in name.removesuffix(".json"))


def _mark(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_ino, status.st_size, status.st_mtime_ns


def _complete(path: Path, status: os.stat_result, settled_seconds: float) -> bool:
    # the change time cannot be set back by `cp -p` or rsync, the modification time can
    if time.time() - max(status.st_mtime, status.st_ctime) < settled_seconds:
        return False
    return not _open_for_writing(path)


def _open_for_writing(path: Path) -> bool:
    """Ask the kernel: a read lease is refused while anybody has the file open for writing (fcntl(2), F_SETLEASE)."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return True  # it cannot be read yet: leave it for the next cycle
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return False  # a file system without leases: the settling time alone decides
    finally:
        os.close(descriptor)
    return False


def _with_context(folder: Path, path: Path, mark: tuple[int, int, int]) -> Found:
    above = path.relative_to(folder).parts[:-1]
    found = Found(
        path,
        mark,
        trainee=above[0] if above else None,
        exam_type=above[1].upper() if len(above) > 1 else None,
    )
    sidecar = path.with_name(path.name + ".json")
    if not sidecar.is_file():
        return found
    found = replace(found, sidecar=sidecar)
    said = read_sidecar(sidecar)
    if said is None:
        return found
    return replace(
        found,
        trainee=said.trainee or found.trainee,
        exam_type=(said.exam_type or found.exam_type or "").upper() or None,
        device=said.device,
        captured_at=said.captured_at.astimezone(UTC) if said.captured_at else None,
        said=said.worksheet(),
    )

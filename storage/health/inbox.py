"""Which files of the inbox will no ingest ever take?"""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from time import time
from typing import NamedTuple

A_DAY = timedelta(days=1).total_seconds()
RECEIPTS = "sonorelay-receipts"


class LeftAlone(NamedTuple):
    """How many files lie outside of any project's folder, cannot be read or removed, or have been there for a day."""

    outside: int
    unreadable: int
    old: int


def left_alone(inbox: Path, projects: set[str], older_than: float = A_DAY) -> LeftAlone:
    """Count the files below the inbox that stay there; nothing where there is no inbox."""
    outside = old = 0
    shut = sum(not may(folder, os.R_OK | os.X_OK) for folder in _folders_below(inbox))
    for path in scans_below(inbox):
        if path.relative_to(inbox).parts[0] not in projects:
            outside += 1
        elif not may(path, os.R_OK) or not may(path.parent, os.W_OK | os.X_OK):
            shut += 1
        elif _here_since(path) > older_than:
            old += 1
    return LeftAlone(outside, shut, old)


def unreadable(folder: Path) -> int:
    """Count the files and folders below a folder that this account cannot read."""
    files = sum(not may(path, os.R_OK) for path in scans_below(folder))
    return files + sum(not may(path, os.R_OK | os.X_OK) for path in _folders_below(folder))


def scans_below(folder: Path) -> Iterator[Path]:
    """Yield what the watched folder will look at: neither hidden files nor sidecars nor receipts."""
    if not folder.is_dir():
        return
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        set_aside = any(part.startswith(".") or part == RECEIPTS for part in parts)
        if path.is_file() and not set_aside and path.suffix != ".json":
            yield path


def may(path: Path, do: int) -> bool:
    """Tell whether this account may do that (os.R_OK ...)."""
    return os.access(path, do, effective_ids=os.access in os.supports_effective_ids)


def _folders_below(folder: Path) -> Iterator[Path]:
    """Yield the folders in which scans may lie, also those that cannot be entered."""
    for above, names, _files in os.walk(folder):
        names[:] = [name for name in names if not name.startswith(".") and name != RECEIPTS]
        yield from (Path(above, name) for name in names)


def _here_since(path: Path) -> float:
    # the change time says when it came here; `cp -p` and rsync set the other back
    try:
        return time() - path.lstat().st_ctime
    except FileNotFoundError:
        return 0

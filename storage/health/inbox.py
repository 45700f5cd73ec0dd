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
    outside = unreadable = old = 0
    for path in scans_below(inbox):
        if path.relative_to(inbox).parts[0] not in projects:
            outside += 1
        elif not _may(path, os.R_OK) or not _may(path.parent, os.W_OK | os.X_OK):
            unreadable += 1
        elif _here_since(path) > older_than:
            old += 1
    return LeftAlone(outside, unreadable, old)


def scans_below(folder: Path) -> Iterator[Path]:
    """Yield what the watched folder will look at: neither hidden files nor sidecars nor receipts."""
    if not folder.is_dir():
        return
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        set_aside = any(part.startswith(".") or part == RECEIPTS for part in parts)
        if path.is_file() and not set_aside and path.suffix != ".json":
            yield path


def _may(path: Path, do: int) -> bool:
    return os.access(path, do, effective_ids=os.access in os.supports_effective_ids)


def _here_since(path: Path) -> float:
    # the change time says when it came here; `cp -p` and rsync set the other back
    try:
        return time() - path.lstat().st_ctime
    except FileNotFoundError:
        return 0

"""Up to where are the bytes of an upload certain, while and after somebody writes?

A killed program loses nothing that it wrote: the system keeps it. A machine that stopped may have lost anything that
was not flushed, and of a piece that came with a checksum nothing counts before the whole piece was checked.
"""

import json
import os
from pathlib import Path

from storage.durable import replace_file

_BOOT = Path("/proc/sys/kernel/random/boot_id")


def set_mark(folder: Path, offset: int, *, promised: bool) -> None:
    """Note that what lies before `offset` is certain; promised: what follows comes with a checksum."""
    replace_file(folder / "mark", json.dumps([offset, promised, _boot()]))


def certain_until(folder: Path) -> int | None:
    """Return up to where the bytes are certain; None where all of them are."""
    try:
        offset, promised, boot = json.loads((folder / "mark").read_bytes())
    except FileNotFoundError:
        return None
    return int(offset) if promised or boot != _boot() else None


def drop_mark(folder: Path) -> None:
    """Say that everything is certain."""
    (folder / "mark").unlink(missing_ok=True)


def settle(folder: Path, part: Path) -> None:
    """Cut off what an earlier writer left and nobody can vouch for."""
    mark = certain_until(folder)
    if mark is not None and part.exists():
        os.truncate(part, min(mark, part.stat().st_size))
    drop_mark(folder)


def _boot() -> str:
    return _BOOT.read_text(encoding="ascii").strip()

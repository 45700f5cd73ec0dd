"""What is an upload, and where does it lie?

One folder for each, named by chance: `about.json` (whose it is, what was said with it, what became of it), `part` (its
bytes) and, while somebody writes, `mark`. The name that the file had where it was sent is never written anywhere.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from storage.durable import replace_file
from storage.settings import settings
from storage.uploads.mark import certain_until

BYTES_OF_A_NAME = 16


class Busy(Exception):
    """Somebody else writes this upload at the moment."""


class Gone(Exception):
    """The upload is there no more."""


class TooMany(Exception):
    """One person has begun more uploads than are kept."""


class Differs(Exception):
    """What came does not have the checksum that was sent with it; none of it is kept."""


@dataclass(frozen=True)
class Upload:
    """A file on its way in: whose it is, for which project, how long it will be, what was said with it.

    said: author, exam_type, device, captured_at and worksheet, as far as given. received: when it was first handed on
    to become a scan, None before it is complete. arrivals: the arrivals that it became, None before.
    """

    name: str
    person: int
    project: str
    length: int
    begun: datetime
    expires: datetime
    said: Mapping[str, Any] = field(default_factory=dict)
    received: datetime | None = None
    arrivals: tuple[int, ...] | None = None

    @property
    def folder(self) -> Path:
        """Where everything of it lies."""
        return settings().uploads_folder / self.name

    @property
    def part(self) -> Path:
        """Where its bytes lie until it is received."""
        return self.folder / "part"

    @property
    def offset(self) -> int:
        """How many of its bytes are here."""
        if self.arrivals is not None or not self.part.exists():
            return self.length
        size, mark = self.part.stat().st_size, certain_until(self.folder)
        return size if mark is None else min(mark, size)


def new_name() -> str:
    """Return a name that nobody guesses."""
    return secrets.token_hex(BYTES_OF_A_NAME)


def new_folder() -> Path:
    """Make a folder for what need not outlive its request; what a killed program leaves there is swept away."""
    folder = settings().uploads_folder / new_name()
    folder.mkdir(parents=True, mode=0o700)
    return folder


def is_name(name: str) -> bool:
    """Tell whether `name` could be that of an upload; no other ever becomes part of a path."""
    return len(name) == 2 * BYTES_OF_A_NAME and not set(name) - set("0123456789abcdef")


def read(name: str) -> Upload | None:
    """Return the upload of this name; None where there is none, or none any more."""
    try:
        kept = json.loads((settings().uploads_folder / name / "about.json").read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    for key in ("begun", "expires", "received"):
        kept[key] = kept[key] and datetime.fromisoformat(kept[key])
    kept["arrivals"] = None if kept["arrivals"] is None else tuple(kept["arrivals"])
    return Upload(**kept)


def write(upload: Upload) -> None:
    """Keep what is known of an upload."""
    replace_file(upload.folder / "about.json", json.dumps(asdict(upload), default=datetime.isoformat))

"""Where do named bytes lie, and what must such a place promise? It knows nothing of digests and seals."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Protocol

from storage.objects.area import Area


@dataclass(frozen=True)
class Draft:
    """Bytes that have no name yet: written into `file`, then kept as an object; what was there under it is replaced.

    When `keep(area, digest)` returns they survive a crash.
    """

    file: BinaryIO
    keep: Callable[[Area, str], None]


@dataclass(frozen=True)
class Start:
    """The first bytes of what lies there, and how many they are in all."""

    data: bytes
    length: int


Change = Callable[[bytes], Sequence[tuple[int, bytes]]]
"""What is to be written where, in this order, each part on disk before the next; seen how the object begins."""


class Shelf(Protocol):
    """Bytes by area and digest, exactly as they were given. Raises Unavailable when out of reach."""

    def draft(self) -> AbstractContextManager[Draft]:
        """Give a draft for the time of a `with` block; what is not kept leaves nothing behind."""

    def open(self, area: Area, digest: str) -> BinaryIO:
        """Open for reading from the first byte to the last; Unavailable("object_missing") if it is not there."""

    def start(self, area: Area, digest: str, count: int) -> Start | None:
        """Return the first `count` bytes and the length; None if it is not there."""

    def local(self, area: Area, digest: str, work: Path) -> AbstractContextManager[Path]:
        """Give it as a file that nobody may write to, during a `with` block; a copy, if one is needed, is in `work`."""

    def amend(self, area: Area, digest: str, count: int, change: Change) -> bool:
        """Give the first `count` bytes to `change` and write what it answers; tell whether there was anything to write.

        Unavailable("object_missing") if it is not there.
        """

    def delete(self, area: Area, digest: str) -> None:
        """Remove it; removing what is not there changes nothing."""

    def lying(self, area: Area) -> Iterator[tuple[str, datetime]]:
        """List the digests of an area in order, each with when it was written."""

    def url(self, area: Area, digest: str, media_type: str, valid: timedelta) -> str:
        """Return an address from which a browser may read it until that expires; ValueError unless it is released."""

    def sweep(self, now: datetime) -> int:
        """Remove what a crash left unfinished more than a day ago; return how many."""

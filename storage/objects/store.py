"""What can be done with an object store, whichever it is?"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Protocol


class Area(StrEnum):
    """Three areas that never mix: as received, de-identified, and kept back."""

    RAW = "raw"
    RELEASED = "released"
    WITHHELD = "withheld"


@dataclass(frozen=True)
class StoredBytes:
    """An object that is certainly in the store: its area, SHA-256 (64 hexadecimal digits) and size in bytes."""

    area: Area
    digest: str
    size: int


def is_digest(name: str) -> bool:
    """Tell whether `name` is a SHA-256 in lower-case hexadecimal; nothing else is ever the name of an object."""
    return len(name) == 64 and not set(name) - set("0123456789abcdef")


class ObjectStore(Protocol):
    """Objects by digest; putting the same bytes twice changes nothing. Raises Unavailable when out of reach."""

    def put(self, area: Area, path: Path) -> StoredBytes:
        """Store the file's bytes; when this returns they survive a crash."""

    def open(self, area: Area, digest: str) -> BinaryIO:
        """Open an object for reading; Unavailable("object_missing") if it is not there."""

    def fetch(self, area: Area, digest: str, work: Path | None = None) -> AbstractContextManager[Path]:
        """Give the object as a local file for the time of a `with` block; a copy, if one is needed, lies in `work`."""

    def size(self, area: Area, digest: str) -> int | None:
        """Return the size in bytes, None if the object is not there."""

    def delete(self, area: Area, digest: str) -> None:
        """Remove the object; removing what is not there changes nothing."""

    def digests(self, area: Area) -> Iterator[str]:
        """List the digests of an area."""

    def url(self, area: Area, digest: str, media_type: str, valid: timedelta) -> str:
        """Return an address from which a browser may read the object until it expires; never for the raw area."""

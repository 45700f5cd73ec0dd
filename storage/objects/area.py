"""What is an object called, and in which of the three areas is it?"""

from dataclasses import dataclass
from enum import StrEnum


class Area(StrEnum):
    """Three areas that never mix: as received, de-identified, and kept back."""

    RAW = "raw"
    RELEASED = "released"
    WITHHELD = "withheld"


SEALED = frozenset({Area.RAW, Area.WITHHELD})
"""The areas whose bytes may name a patient: they lie encrypted."""


@dataclass(frozen=True)
class StoredBytes:
    """An object that is certainly in the store: its area, SHA-256 (64 hexadecimal digits) and size in bytes.

    Both are those of the bytes that were put, however they lie.
    """

    area: Area
    digest: str
    size: int


def is_digest(name: str) -> bool:
    """Tell whether `name` is a SHA-256 in lower-case hexadecimal; nothing else is ever the name of an object."""
    return len(name) == 64 and not set(name) - set("0123456789abcdef")


def checked(digest: str) -> str:
    """Return the digest; ValueError for anything else."""
    if not is_digest(digest):
        raise ValueError("an object is named by its digest and nothing else")
    return digest

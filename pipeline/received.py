"""Which bytes came in, of which kind, and what did the channel know about them?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a file is by its content, never by its name."""

    DICOM = "dicom"
    VIDEO = "video"
    STILL = "still"


@dataclass(frozen=True)
class Received:
    """One arrival: SHA-256 of the bytes, their kind (None if not recognised) and what the channel knew.

    said: what the scanner answered beside it, in codes as supervision.worksheet has them.
    """

    digest: str
    size: int
    kind: Kind | None
    project: str
    trainee: str | None = None
    exam_type: str | None = None
    device: str | None = None
    captured_at: datetime | None = None
    said: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse anything that is not a SHA-256 in lower-case hexadecimal, or has no size."""
        if len(self.digest) != 64 or set(self.digest) - set("0123456789abcdef"):
            raise ValueError("digest must be 64 lower-case hexadecimal digits")
        if self.size < 0:
            raise ValueError("size must not be negative")

"""What does the path of a file in an archive say, and what is no path at all?"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.errors import NotAScan

LONGEST_PATH = 1024
DEEPEST = 32

_NO_PATH = re.compile(r"[\x00-\x1f\x7f]")
_DRIVE = re.compile(r"[A-Za-z]:")
_OF_A_SYSTEM = frozenset({"thumbs.db", "desktop.ini", "autorun.inf", "__macosx"})
_INDEX = "dicomdir"


@dataclass(frozen=True)
class Place:
    """Where a file lay: the folders from the outermost, and its name there."""

    parts: tuple[str, ...]
    name: str

    @property
    def path(self) -> str:
        """The path as people write it."""
        return "/".join((*self.parts, self.name))

    @property
    def is_index(self) -> bool:
        """Whether it is the table of contents of a DICOM medium: the folders beside it are numbers, not names."""
        return self.name.casefold() == _INDEX

    @property
    def left_out(self) -> bool:
        """Whether no person put it there: systems leave such files behind, devices an index; what is hidden is too."""
        return self.is_index or any(
            part.startswith(".") or part.casefold() in _OF_A_SYSTEM for part in (*self.parts, self.name)
        )


def place_of(path: str, above: tuple[str, ...]) -> Place:
    """Return the place that a path in an archive says, below the folders `above`.

    Raises NotAScan (`archive_unsafe`) for a path that leaves the archive, begins at a root or a drive, or is none.
    """
    written = path.replace("\\", "/")
    parts = tuple(part for part in written.split("/") if part not in ("", "."))
    leaves = written.startswith("/") or ".." in parts or _DRIVE.match(written)
    if leaves or not parts or len(path) > LONGEST_PATH or len(parts) > DEEPEST or _NO_PATH.search(path):
        raise NotAScan("archive_unsafe")
    return Place((*above, *parts[:-1]), parts[-1])


def folders_that_tell(place: Place, indexed: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the folders above a file that may name its author: none of those of a DICOM medium."""
    beside = [folder for folder in indexed if place.parts[: len(folder)] == folder]
    return min(beside, key=len, default=place.parts)

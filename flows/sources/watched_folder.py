"""Which files in a folder are complete, and what do their place and sidecar say?

The folder is a project's own in the inbox, or one that the programme names: the tree of a USB stick, where files arrive
by SFTP, what rclone keeps in step. It may be taken away at any moment, be written to by anybody, and not be ours to
empty. Symbolic links are not followed.
"""

import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from flows.naming import RECEIPTS, as_text, described, is_passed_over, is_passed_over_folder, is_sidecar
from flows.receipts_folder import ReceiptsFolder
from flows.settled import Settling, Stands, mark_of
from pipeline.errors import NotAScan
from pipeline.reading import kind_of
from storage.reception import Incoming
from storage.settings import settings
from supervision.programme import ProjectEntry
from supervision.sources import WatchedFolder, Way

SETTLED_SECONDS = 3.0
DEEPEST_OF_THE_SENDER = 2
"""Folders of a trainee and of an exam type stay when they are empty: people, and devices, send to them again."""
EMPTY_FOR_SECONDS = 24 * 3600.0

Entry = os.DirEntry[str]


@dataclass(frozen=True)
class FoundFile:
    """A complete file of a folder, and the marks by which a later change is noticed.

    beside: the status of the sidecar, unless that is the file itself, late.
    """

    root: Path
    path: Path
    status: os.stat_result
    above: tuple[str, ...]
    project: str
    sidecar: Path | None = None
    beside: os.stat_result | None = None
    late: bool = False
    keep: bool = False

    @property
    def name(self) -> str:
        """The path below the folder."""
        return as_text(str(self.path.relative_to(self.root)))

    @property
    def version(self) -> str:
        """Size and time of the file and of its sidecar."""
        statuses = [one for one in (self.status, self.beside) if one is not None]
        return "-".join(f"{one.st_size}-{one.st_mtime_ns}" for one in statuses)

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self.status.st_size

    @property
    def belongs_to(self) -> str | None:
        """The name of the file whose sidecar this is, where it came after it."""
        return self.name.removesuffix(".json") if self.late else None

    @contextmanager
    def incoming(self) -> Iterator[Incoming]:
        """Give it where it lies."""
        yield described(self.path, self.project, Way.WATCHED_FOLDER, self.above, self.sidecar)

    def unchanged(self) -> bool:
        """Tell whether file and sidecar are still those that were found."""
        try:
            same = mark_of(self.path.lstat()) == mark_of(self.status)
            if same and self.sidecar is not None and self.beside is not None:
                return mark_of(self.sidecar.lstat()) == mark_of(self.beside)
        except OSError:
            return False
        return same

    def remove(self) -> bool:
        """Take file and sidecar away; false where the folder is to be kept, or nothing in it can be removed."""
        if self.keep:
            return False
        try:
            if self.sidecar is not None:
                self.sidecar.unlink(missing_ok=True)
            self.path.unlink(missing_ok=True)
        except OSError:
            return False
        return True


def found(source: WatchedFolder, project: ProjectEntry, work: Path) -> Iterator[FoundFile]:  # noqa: ARG001 - no copy is made
    """Yield the complete files of a project's folder; none while the folder is not there."""
    folder = folder_of(source, project)
    return new_files(folder, project=project.code, keep=source.keep, settled_seconds=SETTLED_SECONDS)


def receipts(source: WatchedFolder, project: ProjectEntry) -> ReceiptsFolder:
    """Return where the senders of this folder find their answers: in it, or in the inbox where it is not ours."""
    own = settings().inbox / project.code
    return ReceiptsFolder(folder_of(source, project) / RECEIPTS, otherwise=own / RECEIPTS)


def folder_of(source: WatchedFolder, project: ProjectEntry) -> Path:
    """Return the folder that a source means."""
    return Path(source.folder) if source.folder else settings().inbox / project.code


def new_files(
    folder: Path, *, project: str = "", keep: bool = False, settled_seconds: float = SETTLED_SECONDS
) -> Iterator[FoundFile]:
    """Yield the complete files below a folder, in the order of their names, those from the future last."""
    settling, from_the_future = Settling(settled_seconds), list[FoundFile]()
    for one in _Walk(folder, project, keep).candidates():
        stands = _stands(one, settling)
        if stands is Stands.COMPLETE:
            yield one
        elif stands is Stands.FROM_THE_FUTURE:
            from_the_future.append(one)
    if from_the_future:
        settling.wait()
    yield from (one for one in from_the_future if one.unchanged())


def survey(folder: Path) -> Counter[Stands]:
    """Count the files of a folder by how they stand, as an administrator wants to know it."""
    settling = Settling(SETTLED_SECONDS)
    return Counter(_stands(one, settling) for one in _Walk(folder, "", keep=True).candidates())


def _stands(one: FoundFile, settling: Settling) -> Stands:
    stands = settling.stands(one.path, one.status)
    if one.sidecar is None or one.beside is None or stands not in (Stands.COMPLETE, Stands.FROM_THE_FUTURE):
        return stands
    beside = settling.stands(one.sidecar, one.beside)
    return stands if beside is Stands.COMPLETE else beside


@dataclass(frozen=True)
class _Walk:
    """One walk through a folder; where it is to be emptied, empty folders that nobody named go as well."""

    folder: Path
    project: str
    keep: bool

    def candidates(
        self, place: Path | None = None, said: tuple[str, ...] = (), *, medium: bool = False
    ) -> Iterator[FoundFile]:
        """Yield every file that may be somebody's scan, complete or not, and sidecars that lie alone."""
        place = place or self.folder
        inside = _inside(place)
        # of a medium (DICOM PS3.10) the folders are named by a machine, and a viewer's program lies beside the pictures
        medium = medium or "DICOMDIR" in inside
        for name, entry in sorted(inside.items()):
            try:
                if entry.is_dir(follow_symlinks=False):
                    if not is_passed_over_folder(name):
                        yield from self.candidates(place / name, said if medium else (*said, name), medium=medium)
                        self._tidy(place / name)
                elif entry.is_file(follow_symlinks=False) and not is_passed_over(name):
                    yield from self._file(entry, inside, said, medium=medium)
            except OSError:
                continue  # taken away meanwhile

    def _file(
        self, entry: Entry, inside: Mapping[str, Entry], said: tuple[str, ...], *, medium: bool
    ) -> Iterator[FoundFile]:
        path, status = Path(entry.path), entry.stat(follow_symlinks=False)
        one = FoundFile(self.folder, path, status, said, self.project, keep=self.keep)
        if is_sidecar(entry.name, inside):
            if entry.name.removesuffix(".json") not in inside:
                yield replace(one, sidecar=path, late=True)
        elif not medium or _may_be_a_scan(path):
            sidecar = inside.get(f"{entry.name}.json")
            if sidecar is not None:
                one = replace(one, sidecar=Path(sidecar.path), beside=sidecar.stat(follow_symlinks=False))
            yield one

    def _tidy(self, folder: Path) -> None:
        """Remove a folder below those of trainee and exam type that has been empty for a day."""
        if self.keep or len(folder.relative_to(self.folder).parts) <= DEEPEST_OF_THE_SENDER:
            return
        with suppress(OSError):
            if time.time() - folder.lstat().st_mtime > EMPTY_FOR_SECONDS:
                folder.rmdir()  # refused for one that holds anything


def _inside(folder: Path) -> dict[str, Entry]:
    try:
        with os.scandir(folder) as entries:
            return {entry.name: entry for entry in entries}
    except OSError:
        return {}  # taken away, or not ours to read


def _may_be_a_scan(path: Path) -> bool:
    try:
        kind_of(path)
    except NotAScan:
        return False
    except OSError:
        return True
    return True

"""Which files does a zip archive hold, and may they be unpacked?

Nothing in an archive is believed. What is written is counted while it is written, under numbers instead of names; what
two programs could understand differently (two files of one name or place, a path that leaves the archive, a link) is
refused, and so is an archive of which anything is damaged: the sender has it whole. Runs in a child process.

Fifield, D. (2019): A better zip bomb, 13th USENIX WOOT.
"""

import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from stat import S_IFDIR, S_IFMT, S_IFREG
from typing import IO

from pipeline.errors import NotAScan, TooLarge, Undecodable
from pipeline.reading.archive_names import Place, folders_that_tell, place_of
from pipeline.reading.limits import MALFORMED

_BEGINS = (b"PK\x03\x04", b"PK\x05\x06")
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_LOCAL_HEADER = struct.Struct("<26xHH")  # before each file: how long its name and its extra field are
_DAMAGED = (*MALFORMED, zipfile.BadZipFile)
_PART = 1 << 20
_DOCUMENTS = frozenset({"[Content_Types].xml", "META-INF/MANIFEST.MF", "mimetype"})
"""What makes a zip archive an office document or a program."""


@dataclass(frozen=True)
class Limits:
    """How much an archive may hold, the archives in it included.

    files: entries of any sort. bytes: unpacked. times: how many times larger than packed all of it may become, beyond
    `spared` bytes. depth: archives within each other.
    """

    files: int = 5_000
    bytes: int = 16 << 30
    times: int = 250
    spared: int = 64 << 20
    depth: int = 2


@dataclass(frozen=True)
class Member:
    """One file of an archive: where it was unpacked, where it lay, and the folders that say whose it is.

    name: its path in the archive, for its sender only. sidecar: what lay beside it to describe it.
    """

    path: Path
    name: str
    folders: tuple[str, ...] = ()
    sidecar: Path | None = None


@dataclass(frozen=True)
class Unpacked:
    """The files of an archive, and how many others were left out: those that systems add, and indexes."""

    members: tuple[Member, ...]
    left_out: int


def is_zip(path: Path) -> bool:
    """Tell whether a file begins like a zip archive, and is not DICOM in whose preamble such a beginning stands."""
    with path.open("rb") as file:
        first = file.read(132)
    return first.startswith(_BEGINS) and first[128:] != b"DICM"


def unpack(path: Path, to: Path, limits: Limits = Limits()) -> Unpacked:
    """Unpack a zip archive, and those in it, into the empty folder `to`.

    Raises Rejected with a reason `archive_*` (`unknown_kind` for a document that is packed as an archive), and OSError
    as it comes (of a full disk a child process makes `disk_full`); what was written by then is the caller's to remove.
    """
    opening = _Unpacking(to, limits, path.stat().st_size)
    if is_document(path):
        raise NotAScan("unknown_kind")
    members = _with_sidecars(list(opening.files_of(path, (), depth=1)), opening.indexed)
    if not members:
        raise NotAScan("archive_empty")
    return Unpacked(members, opening.left_out)


class _Unpacking:
    """What was unpacked so far, which all archives in one share."""

    def __init__(self, to: Path, limits: Limits, packed: int) -> None:
        """Begin with an archive of so many bytes."""
        self.to, self.limits = to, limits
        self.most_bytes = min(limits.bytes, max(limits.spared, packed * limits.times))
        self.entries = self.written = self.numbered = self.left_out = 0
        self.indexed: set[tuple[str, ...]] = set()
        self.taken: set[str] = set()

    def files_of(self, path: Path, above: tuple[str, ...], *, depth: int) -> Iterator[tuple[Place, Path]]:
        """Yield each file of an archive that is no archive itself, with the place where it lay."""
        with _opened(path) as archive:
            for info in self._checked(archive, path):
                place = self._placed(info, above)
                if place.left_out:
                    self.left_out += 1
                    self.indexed |= {place.parts} if place.is_index else set()
                    continue
                unpacked = self._written(archive, info)
                if not is_zip(unpacked) or is_document(unpacked):
                    yield place, unpacked
                    continue
                if depth == self.limits.depth:
                    raise TooLarge("archive_nested", most=depth)
                yield from self.files_of(unpacked, place.parts, depth=depth + 1)
                unpacked.unlink()

    def _checked(self, archive: zipfile.ZipFile, path: Path) -> list[zipfile.ZipInfo]:
        """Return the entries that are files, once all that the index says of any entry was found harmless."""
        entries = sorted(archive.infolist(), key=lambda info: info.header_offset)
        self.entries += len(entries)
        if self.entries > self.limits.files:
            raise TooLarge("archive_too_many", most=self.limits.files)
        if sum(info.file_size for info in entries) > self.most_bytes - self.written:
            raise TooLarge("archive_too_large", most=self.most_bytes >> 20)
        begins_next = [*(info.header_offset for info in entries[1:]), archive.start_dir]
        with path.open("rb") as file:
            for info, end in zip(entries, begins_next, strict=False):
                _refuse(info, _data_of(info, file), end)
        return [info for info in entries if not info.orig_filename.endswith(("/", "\\"))]

    def _placed(self, info: zipfile.ZipInfo, above: tuple[str, ...]) -> Place:
        """Return where a file lies; a second in its place is refused, since which of them counts would be chance."""
        place = place_of(info.orig_filename, above)
        if place.path in self.taken:
            raise NotAScan("archive_unsafe")
        self.taken.add(place.path)
        return place

    def _written(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Path:
        """Write one file under the next number; what it says of its size and checksum must be true."""
        self.numbered += 1
        path = self.to / f"{self.numbered:05d}"
        before = self.written
        with _member(archive, info) as source, path.open("xb") as target:
            while part := _next_of(source):
                self.written += len(part)
                if self.written > self.most_bytes:
                    raise TooLarge("archive_too_large", most=self.most_bytes >> 20)
                target.write(part)
        if self.written - before != info.file_size:
            raise Undecodable("archive_damaged")
        return path


def is_document(path: Path) -> bool:
    """Tell whether a zip archive is an office document or a program, which is one file to whoever sent it."""
    with _opened(path) as archive:
        return not _DOCUMENTS.isdisjoint(archive.namelist())


def _data_of(info: zipfile.ZipInfo, file: IO[bytes]) -> int:
    """Return where the bytes of an entry begin, by its own header; raises Undecodable where none stands."""
    head = b""
    if info.header_offset >= 0:
        file.seek(info.header_offset)
        head = file.read(_LOCAL_HEADER.size)
    if len(head) < _LOCAL_HEADER.size or not head.startswith(_BEGINS[0]):
        raise Undecodable("archive_damaged")
    lengths: tuple[int, int] = _LOCAL_HEADER.unpack(head)
    return info.header_offset + _LOCAL_HEADER.size + sum(lengths)


def _refuse(info: zipfile.ZipInfo, start: int, end: int) -> None:
    """Refuse an entry by what is said of it; its bytes begin at `start` and must have ended by `end`."""
    if info.flag_bits & _ENCRYPTED:
        raise NotAScan("archive_encrypted")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise NotAScan("archive_method")
    if start + info.compress_size > end:
        raise NotAScan("archive_unsafe")  # it shares bytes with another
    kind = S_IFMT(info.external_attr >> 16)
    if kind and kind not in (S_IFREG, S_IFDIR):
        raise NotAScan("archive_unsafe")  # a link or a device


def _with_sidecars(found: list[tuple[Place, Path]], indexed: set[tuple[str, ...]]) -> tuple[Member, ...]:
    """Put each file together with the one that describes it, `<name>.json` beside it."""
    at = {place.path: path for place, path in found}
    described = {f"{name}.json" for name in at}
    return tuple(
        Member(path, place.path, folders_that_tell(place, indexed), at.get(f"{place.path}.json"))
        for place, path in found
        if place.path not in described
    )


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(path)
    except _DAMAGED:
        raise Undecodable("archive_damaged") from None
    with archive:
        yield archive


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
    try:
        return archive.open(info)
    except _DAMAGED:
        raise Undecodable("archive_damaged") from None


def _next_of(source: IO[bytes]) -> bytes:
    try:
        return source.read(_PART)
    except _DAMAGED:
        raise Undecodable("archive_damaged") from None

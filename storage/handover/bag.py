"""How is a bag (BagIt 1.0, RFC 8493) written in one pass, into a folder, where it may be cut off?

The folder goes on where it was interrupted: what lies there is held against the digest noted for it. `bagit.txt` comes
last; before that a folder is no bag. As a ZIP it leaves by storage.handover.taking.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from storage.catalogue.dump import sha256_of
from storage.durable import flush

BAGIT, INFO, MANIFEST, TAGS = "bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"
DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
PROGRESS = "in-progress.jsonl"
DATA = "data"


@dataclass(frozen=True)
class Part:
    """One file of a bag: its path below `data`, how long it will be, and its bytes.

    lasts: under this name there are the same bytes in every export, so that they need not be written again.
    """

    name: str
    size: int
    pieces: Callable[[], Iterator[bytes]]
    lasts: bool = False


@dataclass(frozen=True)
class Line:
    """One file that was written: how long it is, and its SHA-256."""

    name: str
    size: int
    sha256: str


Tags = Callable[[str], Iterable[tuple[str, bytes]]]
"""What else lies beside `data`, given the SHA-256 of the manifest."""


def write_folder(folder: Path, parts: Iterable[Part], info: dict[str, str], tags: Tags) -> list[Line]:
    """Write a bag into a folder, or the rest of one that was interrupted; every file is on disk when its line is."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    noted = {line.name: line for line in _progress(folder / PROGRESS)}
    lines = []
    with (folder / PROGRESS).open("a", encoding="utf-8") as progress:
        for part in parts:
            place = folder / DATA / part.name
            line = noted.get(part.name) if part.lasts else None
            if line is None or not place.is_file() or sha256_of(place) != line.sha256:
                line = _copy(part, place)
                progress.write(json.dumps([line.name, line.size, line.sha256]) + "\n")
                progress.flush()
            lines.append(line)
    _leave_only(folder / DATA, {line.name for line in lines})
    for name, data in tag_files(lines, info, tags):
        _write(folder / name, iter([data]))
    os.sync()
    (folder / PROGRESS).unlink()
    return lines


def manifest_of(lines: Iterable[Line]) -> bytes:
    """Return the manifest: a line for each file, in order of their names."""
    return "".join(f"{line.sha256}  {DATA}/{line.name}\n" for line in sorted(lines, key=lambda one: one.name)).encode()


def digest_of(lines: Iterable[Line]) -> str:
    """Return the SHA-256 of the manifest, by which a bag is known."""
    return hashlib.sha256(manifest_of(lines)).hexdigest()


def tag_files(lines: Sequence[Line], info: dict[str, str], tags: Tags) -> Iterator[tuple[str, bytes]]:
    """Give what lies beside `data`, `bagit.txt` last."""
    manifest = manifest_of(lines)
    oxum = f"{sum(line.size for line in lines)}.{len(lines)}"
    told = "".join(f"{name}: {value}\n" for name, value in {**info, "Payload-Oxum": oxum}.items()).encode()
    beside = [(MANIFEST, manifest), (INFO, told), *tags(digest_of(lines))]
    listed = [*beside, (BAGIT, DECLARATION.encode())]
    yield from beside
    yield TAGS, "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in listed).encode()
    yield BAGIT, DECLARATION.encode()


def _copy(part: Part, place: Path) -> Line:
    digest, size = hashlib.sha256(), 0

    def counted() -> Iterator[bytes]:
        nonlocal size
        for piece in part.pieces():
            digest.update(piece)
            size += len(piece)
            yield piece

    _write(place, counted())
    return Line(part.name, size, digest.hexdigest())


def _write(place: Path, pieces: Iterator[bytes]) -> None:
    """Write a file that is whole or not there; drafts of an interruption are written over."""
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_name(f"{place.name}.part")
    try:
        with draft.open("wb") as file:
            for piece in pieces:
                file.write(piece)
            flush(file)
        draft.replace(place)
    finally:
        draft.unlink(missing_ok=True)


def _progress(file: Path) -> Iterator[Line]:
    """Give what interrupted writings had noted; a line that is torn, and what was written behind it, counts as none."""
    if file.is_file():
        with file.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                with suppress(ValueError):
                    name, size, sha256 = json.loads(line)
                    yield Line(name, size, sha256)


def _leave_only(data: Path, names: set[str]) -> None:
    """Remove what an earlier, interrupted writing put there and this one did not."""
    for file in data.rglob("*"):
        if file.is_file() and file.relative_to(data).as_posix() not in names:
            file.unlink()

"""Of what is a bundle made that a browser takes, and what was read of it so far, in this download or one before?

One folder holds it: the small files, where the stored ones lie, a note of each that was sent, and the signature.
"""

import fcntl
import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cached_property, partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from pipeline.errors import Conflict, Unavailable
from storage.handover import bag, zipped
from storage.handover.bag import Line, Part
from storage.handover.exporting import BUNDLE, Lies, Ready, Wanted
from storage.handover.leaving import SIGNED, info_of, name_of, note, statement, tags_of
from storage.objects import Area, ObjectStore
from storage.objects.sealing import Vault

WORK, LYING, READY, NOTES, MADE = "work", "lying.jsonl", "ready.json", "notes.jsonl", "signed.json"
SIGNING = "signing"
BESIDE = 4096
"""What a signature may add to the statement that it signs."""


def keep_ready(made: Ready, folder: Path) -> None:
    """Keep beside the small files what is needed to send the bundle."""
    with (folder / LYING).open("w", encoding="ascii") as lines:
        lines.writelines(f"{json.dumps([one.area.value, one.digest, one.size])}\n" for one in made.lying)
    vault = made.vault and {"name": made.vault.name.hex(), "secret": made.vault.secret.hex()}
    size = zipped.size_of(_Layout(made).entries(lambda _name: b""))
    told = {"size": size, "objects": len(made.lying), "missing": len(made.said["missing"]), "vault": vault}
    write(folder / READY, told)


def opened(folder: Path, store: ObjectStore) -> Ready:
    """Return what was kept ready."""
    told, work = json.loads((folder / READY).read_bytes()), folder / WORK
    said = json.loads((work / BUNDLE).read_bytes())
    lying = tuple(Lies(Area(area), digest, size) for area, digest, size in _lines(folder / LYING))
    secret = told["vault"]
    vault = secret and Vault(said["organisation"]["code"], *map(bytes.fromhex, (secret["name"], secret["secret"])))
    return Ready(said, work, lying, store, vault)


class _Layout:
    """Which files stand in the archive, and how long each is, before any was read."""

    def __init__(self, made: Ready) -> None:
        self.made, self.parts = made, tuple(made.parts())
        self.top = name_of(made.said["project"]["code"], datetime.fromisoformat(made.said["made_at"]))

    def entries(self, tag: Callable[[str], bytes], sent: "Sending | None" = None) -> list[zipped.Entry]:
        """Return the files; `tag` gives what lies beside the data."""
        found = [self._entry(part, sent) for part in self.parts]
        nothing = [Line(part.name, part.size, "0" * 64) for part in self.parts]
        beside = bag.tag_files(nothing, info_of(self.made), lambda _digest: [(SIGNED, b"")])
        for name, data in beside:
            size = self._statement() if name == SIGNED else len(data)
            found.append(zipped.Entry(f"{self.top}/{name}", size, *_tag(tag, name), up_to=name == SIGNED))
        return found

    def _entry(self, part: Part, sent: "Sending | None") -> zipped.Entry:
        name = f"{self.top}/{bag.DATA}/{part.name}"
        if sent is None:
            return zipped.Entry(name, part.size, part.pieces, int)
        return zipped.Entry(name, part.size, partial(sent.counted, part), partial(sent.checksum, part))

    def _statement(self) -> int:
        said = self.made.said
        whole = [statement(said, "0" * 64), said["organisation"]]
        return len(json.dumps(whole, ensure_ascii=False).encode()) + BESIDE


class Sending:
    """A bundle on its way: what was read of it so far, in this download or one before."""

    def __init__(self, folder: Path, wanted: Wanted, made_at: datetime, store: ObjectStore, now: datetime) -> None:
        """Open what was kept ready in a folder; `wanted` says by whom it is taken now."""
        self.folder, self.wanted, self.made_at, self.now = folder, wanted, made_at, now
        self.layout = _Layout(opened(folder, store))
        self.notes: dict[str, tuple[str, int]] = {
            name: (digest, checksum) for name, digest, checksum in _lines(self.folder / NOTES)
        }
        self._noted = set(self.notes)

    @cached_property
    def entries(self) -> list[zipped.Entry]:
        """The files of the archive in their order."""
        return self.layout.entries(lambda name: self.tags[name], self)

    def counted(self, part: Part) -> Iterator[bytes]:
        """Give the bytes of a file, and note their digest and checksum when the last was given."""
        digest, checksum, size = sha256(), 0, 0
        for piece in part.pieces():
            digest.update(piece)
            checksum, size = zlib.crc32(piece, checksum), size + len(piece)
            if size > part.size:
                break
            yield piece
        if size != part.size:
            raise Unavailable("object_damaged")
        told = (digest.hexdigest(), checksum)
        if self.notes.setdefault(part.name, told) != told:
            raise Unavailable("object_damaged")
        if part.name not in self._noted:
            self._noted.add(part.name)
            with (self.folder / NOTES).open("a", encoding="utf-8") as notes:
                notes.write(f"{json.dumps([part.name, *told])}\n")

    def checksum(self, part: Part) -> int:
        """Return the checksum of a file; one that was never sent is read for it."""
        if part.name not in self.notes:
            for _piece in self.counted(part):
                pass
        return self.notes[part.name][1]

    @cached_property
    def tags(self) -> dict[str, bytes]:
        """Return what lies beside the data; signed once, by whoever is the first to come so far."""
        for part in self.layout.parts:
            self.checksum(part)
        lines = [Line(part.name, part.size, self.notes[part.name][0]) for part in self.layout.parts]
        info = info_of(self.layout.made)
        with locked(self.folder / SIGNING):
            made = read(self.folder / MADE) or self._signed(bag.digest_of(lines))
        return dict(bag.tag_files(lines, info, lambda _digest: [(SIGNED, made["signed"].encode())]))

    def _signed(self, manifest: str) -> dict[str, Any]:
        made = self.layout.made
        told = {"digest": manifest, "signed": dict(tags_of(made, self.now, manifest))[SIGNED].decode()}
        note(self.wanted, made, manifest, made_at=self.made_at, now=self.now)
        write(self.folder / MADE, told)
        return told


def _tag(tag: Callable[[str], bytes], name: str) -> tuple[Callable[[], Iterator[bytes]], Callable[[], int]]:
    return lambda: iter([tag(name)]), lambda: zlib.crc32(tag(name))


@contextmanager
def locked(file: Path, *, wait: bool = True) -> Iterator[None]:
    """Be the only one during a `with` block; Conflict (`stale`) where another is, if one does not wait for it."""
    with file.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise Conflict("stale") from None
        yield


def _lines(file: Path) -> Iterator[list[Any]]:
    """Give the lines of a file, as far as they are whole."""
    with suppress(FileNotFoundError), file.open(encoding="utf-8") as lines:
        for line in lines:
            with suppress(ValueError):
                yield json.loads(line)


def read(file: Path) -> dict[str, Any] | None:
    """Return what a file of the folder says, None where it is not there."""
    with suppress(FileNotFoundError):
        return dict(json.loads(file.read_bytes()))
    return None


def write(file: Path, told: dict[str, Any]) -> None:
    """Let a file of the folder say this, as a whole or not at all."""
    draft = file.with_name(f"{file.name}.part")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(told), encoding="utf-8")
    draft.replace(file)

"""What of an installation must lie elsewhere so that another can go on from it, and how is it written while it works?

`<folder>/objects/<area>/<2 digits>/<digest>` holds every object once, as it lies in the store: what is sealed stays so.
Each backup adds what is new, and a folder `<folder>/<time>` with the catalogue, the programme, the locked keys and two
lists: `objects.jsonl`, every object with the SHA-256 of its bytes, and `manifest.json`, every other file with its own.
The manifest is written last; a folder without one is no backup. The catalogue is dumped before objects are copied, so
that no object that it knows can be too new.
"""

import fcntl
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from pipeline.errors import Misconfigured
from pipeline.key import Key
from pipeline.wrapping import KeyRing, Keys, key_ring, wrap
from storage.catalogue import audit
from storage.catalogue.dump import Dump, Table, dump, sha256_of
from storage.keys import signing_of, vault_file
from storage.objects import Area, ObjectStore
from storage.settings import settings

MANIFEST, OBJECTS, CATALOGUE, KEYS, PROGRAMME = "manifest.json", "objects.jsonl", "catalogue", "keys", "programme.toml"
NAMED = "????-??-??T??????Z"
FORMAT = 1
CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Kept:
    """One object in a backup: where, and what its bytes there are."""

    area: str
    digest: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself. files: SHA-256 by name, beside those of `catalogue`. new: objects copied for it."""

    format: int
    made_at: str
    catalogue: Dump
    objects: int
    bytes: int
    new: int
    audit_head: str
    files: dict[str, str]

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Return the manifest of a backup; Misconfigured (`backup_damaged`) where there is none that can be read."""
        try:
            said: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
            tables = tuple(Table(**table) for table in said["catalogue"]["tables"])
            return cls(**{**said, "catalogue": Dump(said["catalogue"]["migration"], tables)})
        except (OSError, ValueError, KeyError, TypeError):
            raise Misconfigured("backup_damaged", file=MANIFEST) from None


def place_of(root: Path, area: str, digest: str) -> Path:
    """Return where the bytes of an object lie in a backup."""
    return root / "objects" / area / digest[:2] / digest


def backups(root: Path) -> list[Path]:
    """Return the whole backups of a folder, the oldest first."""
    return sorted(found.parent for found in root.glob(f"*/{MANIFEST}"))


def write(root: Path, store: ObjectStore, passphrase: str, now: datetime) -> Manifest:
    """Add a backup to the folder `root`, and return what it holds; Unavailable without store or catalogue."""
    with _alone(root):
        return _write(root, store, passphrase, now)


def _write(root: Path, store: ObjectStore, passphrase: str, now: datetime) -> Manifest:
    before = backups(root)
    folder = root / f"{now.astimezone(UTC):%Y-%m-%dT%H%M%S}Z"
    folder.mkdir(mode=0o700, parents=True)
    audit.seal()
    head = audit.head()
    made = dump(folder / CATALOGUE)
    (folder / KEYS).mkdir(mode=0o700)
    for organisation in sorted(file.stem for file in settings().keys_folder.glob("*.key")):
        (folder / KEYS / organisation).write_text(wrap(_keys_of(organisation), passphrase), encoding="ascii")
    (folder / PROGRAMME).write_bytes(settings().programme_file.read_bytes())
    known = listed(before[-1] / OBJECTS) if before else iter(())
    count = size = new = 0
    with (folder / OBJECTS).open("w", encoding="ascii") as lines:
        for kept, copied in _copied(store, root, known):
            lines.write(json.dumps(asdict(kept)) + "\n")
            count, size, new = count + 1, size + kept.size, new + copied
    beside = (file for file in sorted(folder.rglob("*")) if file.is_file() and file.parent.name != CATALOGUE)
    files = {str(file.relative_to(folder)): sha256_of(file) for file in beside}
    manifest = Manifest(FORMAT, now.isoformat(), made, count, size, new, str(head or ""), files)
    _write_last(folder / MANIFEST, json.dumps(asdict(manifest), indent=1).encode())
    return manifest


def leave(root: Path, newest: int) -> int:
    """Keep the newest backups of a folder only, and nothing of those that were interrupted.

    Returns how many objects went that stand in none of those left.
    """
    with _alone(root):
        for folder in backups(root)[:-newest]:
            (folder / MANIFEST).unlink()  # first: without it there is no backup
        for folder in root.glob(NAMED):
            if not (folder / MANIFEST).exists():
                shutil.rmtree(folder)
        wanted = {(kept.area, kept.digest) for folder in backups(root) for kept in listed(folder / OBJECTS)}
        gone = [place for place in (root / "objects").glob("*/*/*") if (place.parts[-3], place.name) not in wanted]
        for place in gone:
            place.unlink()
        return len(gone)


def listed(file: Path) -> Iterator[Kept]:
    """Give the objects of a list, in its order."""
    with file.open(encoding="ascii") as lines:
        for line in lines:
            yield Kept(**json.loads(line))


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Wait until nobody else writes into this folder of backups."""
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (root / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _keys_of(organisation: str) -> Keys:
    """Return all keys that may open what lies in a backup: also those that no object of the store needs any more."""
    ring = key_ring(vault_file(organisation))
    place = vault_file(organisation)
    unused = (Key.load_or_create(file) for file in sorted(place.parent.glob(f"{place.name}.unused-*")))
    pseudonyms = Key.load_or_create(settings().key_file(organisation))
    return Keys(pseudonyms, KeyRing(ring.current, (*ring.previous, *unused)), signing_of(organisation))


def _copied(store: ObjectStore, root: Path, known: Iterable[Kept]) -> Iterator[tuple[Kept, bool]]:
    """Give every object of the store, and whether it had to be copied; both lists go by area and digest."""
    earlier, there = iter(known), None
    for area in sorted(Area):
        for digest, _ in store.shelf.lying(area):
            while there is None or (there.area, there.digest) < (area, digest):
                there = next(earlier, None)
                if there is None:
                    break
            place = place_of(root, area, digest)
            if there is not None and (there.area, there.digest) == (area, digest) and place.is_file():
                yield there, False
            else:
                with store.shelf.open(area, digest) as source:
                    yield Kept(area, digest, *_copy(source, place)), True


def _copy(source: BinaryIO, place: Path) -> tuple[int, str]:
    """Copy bytes to a place where they are whole or not at all; return how many, and their SHA-256.

    Not linked: the header of a sealed object is written anew in its place when its vault gets another key.
    """
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    digest, size = hashlib.sha256(), 0
    try:
        with draft.open("wb") as file:
            while piece := source.read(CHUNK):
                file.write(piece)
                digest.update(piece)
                size += len(piece)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(place)
    finally:
        draft.unlink(missing_ok=True)
    return size, digest.hexdigest()


def _write_last(path: Path, data: bytes) -> None:
    draft = path.with_name(f".{path.name}")
    with draft.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.sync()  # before the name that makes a backup of it: the lists and the folders too
    draft.replace(path)

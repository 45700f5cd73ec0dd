"""What does the bundle of a project hold, and how is it written?

Small files are made in a folder of our own first, all of one moment: the catalogue as in a backup, tables for a
spreadsheet, the chain, the programme, the locked keys. Stored files are read from the store while the bag is written.
"""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from shutil import disk_usage
from tempfile import TemporaryDirectory
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pipeline.errors import Misconfigured
from pipeline.key import Key
from pipeline.wrapping import KeyRing, Keys, unwrap, wrap
from storage.catalogue import audit
from storage.catalogue.dump import Dump, dump, file_of
from storage.catalogue.handovers import passing
from storage.catalogue.models import Person, Project
from storage.handover import chain, programme, tables
from storage.handover.bag import DATA, Part
from storage.handover.rows import OfProject
from storage.keys import organisation_key
from storage.objects import Area, ObjectStore, sealing
from storage.objects.area import SEALED
from storage.objects.sealing import Vault
from storage.objects.vaults import vault_of
from storage.settings import settings

FORMAT = "sonorelay-project/1"
BUNDLE, PROGRAMME = "bundle.json", "programme.toml"
CATALOGUE, OBJECTS, AUDIT, KEYS = "catalogue", "objects", "audit", "keys"
CHUNK = 256 * 1024
SPARE = 16 * 1024 * 1024
PURPOSE = b"sonorelay/bundle/1/"


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to take along, and in which language the tables speak.

    passphrase: locks the keys; without it no key goes along, and no original.
    """

    project: str
    by: Person
    language: str = "en"
    originals: bool = False
    passphrase: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Lies:
    """A stored file that goes along: where it lies, and how many bytes it will have in the bundle, sealed or not."""

    area: Area
    digest: str
    size: int

    @property
    def name(self) -> str:
        """Its path in the bundle."""
        return f"{OBJECTS}/{self.area}/{self.digest[:2]}/{self.digest}"


@dataclass(frozen=True)
class Ready:
    """Everything that is needed to write a bundle."""

    said: dict[str, Any]
    work: Path
    lying: tuple[Lies, ...]
    store: ObjectStore
    vault: Vault | None

    @property
    def size(self) -> int:
        """How many bytes the bundle will have, its tag files left out."""
        return sum(part.size for part in self.parts())

    def parts(self) -> Iterator[Part]:
        """Give the files of the bundle, the small ones first."""
        for file in _files(self.work):
            yield Part(file.relative_to(self.work).as_posix(), file.stat().st_size, partial(_pieces_of, file))
        for one in self.lying:
            yield Part(one.name, one.size, partial(_object, self.store, one, self.vault), lasts=True)


@contextmanager
def ready(wanted: Wanted, store: ObjectStore, now: datetime, begun: Path | None = None) -> Iterator[Ready]:
    """Make the small files of a bundle for the time of a `with` block; as `made_ready`."""
    settings().home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="bundle-", dir=settings().home) as folder:
        yield made_ready(wanted, Path(folder), store, now, begun)


def made_ready(wanted: Wanted, work: Path, store: ObjectStore, now: datetime, begun: Path | None = None) -> Ready:
    """Make the small files of a bundle in an empty folder, all of one moment.

    begun: a folder in which an earlier export was interrupted, whose keys are used on. ValueError for originals without
    a passphrase. Misconfigured: passphrase_short, passphrase_wrong.
    """
    if wanted.originals and wanted.passphrase is None:
        raise ValueError("originals go only with keys")
    project = Project.objects.select_related("organisation").get(code=wanted.project)
    audit.seal()
    head = audit.head()
    vault = _keys(wanted, project, work, begun)
    made = dump(work / CATALOGUE, OfProject(project.pk, originals=wanted.originals, going=_going(project)))
    tables.write(made, work, wanted.language)
    events = chain.write(project.pk, project.code, work / AUDIT, head)
    _programme(work, project.code)
    lying, missing = _lying(work, made, store)
    said = _said(project, wanted, made, head, now) | {"events": events, "missing": list(missing)}
    said["objects"] = {"count": len(lying), "bytes": sum(one.size for one in lying)}
    (work / BUNDLE).write_text(json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True), encoding="utf-8")
    return Ready(said, work, lying, store, vault)


def refuse_without_room(made: Ready, folder: Path) -> None:
    """Misconfigured (`no_room_there`) where the disk of a folder has not the room that the rest of the bundle takes."""
    there = next(one for one in (folder.absolute(), *folder.absolute().parents) if one.exists())
    lies = sum(file.stat().st_size for file in (folder / DATA).rglob("*") if file.is_file())
    needed, free = made.size - lies + SPARE, disk_usage(there).free
    if needed > free:
        raise Misconfigured("no_room_there", folder=str(folder), needed=_mb(needed), free=_mb(free))


def _going(project: Project) -> frozenset[int] | None:
    passes = passing((project.pk,)).get(project.pk)
    return None if passes is None else passes.going


def _said(project: Project, wanted: Wanted, made: Dump, head: audit.Head | None, now: datetime) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "made_at": now.astimezone(UTC).isoformat(timespec="seconds"),
        "made_by": wanted.by.username,
        "organisation": {"code": project.organisation.code, "name": project.organisation.name},
        "project": {"code": project.code, "name": project.name},
        "language": wanted.language,
        "originals": wanted.originals,
        "keys": wanted.passphrase is not None,
        "catalogue": asdict(made),
        "audit_head": str(head or ""),
    }


def _keys(wanted: Wanted, project: Project, work: Path, begun: Path | None) -> Vault | None:
    """Lock the pseudonym key, and the key of a vault made for this bundle; return that vault."""
    if wanted.passphrase is None:
        return None
    place = work / KEYS / project.organisation.code
    place.parent.mkdir(mode=0o700)
    before = begun / DATA / KEYS / project.organisation.code if begun else None
    if before is not None and before.is_file():
        text = before.read_text("ascii")
        keys = unwrap(text, wanted.passphrase)
    else:
        ring = KeyRing(Key.from_bytes(secrets.token_bytes(32)))
        keys = Keys(organisation_key(project.organisation.code), ring)
        text = wrap(keys, wanted.passphrase)
    place.write_text(text, encoding="ascii")
    assert keys.vault is not None  # noqa: S101 - written here, or by an earlier run of this
    return vault_of(project.organisation.code, keys.vault.current)


def _programme(work: Path, project: str) -> None:
    file = settings().programme_file
    (work / PROGRAMME).write_text(programme.part_of(file.read_text(encoding="utf-8"), project), encoding="utf-8")


def _lying(work: Path, made: Dump, store: ObjectStore) -> tuple[tuple[Lies, ...], tuple[str, ...]]:
    """Return the stored files that the dumped rows name, each once, and those of them that the store does not have."""
    found: dict[tuple[Area, str], Lies] = {}
    missing = []
    for row in _rows_in(work / CATALOGUE, made, "catalogue_storedobject"):
        area, digest = Area(row["area"]), row["digest"]
        if row["deleted_at"] is not None or (area, digest) in found:
            continue
        size = store.size(area, digest)
        if size is None:
            missing.append(f"{area}/{digest}")
        else:
            found[area, digest] = Lies(area, digest, size if area not in SEALED else _sealed_size(size))
    return tuple(found[key] for key in sorted(found)), tuple(sorted(set(missing)))


def _rows_in(folder: Path, made: Dump, table: str) -> Iterator[dict[str, Any]]:
    """Give the rows of a dumped table, by column."""
    names = [field.attname for field in tables.fields_at(made.migration)[table]]
    with file_of(folder, table).open(encoding="utf-8") as lines:
        for line in lines:
            yield dict(zip(names, json.loads(line), strict=True))


def _sealed_size(plain: int) -> int:
    chunks = max(-(-plain // sealing.CHUNK), 1)
    return sealing.HEADER + plain + chunks * sealing.TAG


def _object(store: ObjectStore, one: Lies, vault: Vault | None) -> Iterator[bytes]:
    """Give a stored file; what lies sealed gets a header for the bundle's vault, and keeps its bytes."""
    with store.shelf.open(one.area, one.digest) as file:
        if one.area in SEALED:
            assert vault is not None  # noqa: S101 - originals go only with keys
            start = file.read(sealing.HEADER)
            if sealing.is_sealed(start):
                key, _ = sealing.key_in(start, store.vaults.named)
                yield sealing.header(vault, key)
            else:  # it was put by an early version: sealed on the way
                key = _key_of(one, vault)
                yield sealing.header(vault, key)
                yield from sealing.seal(sealing.as_file(_after(start, file)), key)
                return
        yield from iter(partial(file.read, CHUNK), b"")


def _key_of(one: Lies, vault: Vault) -> bytes:
    """Return a key for one object that is the same each time, so that its sealed bytes are."""
    return HKDF(SHA256(), 32, salt=None, info=PURPOSE + one.digest.encode()).derive(vault.secret)


def _after(start: bytes, file: Any) -> Iterator[bytes]:
    yield start
    yield from iter(partial(file.read, CHUNK), b"")


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())


def _pieces_of(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        yield from iter(partial(opened.read, CHUNK), b"")


def _mb(size: int) -> int:
    return -(-size // 1_000_000)

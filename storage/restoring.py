"""How does a backup become an installation, and only where nothing is yet that it could spoil?

Everything is read and compared first; then keys, programme, objects and catalogue are written, and counted again.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.errors import Misconfigured
from pipeline.wrapping import Keys, add, install, unwrap
from storage.backup import (
    CATALOGUE,
    CHUNK,
    FORMAT,
    KEYS,
    MANIFEST,
    OBJECTS,
    PROGRAMME,
    Manifest,
    backups,
    listed,
    place_of,
)
from storage.catalogue import audit
from storage.catalogue.dump import sha256_of
from storage.catalogue.load import check, empty, load
from storage.keys import signing_file, vault_file
from storage.objects import Area, ObjectStore
from storage.settings import settings


@dataclass(frozen=True)
class Restored:
    """What was written: rows by table, objects and their bytes, and what became of the chain of events."""

    manifest: Manifest
    rows: int
    objects: int
    bytes: int
    audit: audit.Verdict


def newest(root: Path) -> Path:
    """Return the backup that is meant: the folder itself, or the newest in it; Misconfigured where there is none."""
    found = [root] if (root / MANIFEST).is_file() else backups(root)
    if not found:
        raise Misconfigured("backup_damaged", file=MANIFEST)
    return found[-1]


def refuse_unless_empty(store: ObjectStore) -> None:
    """Misconfigured (`restore_not_empty`) where this installation has a key, an object or a table already."""
    keys = settings().keys_folder
    here = (keys.is_dir() and any(keys.iterdir())) or any(True for area in Area for _ in store.shelf.lying(area))
    if here or settings().programme_file.exists() or not empty():
        raise Misconfigured("restore_not_empty", home=str(settings().home))


def verified(folder: Path, passphrase: str) -> tuple[Manifest, dict[str, Keys]]:
    """Compare every byte of a backup with its lists; return the manifest and the opened keys.

    Misconfigured: backup_damaged names the first file that is not as it was, backup_newer, passphrase_wrong.
    """
    manifest = Manifest.read(folder)
    if manifest.format != FORMAT:
        raise Misconfigured("backup_newer", migration=manifest.catalogue.migration)
    for name, digest in manifest.files.items():
        if not (folder / name).is_file() or sha256_of(folder / name) != digest:
            raise Misconfigured("backup_damaged", file=name)
    check(manifest.catalogue, folder / CATALOGUE)
    keys = {file.name: unwrap(file.read_text("ascii"), passphrase) for file in sorted((folder / KEYS).iterdir())}
    count = 0
    for kept in listed(folder / OBJECTS):
        place = place_of(folder.parent, kept.area, kept.digest)
        if not place.is_file() or sha256_of(place) != kept.sha256:
            raise Misconfigured("backup_damaged", file=f"{kept.area}/{kept.digest[:10]}")
        count += 1
    if count != manifest.objects:
        raise Misconfigured("backup_damaged", file=OBJECTS)
    return manifest, keys


def write(folder: Path, store: ObjectStore, manifest: Manifest, keys: dict[str, Keys], now: datetime) -> Restored:
    """Make an installation of a backup that was verified; each object is opened and compared once it lies there."""
    for organisation, both in keys.items():
        install(both.pseudonyms, settings().key_file(organisation))
        if both.vault is not None:
            add(both.vault, vault_file(organisation))
        if both.signing is not None:
            install(both.signing, signing_file(organisation))
    count = size = 0
    for kept in listed(folder / OBJECTS):
        put(place_of(folder.parent, kept.area, kept.digest), Area(kept.area), kept.digest, store)
        count, size = count + 1, size + kept.size
    settings().programme_file.parent.mkdir(parents=True, exist_ok=True)
    settings().programme_file.write_bytes((folder / PROGRAMME).read_bytes())
    rows = load(manifest.catalogue, folder / CATALOGUE)
    audit.seal()  # what had not yet got its place when the backup was made
    noted = audit.head_of(manifest.audit_head) if manifest.audit_head else None
    return Restored(manifest, sum(rows.values()), count, size, audit.verify(now, noted))


def put(place: Path, area: Area, digest: str, store: ObjectStore) -> None:
    """Store bytes as they lie at a place, then open them and compare them with their digest."""
    with store.shelf.draft() as draft, place.open("rb") as source:
        while piece := source.read(CHUNK):
            draft.file.write(piece)
        draft.keep(area, digest)
    store.verify(area, digest)

"""How does the bundle of a project become an installation of its own, and what does that installation count?

Everything is read and compared first: every byte with the manifest, the manifest with the signature, the project's
events with the giver's chain. Then as in a restore from a backup, under the receiver as the owner.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import bagit

from pipeline.errors import Misconfigured, Rejected
from pipeline.wrapping import Keys, add, install, unwrap
from storage.catalogue import audit
from storage.catalogue.dump import Dump, Table
from storage.catalogue.load import check, load
from storage.catalogue.models import Event, Organisation, StoredObject
from storage.handover import bag, chain, programme
from storage.handover.exporting import AUDIT, BUNDLE, CATALOGUE, FORMAT, KEYS, OBJECTS, PROGRAMME
from storage.handover.leaving import SIGNED, counts_of
from storage.keys import vault_file
from storage.objects import Area, ObjectStore
from storage.restoring import put
from storage.settings import settings
from storage.signing import sign
from supervision.certificate import Signed, verify
from supervision.certificates import project_receipt
from supervision.certificates.project_bundle import KIND


@dataclass(frozen=True)
class Opened:
    """A bundle of which every byte is as it was signed. proven: events that are part of the giver's chain."""

    folder: Path
    said: dict[str, Any]
    signed: Signed
    digest: str
    proven: chain.Proven

    @property
    def dumped(self) -> Dump:
        """The catalogue as it was dumped."""
        told = self.said["catalogue"]
        return Dump(told["migration"], tuple(Table(**one) for one in told["tables"]))

    def data(self, name: str) -> Path:
        """Return where a file of the bundle lies."""
        return self.folder / bag.DATA / name


@dataclass(frozen=True)
class Owner:
    """The organisation under which a project goes on."""

    code: str
    name: str


@dataclass(frozen=True)
class Arrived:
    """What was counted after a restore beside what the bundle says, and what does not agree."""

    said: dict[str, Any]
    here: dict[str, Any]
    differences: tuple[str, ...]
    receipt: Signed


def opened(folder: Path) -> Opened:
    """Read and compare a whole bundle; Misconfigured (`bundle_damaged`) names the first file that is not as signed."""
    _validate(folder)
    manifest = sha256((folder / bag.MANIFEST).read_bytes()).hexdigest()
    try:
        signed = verify((folder / SIGNED).read_bytes())
        said = json.loads((folder / bag.DATA / BUNDLE).read_bytes())
    except (OSError, ValueError, Rejected):
        raise Misconfigured("bundle_damaged", file=SIGNED) from None
    says = signed.document.get("says", {})
    if signed.document.get("kind") != KIND or says.get("bundle") != manifest:
        raise Misconfigured("bundle_damaged", file=SIGNED)
    if said["format"] != FORMAT:
        raise Misconfigured("backup_newer", migration=said["catalogue"]["migration"])
    if says["counts"] != counts_of(said):
        raise Misconfigured("bundle_damaged", file=SIGNED)
    proven = chain.check(folder / bag.DATA / AUDIT)
    if str(proven.head or "") != said["audit_head"] or says["audit_head"] != said["audit_head"]:
        raise Misconfigured("bundle_damaged", file=chain.CHAIN)
    return Opened(folder, said, signed, manifest, proven)


def locked_keys(folder: Path) -> Path | None:
    """Return the file with the keys of a bundle, None where it has none; it may be asked for before all is compared."""
    return next(iter(sorted((folder / bag.DATA / KEYS).glob("*"))), None)


def keys_in(folder: Path, passphrase: str | None) -> Keys | None:
    """Return the keys of a bundle, None where it has none. Misconfigured: wrapped_key_damaged, passphrase_wrong."""
    locked = locked_keys(folder)
    return None if locked is None else unwrap(locked.read_text("ascii", errors="replace"), passphrase or "")


def restore(bundle: Opened, owner: Owner, keys: Keys | None, store: ObjectStore, now: datetime) -> Arrived:
    """Make an installation, in which nothing is yet, of a bundle that was opened; count all of it again, and sign."""
    text = programme.under(bundle.data(PROGRAMME).read_text(encoding="utf-8"), owner.code, owner.name)
    check(bundle.dumped, bundle.data(CATALOGUE))
    if keys is not None:
        install(keys.pseudonyms, settings().key_file(owner.code))
        if keys.vault is not None:
            add(keys.vault, vault_file(owner.code))
    objects = [(Area(place.parts[-3]), place) for place in sorted(bundle.data(OBJECTS).glob("*/*/*"))]
    for area, place in objects:
        put(place, area, place.name, store)
    settings().programme_file.parent.mkdir(parents=True, exist_ok=True)
    settings().programme_file.write_text(text, encoding="utf-8")
    rows = load(bundle.dumped, bundle.data(CATALOGUE))
    Organisation.objects.update(code=owner.code, name=owner.name)
    facts = {
        "project": bundle.said["project"]["code"],
        "bundle": bundle.digest,
        "from": bundle.said["organisation"]["code"],
        "head": bundle.said["audit_head"],
    }
    Event.objects.create(at=now, what="project_taken_over", facts=facts)
    audit.seal()
    here = {"tables": rows, "objects": len(objects), **_counted(bundle, store, now)}
    return _receipt(bundle, owner, here, now)


def _validate(folder: Path) -> None:
    """Compare every file with the manifests of the bag; its library reads them piece by piece."""
    try:
        bagit.Bag(str(folder)).validate(processes=1)
    except bagit.BagValidationError as error:
        files = [str(one.path) for one in error.details if hasattr(one, "path")]
        raise Misconfigured("bundle_damaged", file=files[0] if files else bag.MANIFEST) from None
    except (bagit.BagError, OSError, UnicodeDecodeError):
        raise Misconfigured("bundle_damaged", file=bag.BAGIT) from None


def _counted(bundle: Opened, store: ObjectStore, now: datetime) -> dict[str, Any]:
    """Count what rows name and the store lacks, and what it has and no row names; and follow the new chain."""
    living = StoredObject.objects.filter(deleted_at=None)
    named = {(str(area), str(digest)) for area, digest in living.values_list("area", "digest")}
    there = {(area.value, digest) for area in Area for digest in store.digests(area)}
    whole = audit.verify(now).sound
    return {"unmatched": len(named ^ there), "events": bundle.proven.events, "chain": whole}


def _receipt(bundle: Opened, owner: Owner, here: dict[str, Any], now: datetime) -> Arrived:
    said = counts_of(bundle.said)
    found = project_receipt.differences(said, here)
    document = {
        "bundle": bundle.digest,
        "project": bundle.said["project"],
        "giver": bundle.said["organisation"],
        "counts": here,
        "differences": list(found),
        "restored_at": now.isoformat(timespec="seconds"),
    }
    return Arrived(said, here, found, sign(owner.code, project_receipt.KIND, document, now))

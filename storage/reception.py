"""How does a file become a received scan, whichever way it came: bytes safe in the store, then a row in the catalogue?

The order makes a crash harmless: the raw object first, read back by its digest, then the row. Only then may the way in
let go of the file; whatever a crash leaves there is found again, has the same digest, and becomes the same scan.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.errors import NotAScan
from pipeline.key import Key
from pipeline.reading import kind_of
from pipeline.received import Kind, Received
from storage.catalogue.intake import register
from storage.objects import Area, ObjectStore
from supervision.sources import Way


@dataclass(frozen=True)
class Incoming:
    """One complete local file on its way in, and what the way in knows of it.

    author: the name by which whoever scanned is known there (folder, operator). device: as it is named there; only its
    pseudonym is kept. said: the worksheet that came along, in codes as supervision.worksheet has them. sent_by: the
    number of the person who sent it.
    """

    path: Path
    project: str
    way: Way
    author: str | None = None
    exam_type: str | None = None
    device: str | None = None
    captured_at: datetime | None = None
    sidecar: Path | None = None
    said: Mapping[str, Any] = field(default_factory=dict)
    sent_by: int | None = None


@dataclass(frozen=True)
class Receipt:
    """What was received: the digest of the scan, whether it was here before, and the number of the arrival.

    member: where it lay in an archive. That may name somebody: it is for the sender's own place, never for a log.
    """

    digest: str
    repeated: bool
    arrival: int
    member: str | None = field(default=None, repr=False)


def receive(
    incoming: Incoming,
    store: ObjectStore,
    key: Key,
    now: datetime,
    *,
    work: Path | None = None,
    unchanged: Callable[[], bool] = lambda: True,
) -> tuple[Receipt, ...]:
    """Keep one file; return a receipt for each scan that it holds, none when it changed meanwhile.

    work: a folder for what is unpacked, which is empty again afterwards.
    LookupError for an unknown project, Unavailable when the store or the catalogue is out of reach.
    """
    raw = store.put(Area.RAW, incoming.path)
    store.verify(Area.RAW, raw.digest)  # what cannot be read back is not stored
    if not unchanged():
        return ()
    sidecar = store.put(Area.RAW, incoming.sidecar) if incoming.sidecar is not None else None
    received = Received(
        digest=raw.digest,
        size=raw.size,
        kind=_kind(incoming.path),
        project=incoming.project,
        trainee=incoming.author,
        exam_type=incoming.exam_type,
        device=device_pseudonym(key, incoming.device) if incoming.device else None,
        captured_at=incoming.captured_at,
        said=incoming.said,
    )
    arrival = register(received, raw, incoming.way, now, sidecar=sidecar, sent_by=incoming.sent_by)
    return (Receipt(arrival.scan.digest, arrival.repeated, arrival.pk),)


def device_pseudonym(key: Key, named: str) -> str:
    """Return what stands for a device, whoever names it."""
    return key.pseudonym("device", named, length=12)


def _kind(path: Path) -> Kind | None:
    try:
        return kind_of(path)
    except NotAScan:
        return None

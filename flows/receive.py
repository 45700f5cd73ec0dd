"""How does a file of the inbox become a received scan: bytes safe in the store, a row in the catalogue, inbox empty?

The order makes a crash harmless: the raw object first, then the row, and only then is the file taken away. Whatever is
left in the inbox by a crash is found again, has the same digest, and becomes the same scan.
"""

from datetime import datetime

from flows.channel import device_pseudonym
from flows.sources.watched_folder import Found
from pipeline.deidentify import Key
from pipeline.errors import NotAScan
from pipeline.reading import kind_of
from pipeline.received import Kind, Received
from storage.catalogue.intake import register
from storage.objects import Area, ObjectStore


def receive(found: Found, project: str, key: Key, store: ObjectStore, now: datetime) -> str | None:
    """Keep one file and return its digest; None when it changed meanwhile and stays for the next cycle."""
    raw = store.put(Area.RAW, found.path)
    if not found.unchanged():
        return None
    sidecar = store.put(Area.RAW, found.sidecar) if found.sidecar is not None else None
    received = Received(
        digest=raw.digest,
        size=raw.size,
        kind=_kind(found),
        project=project,
        trainee=found.trainee,
        exam_type=found.exam_type,
        device=device_pseudonym(key, found.device) if found.device else None,
        captured_at=found.captured_at,
        said=found.said,
    )
    register(received, raw, "watched_folder", now, sidecar=sidecar)
    found.remove()
    return raw.digest


def _kind(found: Found) -> Kind | None:
    try:
        return kind_of(found.path)
    except NotAScan:
        return None  # the walk refuses it with the precise reason

"""Which objects were not looked at for longest, what was found, and what lies in the store that nobody knows?

Every object is read back in turn, oldest look first. What is lost stays noted on its rows (`fault`) until it is found
whole again; every change is an event.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.db.models import F, QuerySet

from pipeline.errors import NotAScan, Unavailable
from pipeline.reading import kind_of
from pipeline.received import Received
from storage.catalogue.handovers import is_frozen
from storage.catalogue.intake import register
from storage.catalogue.models import Event, Project, Scan, StoredObject
from storage.catalogue.transaction import one_transaction
from storage.objects import Area, ObjectStore, StoredBytes
from storage.objects.tending import Tended

AT_A_TIME = 100
FOUND_IN_STORE = "found_in_store"
"""Where an arrival came from whose row was lost."""
SAFE_AGE = timedelta(days=2)
"""For so long an object may lie in the store before its row is written, by a run that is tried again and again."""


@dataclass(frozen=True)
class Known:
    """An object that the catalogue knows: where it lies, its size in bytes, and whose vault seals it."""

    area: Area
    digest: str
    size: int
    organisation: str


def unchecked(began: datetime) -> Iterator[Known]:
    """Yield the objects that were not looked at in the round that began then, those whose last look is oldest first."""
    while True:
        rows = _living().exclude(checked_at=began).select_related("scan__project__organisation")
        some = list(rows.order_by(F("checked_at").asc(nulls_first=True), "pk")[:AT_A_TIME])
        if not some:
            return
        seen = set()
        for row in some:
            if (row.area, row.digest) not in seen:
                seen.add((row.area, row.digest))
                yield Known(Area(row.area), row.digest, row.size, row.scan.project.organisation.code)


def note(known: Known, tended: Tended, began: datetime, now: datetime) -> None:
    """Write down what a look found, on every row that names the object."""
    with one_transaction():
        rows = _living().filter(area=known.area, digest=known.digest)
        for row in rows.select_for_update(of=("self",)):
            what = _what_happened(row.fault, tended)
            if what:
                facts = {"area": row.area, "role": row.role, "digest": row.digest, "code": tended.fault or row.fault}
                Event.objects.create(at=now, what=what, scan_id=row.scan_id, facts=facts)
        rows.update(checked_at=began, fault=tended.fault)


def lost() -> int:
    """Return of how many objects it is known that they cannot be had, and could not be mended."""
    return _living().exclude(fault="").values("area", "digest").distinct().count()


def last_scrub() -> tuple[datetime, dict[str, int]] | None:
    """Return when the last scrub was over and what came of it; None before the first."""
    return Event.objects.filter(what="scrubbed").order_by("-at").values_list("at", "facts").first()


def unreferenced(store: ObjectStore, area: Area, now: datetime) -> Iterator[str]:
    """Yield the digests in an area of the store that no row names, and that have lain there for two days."""
    old = (digest for digest, since in store.shelf.lying(area) if since < now - SAFE_AGE)
    while some := list(islice(old, AT_A_TIME)):
        named = _named(area, some)
        yield from (digest for digest in some if digest not in named)


def take_away(area: Area, digest: str, places: Iterable[ObjectStore]) -> bool:
    """Remove an object that no row names, from all of these places; tell whether it is still so.

    An original only if its term was over: what was received is never removed because the catalogue forgot it.
    """
    with one_transaction():
        rows = StoredObject.objects.filter(area=area, digest=digest)
        if rows.filter(deleted_at=None).exists() or (area is Area.RAW and not rows.exists()):
            return False
        for place in places:
            place.delete(area, digest)
        return True


def adopt(digest: str, store: ObjectStore, now: datetime) -> bool:
    """Let the catalogue know an original again that lies in the store; tell whether that could be done.

    As that of the scan which must have it; else as a scan of the one project of the organisation whose vault sealed it,
    if it is one. Any other is noted once, for a person to look at.
    """
    if _row_again(digest, store, now) or _registered(digest, store, now):
        return True
    if not Event.objects.filter(what="object_unknown", facts__digest=digest).exists():
        facts = {"digest": digest, "size": store.size(Area.RAW, digest)}
        Event.objects.create(at=now, what="object_unknown", facts=facts)
    return False


def note_scrubbed(counts: dict[str, int], now: datetime) -> None:
    """Write down that a night's scrub is over, and what came of it."""
    Event.objects.create(at=now, what="scrubbed", facts=counts)


def _row_again(digest: str, store: ObjectStore, now: datetime) -> bool:
    with one_transaction():
        scan = Scan.objects.filter(digest=digest).first()
        if scan is None:
            return False
        size = store.size(Area.RAW, digest)
        known = {"area": Area.RAW, "digest": digest, "size": size, "media_type": "application/octet-stream"}
        _, made = StoredObject.objects.get_or_create(scan=scan, role="raw", defaults=known)
        if made:
            Event.objects.create(at=now, what="object_adopted", scan=scan, facts={"digest": digest})
        return made


def _registered(digest: str, store: ObjectStore, now: datetime) -> bool:
    name = store.sealed_by(Area.RAW, digest)
    vault = None if name is None else store.vaults.named(name)
    projects = [] if vault is None else list(Project.objects.filter(organisation__code=vault.organisation)[:2])
    if len(projects) != 1 or is_frozen(projects[0].code):
        return False
    try:
        with store.fetch(Area.RAW, digest) as path:
            kind, size = kind_of(path), path.stat().st_size
    except (NotAScan, Unavailable):
        return False
    received = Received(digest, size, kind, projects[0].code)
    register(received, StoredBytes(Area.RAW, digest, size), FOUND_IN_STORE, now)
    return True


def _living() -> QuerySet[StoredObject]:
    return StoredObject.objects.filter(deleted_at=None)


def _named(area: Area, digests: Iterable[str]) -> set[str]:
    return set(_living().filter(area=area, digest__in=digests).values_list("digest", flat=True))


def _what_happened(before: str, tended: Tended) -> str:
    if tended.repaired:
        return "object_repaired"
    if tended.fault:
        return "" if tended.fault == before else "object_lost"
    return "object_found" if before else ""

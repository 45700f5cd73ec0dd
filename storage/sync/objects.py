"""Which objects does this side lack, and which may it give?"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from django.db.models import Case, IntegerField, Value, When

from storage.catalogue.models import Peer, Project, StoredObject, Wanted
from storage.objects import Area, ObjectStore
from storage.sync.records import SENT_ROLES

ORDER = (*SENT_ROLES, "raw")
MOST = 500


@dataclass(frozen=True)
class Lacking:
    """An object that is wanted: the small ones first."""

    area: Area
    digest: str
    role: str
    size: int


def lacking(peer: Peer, roles: Iterable[str] = ORDER, most: int = MOST) -> list[Lacking]:
    """Return what the peer is to be asked for, in the order in which it should come."""
    place = Case(
        *(When(role=role, then=Value(number)) for number, role in enumerate(ORDER)),
        default=Value(len(ORDER)),
        output_field=IntegerField(),
    )
    rows = Wanted.objects.filter(peer=peer, role__in=list(roles)).order_by(place, "size", "pk")
    found = {(row.area, row.digest): row for row in reversed(rows[:most])}
    return [Lacking(Area(row.area), row.digest, row.role, row.size) for row in reversed(found.values())]


def may_give(area: Area, digest: str, projects: Iterable[Project]) -> bool:
    """Tell whether an object belongs to a released scan of these projects; an original is given to nobody."""
    if area is not Area.RELEASED:
        return False
    here = StoredObject.objects.filter(area=area, digest=digest, role__in=SENT_ROLES, scan__project__in=list(projects))
    return here.exclude(scan__exam=None).exists()


@contextmanager
def lying(store: ObjectStore, area: Area, digest: str) -> Iterator[tuple[BinaryIO, int]]:
    """Open an object as it lies, with the number of its bytes: an original sealed, or Unavailable("object_missing")."""
    with store.shelf.open(area, digest) as file:
        start = store.shelf.start(area, digest, 0)
        yield file, start.length if start else 0

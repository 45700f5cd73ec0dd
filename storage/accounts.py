"""Do catalogue and store agree: is every scan in one state with what belongs to it, and every object somebody's?

For a system at rest: while scans are taken in, an object is there a moment before its row.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Q

from storage.catalogue.models import Arrival, Discarded, Scan, StoredObject
from storage.catalogue.reports import objects_of_reports
from storage.objects import Area, ObjectStore
from supervision.states import RELEASED, State

Place = tuple[str, str]
"""Area and digest of an object."""


@dataclass(frozen=True)
class Accounts:
    """What a look at all of it found: how many scans are in which state, how many arrivals, and what does not agree."""

    states: Counter[str]
    arrivals: int
    faults: tuple[str, ...]


def accounts(store: ObjectStore) -> Accounts:
    """Compare all rows with all objects; each fault names what is wrong and the first digits of a digest."""
    states = Counter(Scan.objects.values_list("state", flat=True))
    return Accounts(states, Arrival.objects.count(), tuple(sorted([*_of_scans(), *_of_objects(store)])))


def _of_scans() -> Iterator[str]:
    """Yield what is wrong with a scan whatever lies in the store."""
    counted = Scan.objects.annotate(
        firsts=Count("arrivals", filter=Q(arrivals__repeated=False), distinct=True),
        raws=Count("objects_stored", filter=Q(objects_stored__role="raw"), distinct=True),
        released=Count("objects_stored", filter=Q(objects_stored__area=Area.RELEASED), distinct=True),
        current=Count("assessments", filter=Q(assessments__current=True), distinct=True),
    )
    for scan in counted:
        shown = scan.state in RELEASED
        for wrong, what in (
            (scan.firsts != 1, f"arrived {scan.firsts} times for the first time"),
            (scan.raws != 1, f"has {scan.raws} originals"),
            (shown != (scan.released > 0), f"{scan.state} with {scan.released} released objects"),
            (shown and scan.current != 1, f"has {scan.current} current assessments"),
            (shown and scan.exam_id is None, f"{scan.state} without an exam"),
            (scan.state != State.RECEIVED and scan.taken_by != "", f"{scan.state} and still taken"),
        ):
            if wrong:
                yield f"{scan.short_id} {what}"


def _of_objects(store: ObjectStore) -> Iterator[str]:
    """Yield each object that a row names and the store lacks, and each that it has and no row names."""
    living = StoredObject.objects.filter(deleted_at=None)
    named: set[Place] = set(living.values_list("area", "digest")) | objects_of_reports()
    going: set[Place] = set(Discarded.objects.values_list("area", "digest"))
    there: set[Place] = {(area.value, digest) for area in Area for digest in store.digests(area)}
    for area, digest in named - there:
        yield f"{digest[:10]} is missing in {area}"
    for area, digest in there - named - going:
        yield f"{digest[:10]} in {area} is nobody's"

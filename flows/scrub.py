"""Is every stored object still what was put there, in both of its places? A portion every night.

New objects go to the second copy; those that were not looked at for longest are read back, mended from the other place
and sealed by the vault of today; what lies in the store and no row names is known again, or goes.
"""

import logging
from collections import Counter
from datetime import UTC, datetime

from prefect import flow, task

from storage.catalogue import setup
from storage.objects import Area, ObjectStore
from storage.objects.chosen import object_store
from storage.objects.second import second_copy
from storage.objects.tending import mirror, only_in, tend, wrap_anew
from storage.settings import settings

setup.prepare()  # Django wants to be ready before its tables are imported

from flows.presence import alone  # noqa: E402
from flows.retries import nobody_must_act  # noqa: E402
from pipeline.errors import Unavailable  # noqa: E402
from storage.catalogue import scrubbing  # noqa: E402
from storage.catalogue.evidence import remove_discarded  # noqa: E402
from storage.handover import taking  # noqa: E402

MEGABYTE = 1_000_000

log = logging.getLogger("sonorelay.flows")


@task(retries=3, retry_delay_seconds=[60, 300, 900], retry_condition_fn=nobody_must_act)
def look_after_objects() -> dict[str, int]:
    """Do one night's portion; returns how many objects were checked, and copied, repaired, lost and so on, if any."""
    store, second, counts = object_store(), None, Counter[str]()
    try:
        try:
            second = second_copy()
        except Unavailable as error:
            log.error("second_copy_away code=%s", error.code)
            counts["second_copy_away"] = 1
        counts["discarded"] = remove_discarded(store)
        if second is not None:
            counts["copied"] = mirror(store, second)
        if not counts["second_copy_away"]:
            counts["wrapped_anew"] = wrap_anew((store,) if second is None else (store, second))
        counts += read_back(store, second, settings().scrub_nightly_mb * MEGABYTE)
        counts += put_in_order(store, second)
        counts["swept"] = sum(place.sweep(datetime.now(UTC)) for place in (store, second) if place is not None)
        counts["swept"] += taking.sweep(datetime.now(UTC))
        came = {**+counts, "checked": counts["checked"]}
        scrubbing.note_scrubbed(came, datetime.now(UTC))
        return came
    finally:
        setup.close_connections()


@flow(log_prints=False)
def scrub() -> dict[str, int]:
    """Look after the objects of this installation; nothing where another run is at it."""
    with alone(settings().home / "running", "scrub") as first:
        counts = look_after_objects() if first else {}
    log.info("scrubbed %s", " ".join(f"{what}={count}" for what, count in sorted(counts.items())))
    return counts


def read_back(store: ObjectStore, second: ObjectStore | None, most_bytes: int) -> Counter[str]:
    """Look at objects until so many bytes were read; at one at least, however large it is."""
    counts, began, left = Counter[str](), datetime.now(UTC), most_bytes
    for known in scrubbing.unchecked(began):
        tended = tend(known.area, known.digest, known.organisation, store, second)
        scrubbing.note(known, tended, began, datetime.now(UTC))
        counts["checked"] += 1
        counts["repaired"] += tended.repaired
        counts["copied"] += tended.copied
        counts["sealed"] += tended.sealed
        counts["lost"] += bool(tended.fault)
        left -= known.size
        if left <= 0:
            break
    return counts


def put_in_order(store: ObjectStore, second: ObjectStore | None) -> Counter[str]:
    """See to what no row names: originals become known again, everything else goes, from the second copy too."""
    counts = Counter[str]()
    places = (store,) if second is None else (store, second)
    for area in Area:
        for digest in list(scrubbing.unreferenced(store, area, datetime.now(UTC))):
            if scrubbing.take_away(area, digest, places):
                counts["taken_away"] += 1
            elif area is Area.RAW:
                counts["adopted" if scrubbing.adopt(digest, store, datetime.now(UTC)) else "unknown"] += 1
        for digest in only_in(second, store, area) if second is not None else ():
            # the store has let go of it, or lost it: then a row names it, and its turn to be repaired comes
            counts["taken_away"] += scrubbing.take_away(area, digest, places)
    return counts

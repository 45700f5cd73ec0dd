"""Is one object whole in both of its places, and what had to be done for that?"""

from dataclasses import dataclass

from pipeline.errors import Unavailable
from storage.objects.area import SEALED, Area
from storage.objects.store import NOT_WHOLE, ObjectStore


@dataclass(frozen=True)
class Tended:
    """What was found and done.

    fault: why the object cannot be had, empty when it is whole. repaired: from the second copy. copied: the second copy
    had none, or a worn one. sealed: it lay there plain, or under an earlier key.
    """

    fault: str
    repaired: bool = False
    copied: bool = False
    sealed: bool = False


def tend(area: Area, digest: str, organisation: str, store: ObjectStore, second: ObjectStore | None) -> Tended:
    """Read the object in both places, mend each from the other, and see that both are sealed by the vault of today.

    Unavailable when a place is out of reach.
    """
    fault = fault_of(store, area, digest)
    elsewhere = fault_of(second, area, digest) if second is not None else ""
    repaired = copied = sealed = False
    if second is not None and fault and not elsewhere:
        second.copy(area, digest, store)
        fault = fault_of(store, area, digest)
        repaired = not fault
    elif second is not None and elsewhere and not fault:
        store.copy(area, digest, second)
        elsewhere = fault_of(second, area, digest)
        copied = not elsewhere
    if not fault:
        sealed = store.seal(area, digest, organisation)
    if second is not None and not elsewhere:
        sealed = second.seal(area, digest, organisation) or sealed
    return Tended(fault, repaired, copied, sealed)


def fault_of(store: ObjectStore, area: Area, digest: str) -> str:
    """Return why the object cannot be had from this store, empty when it can."""
    try:
        store.verify(area, digest)
    except Unavailable as error:
        if error.code in NOT_WHOLE:
            return error.code
        raise
    return ""


def mirror(store: ObjectStore, second: ObjectStore) -> int:
    """Put into the second copy what it does not have; returns how much that was. What is not whole is left out."""
    return sum(_copied(area, digest, store, second) for area in Area for digest in only_in(store, second, area))


def only_in(store: ObjectStore, other: ObjectStore, area: Area) -> list[str]:
    """Return the digests of an area that the other store does not have, in order."""
    return sorted(set(store.digests(area)) - set(other.digests(area)))


def wrap_anew(places: tuple[ObjectStore, ...]) -> int:
    """Give every object that a vault before today's opens its new header; returns how many.

    A vault that nothing needs any more is retired, if all could be read.
    """
    previous = places[0].vaults.previous()
    if not previous:
        return 0
    counts = [_wrapped_in(store) for store in places]
    if None not in counts:
        for vault in previous:
            places[0].vaults.retire(vault)
    return sum(count or 0 for count in counts)


def _wrapped_in(store: ObjectStore) -> int | None:
    """Return how many got a new header, None where of one it cannot be told which vault it needs."""
    done, known = 0, True
    for area in sorted(SEALED):
        for digest in store.digests(area):
            try:
                done += store.sealed_by(area, digest) is not None and store.rewrap(area, digest)
            except Unavailable as error:
                if error.code not in NOT_WHOLE:
                    raise
                known = known and error.code == "object_missing"  # it was removed meanwhile
    return done if known else None


def _copied(area: Area, digest: str, store: ObjectStore, second: ObjectStore) -> bool:
    try:
        store.copy(area, digest, second)
    except Unavailable as error:
        if error.code == "object_missing":  # it was removed meanwhile
            return False
        raise
    if fault_of(second, area, digest):
        second.delete(area, digest)
        return False
    return True

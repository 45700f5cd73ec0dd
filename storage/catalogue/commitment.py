"""Is what a device sent really held here, so that it may delete its own copy?

Of a SOP Instance UID only what stands for it is kept; who asks by the UID is answered, and nobody else learns it.
"""

from collections.abc import Collection
from enum import IntEnum

from pipeline.key import Key
from storage.catalogue.models import Instance, Project, Scan
from storage.catalogue.transaction import one_transaction
from storage.objects import Area, ObjectStore

NAME_LENGTH = 40


class Answer(IntEnum):
    """What is said of one instance; the numbers are those of Failure Reason (PS3.3, C.14.1.1)."""

    HELD = 0
    PROCESSING_FAILURE = 0x0110
    NO_SUCH_INSTANCE = 0x0112
    OTHER_CLASS = 0x0119


def name_of(uid: str, key: Key) -> str:
    """Return what stands for a SOP Instance UID."""
    return key.pseudonym("sop-instance", uid, length=NAME_LENGTH)


def note_instance(project: str, digest: str, uid: str, sop_class: str, key: Key) -> None:
    """Note that this scan holds the instance; twice changes nothing. Unavailable without the catalogue."""
    with one_transaction():
        Instance.objects.get_or_create(
            project=Project.objects.get(code=project),
            name=name_of(uid, key),
            scan=Scan.objects.get(digest=digest),
            defaults={"sop_class": sop_class},
        )


def held(
    project: str, asked: Collection[tuple[str, str]], key: Key, store: ObjectStore
) -> dict[tuple[str, str], Answer]:
    """Say of each (SOP class, SOP instance) whether its bytes lie in the store, as far as is known whole.

    Unavailable where that cannot be told.
    """
    names = {pair: name_of(pair[1], key) for pair in asked}
    with one_transaction():
        known: dict[str, list[tuple[str, str]]] = {}
        rows = Instance.objects.filter(project__code=project, name__in=set(names.values()))
        # of what was found damaged, or gone, the device may have the last copy
        whole = rows.filter(
            scan__objects_stored__role="raw", scan__objects_stored__deleted_at=None, scan__objects_stored__fault=""
        )
        for name, sop_class, digest in whole.values_list("name", "sop_class", "scan__digest"):
            known.setdefault(name, []).append((sop_class, digest))
    return {pair: _answer(pair[0], known.get(name, []), store) for pair, name in names.items()}


def _answer(sop_class: str, known: list[tuple[str, str]], store: ObjectStore) -> Answer:
    there = [kept for kept, digest in known if store.size(Area.RAW, digest) is not None]
    if not there:
        return Answer.NO_SUCH_INSTANCE
    return Answer.HELD if sop_class in there else Answer.OTHER_CLASS

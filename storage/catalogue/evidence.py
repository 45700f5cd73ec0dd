"""Which objects does nobody need any more, and when are they really gone?

A picture of what is in doubt shows a patient's name: it must not outlive the doubt. A row of `Discarded` is written in
the transaction that drops the object, so that a crash in between leaves something to do and nothing forgotten.
"""

from django.db.models import QuerySet

from storage.catalogue.models import Discarded, Doubt, Scan, StoredObject
from storage.catalogue.transaction import one_transaction
from storage.objects import Area, ObjectStore


def drop_objects(objects: QuerySet[StoredObject]) -> None:
    """Take these objects from their scans and have them removed; to be called inside a transaction. Never the raw."""
    gone = objects.exclude(area=Area.RAW)
    Discarded.objects.bulk_create(
        Discarded(area=area, digest=digest) for area, digest in gone.values_list("area", "digest")
    )
    gone.delete()


def drop_evidence(scan: Scan) -> None:
    """Take the pictures of what is in doubt from a scan, and the doubt itself; to be called inside a transaction."""
    drop_objects(scan.objects_stored.filter(area=Area.WITHHELD))
    Doubt.objects.filter(scan=scan).delete()


def remove_discarded(store: ObjectStore) -> int:
    """Remove from the store what was dropped, unless another scan has the same bytes; return how many went."""
    removed = 0
    for row in Discarded.objects.order_by("pk"):
        with one_transaction():
            if not StoredObject.objects.filter(area=row.area, digest=row.digest, deleted_at=None).exists():
                store.delete(Area(row.area), row.digest)
                removed += 1
            row.delete()
    return removed

"""Which originals have been kept for long enough, and how is it proved that they are gone?

The term counts from the last thing that happened to the exam of a scan that was dealt with; whatever happens to it
begins the term anew. While a project is read only before it is given away, its term waits: the last bundle is made of
it. What was given away counts as dealt with, however it stood: nobody here will ever need those originals.

The rows of what was deleted stay and say when; an event of the audit chain says what it was. Bytes that arrive again
later are the same scan, and their original goes again: see `lay_down_again`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from storage.catalogue.exams import locked_clip
from storage.catalogue.handovers import at_work, given_away
from storage.catalogue.models import Discarded, Escalation, Event, Project, Reidentification, Scan, StoredObject
from storage.catalogue.transaction import one_transaction
from storage.objects import Area, ObjectStore
from supervision.escalation import CLOSED
from supervision.reidentification import LASTS, WAITS_FOR_APPROVAL
from supervision.states import OPEN_STAGES, State

DEALT_WITH = frozenset({State.FINAL, State.REJECTED, State.NOT_CHOSEN})
"""The states in which nobody needs the original any more to bring a scan further."""
ORIGINALS = ("raw", "sidecar")


def over_term(raw_days: int, keys: Sequence[str], now: datetime) -> QuerySet[Scan]:
    """Return the scans whose originals are to be deleted, oldest first.

    keys: names of the pseudonym keys of today; what bears pseudonyms of another is made anew first, which needs the
    original, unless that was tried and refused.
    """
    since = now - timedelta(days=raw_days)
    lately = Event.objects.filter(at__gt=since)
    open_question = Escalation.objects.exclude(state__in=CLOSED)
    asked_whose = Reidentification.objects.filter(asked_at__gt=now - WAITS_FOR_APPROVAL - LASTS)
    waits_for_key = ~Q(pseudonymised_with="") & ~Q(pseudonymised_with__in=keys) & ~Q(rekey_refused__in=keys)
    ours = Q(project__in=Project.objects.filter(at_work()), state__in=DEALT_WITH) & ~Q(exam__stage__in=OPEN_STAGES)
    ours &= ~waits_for_key & ~Q(Exists(open_question.filter(exam=OuterRef("exam"))))
    return (
        Scan.objects.filter(ours | Q(project__in=Project.objects.filter(given_away())), received_at__lte=since)
        .filter(Exists(StoredObject.objects.filter(scan=OuterRef("pk"), role="raw", deleted_at=None)))
        .exclude(Exists(lately.filter(scan=OuterRef("pk"))))
        .exclude(Exists(lately.filter(scan__exam=OuterRef("exam"))))
        .exclude(Exists(asked_whose.filter(scan=OuterRef("pk"))))
        .order_by("received_at", "pk")
    )


def delete_originals(
    scan_id: int, raw_days: int, keys: Sequence[str], places: Sequence[ObjectStore], now: datetime
) -> bool:
    """Delete the originals of one scan in all places, and prove it; tell whether its term was still over.

    The rows are written after the bytes are gone, in one transaction that holds the scan: a crash in between leaves
    rows without bytes, and the next night does it again.
    """
    with one_transaction():
        scan = locked_clip(scan_id)
        if not over_term(raw_days, keys, now).filter(pk=scan_id).exists():
            return False
        rows = list(scan.objects_stored.filter(role__in=ORIGINALS, deleted_at=None).order_by("role"))
        for row in rows:
            if not _others(row).exists():
                for place in places:
                    place.delete(Area(row.area), row.digest)
        StoredObject.objects.filter(pk__in=[row.pk for row in rows]).update(deleted_at=now, fault="")
        facts = {
            "objects": [_told(row) for row in rows],
            "stored_at": scan.received_at.isoformat(timespec="seconds"),
            "raw_days": raw_days,
            "deleted_at": now.isoformat(timespec="seconds"),
            "places": len(places),
        }
        Event.objects.create(at=now, what="original_deleted", scan=scan, facts=facts)
        return True


def lay_down_again(row: StoredObject, now: datetime) -> None:
    """Have an original that came again after its term removed again; to be called inside a transaction."""
    if row.deleted_at is not None:
        Discarded.objects.create(area=row.area, digest=row.digest)
        facts = {"role": row.role, "digest": row.digest}
        Event.objects.create(at=now, what="original_came_again", scan_id=row.scan_id, facts=facts)


def original_deleted(scan: Scan) -> bool:
    """Tell whether the scan's original is gone since its term was over."""
    return scan.objects_stored.filter(role="raw", deleted_at__isnull=False).exists()


def with_original(scans: QuerySet[Scan]) -> QuerySet[Scan]:
    """Leave out those whose original is gone since its term was over."""
    gone = StoredObject.objects.filter(scan=OuterRef("pk"), role="raw", deleted_at__isnull=False)
    return scans.exclude(Exists(gone))


def _others(row: StoredObject) -> QuerySet[StoredObject]:
    """Return the rows of other scans that name the same bytes: sidecars are often alike."""
    same = StoredObject.objects.filter(area=row.area, digest=row.digest, deleted_at=None)
    return same.exclude(scan=row.scan_id)


def _told(row: StoredObject) -> dict[str, str | int | bool]:
    return {"role": row.role, "digest": row.digest, "size": row.size, "kept_for_others": _others(row).exists()}

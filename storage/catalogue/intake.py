"""How does a scan enter the catalogue, and who works on it now?

The same bytes are one scan, however often they arrive. Work is taken for five minutes under a token, which a run that
lives renews; what a dead one leaves behind is free again after that. What comes of the work is recorded by
`storage.catalogue.outcomes`.
"""

from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from pipeline.errors import Rejected
from pipeline.received import Received
from storage.catalogue.authors import meant
from storage.catalogue.evidence import drop_evidence
from storage.catalogue.exam_catalogue import type_named
from storage.catalogue.exams import begun, locked_clip
from storage.catalogue.grouping import describe
from storage.catalogue.handovers import held_open, hold_open
from storage.catalogue.models import Arrival, Device, Event, Person, Project, Scan, StoredObject
from storage.catalogue.outcomes import record_failed, record_rejected, record_released, record_withheld
from storage.catalogue.queueing import queue_when_complete
from storage.catalogue.reassessment import judge_anew
from storage.catalogue.retention import lay_down_again, with_original
from storage.catalogue.transaction import one_transaction
from storage.catalogue.worksheets import apply_what_came_along
from storage.objects import Area, StoredBytes
from supervision.questions import REFUSALS
from supervision.states import State

__all__ = [
    "free",
    "give_back",
    "record_failed",
    "record_rejected",
    "record_released",
    "record_withheld",
    "register",
    "renew",
    "scan_with",
    "set_aside",
    "take",
    "try_again",
    "waiting",
]

TAKEN_FOR = timedelta(minutes=5)
CLOCKS_DIFFER = timedelta(minutes=10)  # at most, between machines that share a catalogue
MOST_TAKES = 50  # a scan that ends its process every time must not be tried for ever


def register(
    received: Received,
    raw: StoredBytes,
    source: str,
    now: datetime,
    *,
    sidecar: StoredBytes | None = None,
    sent_by: int | None = None,
    archive: str = "",
    left_out: int = 0,
    refused: Rejected | None = None,
    simulated: bool = False,
) -> Arrival:
    """Note that these bytes arrived; the arrival tells their scan, and whether that was here before.

    A later arrival in the same project fills what was not known (trainee, exam type, time), and queues the scan if
    that was all it waited for. An exam type that is not known here counts as not given; under which name the author
    is known there, if that is nobody here, stays with the scan until somebody says who it is. `received.device` is a
    pseudonym. The sidecar stays with the scan in the raw area, so that what it said is not lost. archive: the digest of
    what it was packed in, beside `left_out` files that nobody sent knowingly. refused: why a new scan is refused
    at once. LookupError for an unknown project, ValueError if `raw` is not what was received, Unavailable
    (`handed_over`) for a project of which nothing is taken in any more.
    """
    if (raw.digest, raw.size, raw.area) != (received.digest, received.size, Area.RAW):
        raise ValueError("the stored object is not what was received")
    with one_transaction():
        project = _project(received.project)
        hold_open(project)
        author = meant(project, received.trainee, now)
        device = _device(received.device, project)
        exam_type = _exam_type_code(received.exam_type, project)
        scan, new = Scan.objects.get_or_create(
            digest=received.digest,
            defaults={
                "project": project,
                "trainee": author.person,
                "author_name": author.row,
                "exam_type": exam_type,
                "device": device,
                "kind": received.kind or "",
                "received_at": now,
                "captured_at": received.captured_at,
                "size": received.size,
                "said": dict(received.said),
                "simulated": simulated,
            },
        )
        if not new:
            scan = locked_clip(scan.pk)
            if (known := _noted_before(scan, project, source, now, sent_by)) is not None:
                return known
        arrival = Arrival.objects.create(
            scan=scan,
            project=project,
            source=source,
            arrived_at=now,
            repeated=not new,
            archive=archive,
            left_out=left_out,
            sent_by_id=sent_by,
        )
        _keep(scan, "raw", raw, "application/octet-stream", now)
        if sidecar is not None:
            _keep(scan, "sidecar", sidecar, "application/json", now)
        if new:
            Event.objects.create(at=now, what="received", scan=scan, facts={"source": source})
            if refused is not None:
                _refuse(scan, refused, now)
        elif scan.project_id == project.pk:
            if received.said and not scan.said:
                scan.said = dict(received.said)
                scan.save(update_fields=["said"])
            if author.row is not None and scan.author_name is None and scan.trainee is None:
                scan.author_name = author.row
                scan.save(update_fields=["author_name"])
            _fill_blanks(scan, author.person, exam_type, received.captured_at, now)
        return arrival


def _project(code: str) -> Project:
    project = Project.objects.filter(code=code).first()
    if project is None:
        raise LookupError(f"unknown project {code}")
    return project


def _noted_before(scan: Scan, project: Project, source: str, now: datetime, sent_by: int | None) -> Arrival | None:
    """Return the arrival that somebody's sending was noted as, when it is noted again because the answer was lost.

    Its time to the microsecond is that of the first try.
    """
    if sent_by is None:
        return None
    same = scan.arrivals.filter(project=project, source=source, arrived_at=now, sent_by_id=sent_by)
    return same.order_by("pk").first()


def waiting(project: str, now: datetime) -> int:
    """Return how many scans of the project nobody works on yet."""
    return _free(project, now).count()


def take(project: str, most: int, token: str, now: datetime) -> list[str]:
    """Take up to `most` received scans of the project for five minutes and return their digests.

    Those tried least come first, then the oldest; no two tokens ever get the same scan. A scan that was taken
    50 times without any answer fails.
    """
    with one_transaction():
        worn_out = _free(project, now).filter(attempts__gte=MOST_TAKES).select_for_update(skip_locked=True)
        for scan in worn_out:
            scan.move_to(State.FAILED)
            scan.reason = "internal"
            scan.save(update_fields=["state", "reason"])
            drop_evidence(scan)
            Event.objects.create(at=now, what="failed", scan=scan, facts={"code": "internal"})
        free = _free(project, now).order_by("attempts", "received_at", "pk").select_for_update(skip_locked=True)
        chosen = list(free[:most])
        Scan.objects.filter(pk__in=[scan.pk for scan in chosen]).update(
            taken_by=token, taken_until=now + TAKEN_FOR, attempts=F("attempts") + 1
        )
        return [scan.digest for scan in chosen]


def renew(token: str, now: datetime) -> int:
    """Keep what this token has taken for five more minutes; returns how many scans that are."""
    with one_transaction():
        taken = Scan.objects.filter(state=State.RECEIVED, taken_by=token)
        return taken.update(taken_until=now + TAKEN_FOR)


def give_back(token: str) -> None:
    """Free what this token took and did not record; it does not count as an attempt."""
    with one_transaction():
        Scan.objects.filter(state=State.RECEIVED, taken_by=token, attempts__gt=0).update(attempts=F("attempts") - 1)
        free(token)


def free(token: str) -> None:
    """Free what a run with this token took before it died; it counts as an attempt."""
    with one_transaction():
        Scan.objects.filter(state=State.RECEIVED, taken_by=token).update(taken_by="", taken_until=None)


def set_aside(digest: str, token: str) -> None:
    """Free one scan whose object cannot be had now, so that others come before it; it counts as an attempt."""
    with one_transaction():
        Scan.objects.filter(digest=digest, state=State.RECEIVED, taken_by=token).update(taken_by="", taken_until=None)


def try_again(project: str, now: datetime) -> int:
    """Let the project's failed, withheld and refused scans be processed anew, as after an update; returns how many.

    What a person refused stays refused, and so does that of which the original is gone; and all of a project that was
    handed over.
    """
    with one_transaction():
        if not held_open(Project.objects.filter(code=project).values_list("pk", flat=True)):
            return 0
        ended = (State.FAILED, State.WITHHELD, State.REJECTED)
        by_a_person = Q(state=State.REJECTED, reason__in=REFUSALS)
        known = with_original(Scan.objects.filter(~by_a_person, project__code=project, state__in=ended))
        scans = list(known.select_for_update())
        Scan.objects.filter(pk__in=[scan.pk for scan in scans]).update(
            state=State.RECEIVED, attempts=0, taken_by="", taken_until=None
        )
        Event.objects.bulk_create(
            Event(at=now, what="try_again", scan=scan, facts={"was": scan.state}) for scan in scans
        )
        return len(scans)


def scan_with(digest: str) -> Scan:
    """Return the scan of these bytes, with its device; Scan.DoesNotExist for bytes that never arrived."""
    return Scan.objects.select_related("device").get(digest=digest)


def _device(pseudonym: str | None, project: Project) -> Device | None:
    return Device.objects.get_or_create(project=project, pseudonym=pseudonym)[0] if pseudonym else None


def _keep(scan: Scan, role: str, place: StoredBytes, media_type: str, now: datetime) -> None:
    known = {"area": place.area, "digest": place.digest, "size": place.size, "media_type": media_type}
    row, _ = StoredObject.objects.get_or_create(scan=scan, role=role, defaults=known)
    lay_down_again(row, now)


def _free(project: str, now: datetime) -> QuerySet[Scan]:
    # a lease that ends later than any could was given before the clock was set back
    longest = now + TAKEN_FOR + CLOCKS_DIFFER
    untaken = Q(taken_until=None) | Q(taken_until__lt=now) | Q(taken_until__gt=longest)
    return Scan.objects.filter(untaken, project__code=project, state=State.RECEIVED)


def _refuse(scan: Scan, error: Rejected, now: datetime) -> None:
    scan.move_to(State.REJECTED)
    scan.reason, scan.reason_facts, scan.processed_at = error.code, error.facts, now
    scan.save(update_fields=["state", "reason", "reason_facts", "processed_at"])
    Event.objects.create(at=now, what="rejected", scan=scan, facts={"code": error.code})


def _exam_type_code(code: str | None, project: Project) -> str:
    known = type_named(project.organisation_id, code.strip().upper()) if code else None
    return known.code if known else ""


def _fill_blanks(
    scan: Scan, trainee: Person | None, exam_type: str, captured_at: datetime | None, now: datetime
) -> None:
    """Write what was not known; the clips of its exam follow as long as nobody reads that."""
    before = (scan.trainee_id, scan.exam_type, scan.captured_at)
    maker, kind = scan.trainee or trainee, scan.exam_type or exam_type
    scan.captured_at = scan.captured_at or captured_at
    if before == (maker.pk if maker else None, kind, scan.captured_at):
        return
    if scan.exam is None:
        scan.trainee, scan.exam_type = maker, kind
    scan.save(update_fields=["trainee", "exam_type", "captured_at"])
    if scan.exam is None:
        judge_anew(scan, now)
    elif not begun(scan.exam):
        describe(scan.exam, maker, kind, now)
        apply_what_came_along(scan.exam, Scan.objects.get(pk=scan.pk), now)
        queue_when_complete(scan.exam, now)

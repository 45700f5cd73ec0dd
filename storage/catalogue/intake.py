"""How does a scan enter the catalogue, and who works on it now?

The same bytes are one scan, however often they arrive. Work is taken for 15 minutes under a token; what a killed run
leaves behind is free again after that. What comes of the work is recorded by `storage.catalogue.outcomes`.
"""

from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from pipeline.received import Received
from storage.catalogue.evidence import drop_evidence
from storage.catalogue.exams import exam_of
from storage.catalogue.models import Arrival, Device, Event, Membership, Person, Project, Scan, StoredObject
from storage.catalogue.outcomes import record_failed, record_rejected, record_released, record_withheld
from storage.catalogue.queueing import missing_of, queue_when_complete
from storage.catalogue.reassessment import judge_anew
from storage.catalogue.transaction import one_transaction
from storage.objects import Area, StoredBytes
from supervision.exam_types import exam_type_named
from supervision.questions import REFUSALS
from supervision.roles import Role
from supervision.states import State

__all__ = [
    "complete_info",
    "free",
    "give_back",
    "record_failed",
    "record_rejected",
    "record_released",
    "record_withheld",
    "register",
    "scan_with",
    "take",
    "try_again",
    "waiting",
]

TAKEN_FOR = timedelta(minutes=15)
MOST_TAKES = 50  # a scan that ends its process every time must not be tried for ever


def register(
    received: Received,
    raw: StoredBytes,
    source: str,
    now: datetime,
    *,
    sidecar: StoredBytes | None = None,
    simulated: bool = False,
) -> tuple[Scan, bool]:
    """Note that these bytes arrived; return their scan and whether it is new.

    A later arrival in the same project fills what was not known (trainee, exam type, time), and queues the scan if
    that was all it waited for. A trainee or exam type that is not known here counts as not given. `received.device`
    is a pseudonym. The sidecar stays with the scan in the raw area, so that what it said is not lost. LookupError for
    an unknown project, ValueError if `raw` is not what was received.
    """
    if (raw.digest, raw.size, raw.area) != (received.digest, received.size, Area.RAW):
        raise ValueError("the stored object is not what was received")
    with one_transaction():
        project = Project.objects.filter(code=received.project).first()
        if project is None:
            raise LookupError(f"unknown project {received.project}")
        trainee = _trainee(received.trainee, project)
        device = _device(received.device, project)
        exam_type = _exam_type_code(received.exam_type)
        scan, new = Scan.objects.get_or_create(
            digest=received.digest,
            defaults={
                "project": project,
                "trainee": trainee,
                "exam_type": exam_type,
                "device": device,
                "kind": received.kind or "",
                "received_at": now,
                "captured_at": received.captured_at,
                "size": received.size,
                "simulated": simulated,
            },
        )
        if not new:
            scan = Scan.objects.select_for_update().get(pk=scan.pk)
        Arrival.objects.create(scan=scan, source=source, arrived_at=now)
        _keep(scan, "raw", raw, "application/octet-stream")
        if sidecar is not None:
            _keep(scan, "sidecar", sidecar, "application/json")
        if new:
            Event.objects.create(at=now, what="received", scan=scan, facts={"source": source})
        elif scan.project_id == project.pk:
            _fill_blanks(scan, trainee, exam_type, received.captured_at, now)
        return scan, new


def waiting(project: str, now: datetime) -> int:
    """Return how many scans of the project nobody works on yet."""
    return _free(project, now).count()


def take(project: str, most: int, token: str, now: datetime) -> list[str]:
    """Take up to `most` received scans of the project for 15 minutes and return their digests.

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


def give_back(token: str) -> None:
    """Free what this token took and did not record; it does not count as an attempt."""
    with one_transaction():
        Scan.objects.filter(state=State.RECEIVED, taken_by=token, attempts__gt=0).update(attempts=F("attempts") - 1)
        free(token)


def free(token: str) -> None:
    """Free what a run with this token took before it died; it counts as an attempt."""
    with one_transaction():
        Scan.objects.filter(state=State.RECEIVED, taken_by=token).update(taken_by="", taken_until=None)


def try_again(project: str, now: datetime) -> int:
    """Let the project's failed, withheld and refused scans be processed anew, as after an update; returns how many.

    What a person refused stays refused.
    """
    with one_transaction():
        ended = (State.FAILED, State.WITHHELD, State.REJECTED)
        by_a_person = Q(state=State.REJECTED, reason__in=REFUSALS)
        known = Scan.objects.filter(~by_a_person, project__code=project, state__in=ended)
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


def complete_info(scan_id: int, trainee: Person | None, exam_type: str, person: Person | None, now: datetime) -> Scan:
    """Say who made a scan and of what, and queue it when nothing is missing any more; blanks change nothing.

    What was measured is judged anew by what the exam type asks for.

    ValueError for an unknown exam type or somebody who is no trainee of the project. Without effect once the scan
    has left `awaiting_info`. The caller checks that `person` may do it.
    """
    with one_transaction():
        scan = Scan.objects.select_for_update().select_related("project").get(pk=scan_id)
        if scan.state != State.AWAITING_INFO:
            return scan
        if trainee is not None:
            if trainee.pk != scan.trainee_id and not trainees_of(scan.project).filter(pk=trainee.pk).exists():
                raise ValueError("trainee must be a trainee of the scan's project")
            scan.trainee = trainee
        if exam_type:
            scan.exam_type = _exam_type_code(exam_type)
            if not scan.exam_type:
                raise ValueError("exam_type must be one of the catalogue")
        Event.objects.create(
            at=now, what="info_completed", scan=scan, person=person, facts={"missing": missing_of(scan)}
        )
        _describe_exam(scan, now)
        scan.refresh_from_db()
        return scan


def trainees_of(project: Project) -> QuerySet[Person]:
    """Return the people who learn in this project, by a role there or in its whole organisation."""
    here = Q(project=project) | Q(project__isnull=True, organisation=project.organisation_id)
    places = Membership.objects.filter(here, role=Role.TRAINEE)
    return Person.objects.filter(is_active=True, pk__in=places.values("person"))


def _device(pseudonym: str | None, project: Project) -> Device | None:
    return Device.objects.get_or_create(project=project, pseudonym=pseudonym)[0] if pseudonym else None


def _keep(scan: Scan, role: str, place: StoredBytes, media_type: str) -> None:
    known = {"area": place.area, "digest": place.digest, "size": place.size, "media_type": media_type}
    StoredObject.objects.get_or_create(scan=scan, role=role, defaults=known)


def _free(project: str, now: datetime) -> QuerySet[Scan]:
    untaken = Q(taken_until=None) | Q(taken_until__lt=now)
    return Scan.objects.filter(untaken, project__code=project, state=State.RECEIVED)


def _trainee(name: str | None, project: Project) -> Person | None:
    return trainees_of(project).filter(username__iexact=name).first() if name else None


def _exam_type_code(code: str | None) -> str:
    known = exam_type_named(code) if code else None
    return known.code if known else ""


def _fill_blanks(
    scan: Scan, trainee: Person | None, exam_type: str, captured_at: datetime | None, now: datetime
) -> None:
    before = (scan.trainee_id, scan.exam_type, scan.captured_at)
    scan.trainee = scan.trainee or trainee
    scan.exam_type = scan.exam_type or exam_type
    scan.captured_at = scan.captured_at or captured_at
    if before == (scan.trainee_id, scan.exam_type, scan.captured_at):
        return
    scan.save(update_fields=["trainee", "exam_type", "captured_at"])
    if scan.state == State.AWAITING_INFO:
        _describe_exam(scan, now)
    else:
        judge_anew(scan, now)


def _describe_exam(scan: Scan, now: datetime) -> None:
    """Let the scan's exam, and all its clips, be of the scan's trainee and type, and queue it when that is all."""
    exam = exam_of(scan)
    exam.trainee, exam.exam_type = scan.trainee, scan.exam_type
    exam.save(update_fields=["trainee", "exam_type"])
    for clip in exam.clips.select_for_update():
        clip.trainee, clip.exam_type = scan.trainee, scan.exam_type
        clip.save(update_fields=["trainee", "exam_type"])
        judge_anew(clip, now)
    queue_when_complete(exam, now)

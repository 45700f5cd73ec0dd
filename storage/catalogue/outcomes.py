"""What came of the work on a scan?

Each outcome is one transaction, and counts only if the token still holds the scan: a run that was overtaken by another
changes nothing. Objects are in the store before their rows are written, so that no row ever points to nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

from pipeline.errors import Rejected, SonorelayError, Withheld
from storage.catalogue import authors, evidence, worksheets
from storage.catalogue.devices import keep_profile
from storage.catalogue.grouping import exam_of
from storage.catalogue.judging import assess, yardsticks_for
from storage.catalogue.layouts import as_outlines
from storage.catalogue.models import Device, Doubt, Event, ProbeProfile, ReleaseReport, Scan, StoredObject
from storage.catalogue.queueing import missing_of, queue_when_complete
from storage.catalogue.transaction import one_transaction
from storage.objects import Area, StoredBytes
from supervision.states import State

if TYPE_CHECKING:  # they bring decoders along, which no web process needs
    from pipeline.deidentify import Identity
    from pipeline.doubt import Doubt as Doubted
    from pipeline.inspection import Inspection
    from pipeline.kept import Kept
    from pipeline.probe_profile import ProbeProfile as Profile

MOST_ATTEMPTS = 3

Stored = Mapping[str, tuple[StoredBytes, str]]
"""Role (derivative, preview, small, poster; evidence, envelope) → where the object lies, and its media type."""


def record_rejected(digest: str, token: str, error: Rejected, now: datetime) -> bool:
    """Note that the sender must act; tell whether it counted."""
    with one_transaction():
        scan = _held(digest, token)
        if scan is None:
            return False
        evidence.drop_evidence(scan)
        _end(scan, State.REJECTED, error, now)
        return True


def record_failed(digest: str, token: str, code: str, now: datetime) -> bool:
    """Note a failure on our side: back to be tried again, failed after the third attempt; tell whether it counted."""
    with one_transaction():
        scan = _held(digest, token)
        if scan is None:
            return False
        final = scan.attempts >= MOST_ATTEMPTS
        scan.move_to(State.FAILED if final else State.RECEIVED)
        scan.reason, scan.reason_facts = code, {}
        scan.taken_by, scan.taken_until = "", None
        scan.save(update_fields=["state", "reason", "reason_facts", "taken_by", "taken_until"])
        if final:
            evidence.drop_evidence(scan)
        what = "failed" if final else "attempt_failed"
        Event.objects.create(at=now, what=what, scan=scan, facts={"code": code, "attempt": scan.attempts})
        return True


def record_withheld(
    digest: str,
    token: str,
    error: Withheld,
    inspection: Inspection | None,
    identity: Identity | None,
    stored: Stored,
    now: datetime,
    *,
    doubt: Doubted | None = None,
    kept: Kept | None = None,
    profile: Profile | None = None,
    key: str = "",
) -> bool:
    """Note that the data manager must act, with what is known and the evidence; tell whether it counted.

    kept: the area in which something else was in doubt. profile: what it shows of its probe. key: the name of the key
    that made the pseudonyms. ValueError if an object lies in the released area.
    """
    _refuse_other_areas(stored, Area.WITHHELD)
    with one_transaction():
        author = authors.operator_of(digest, identity.operator if identity else None, now)  # before the scan is locked
        scan = _held(digest, token)
        if scan is None:
            return False
        if identity is not None:
            _keep_identity(scan, identity, key, author)
        if inspection is not None:
            _keep_inspection(scan, inspection, now)
        _keep_profile(scan, profile)
        scan.kept = {} if kept is None else as_json(kept)
        keep_objects(scan, stored)
        _keep_doubt(scan, doubt)
        _end(scan, State.WITHHELD, error, now)
        return True


def record_released(
    digest: str,
    token: str,
    inspection: Inspection,
    identity: Identity,
    frame_times: Sequence[float],
    stored: Stored,
    now: datetime,
    *,
    kept: Kept | None = None,
    report: Mapping[str, object] | None = None,
    profile: Profile | None = None,
    key: str = "",
) -> bool:
    """Note a de-identified scan and queue it, or let it await what is missing; tell whether it counted.

    frame_times: seconds from the first frame of the preview. kept: the area that may be seen. report: how it was made
    safe, as JSON. profile: what it shows of its probe. key: the name of the key that made the pseudonyms. ValueError if
    an object is not in the released area.
    """
    _refuse_other_areas(stored, Area.RELEASED)
    with one_transaction():
        author = authors.operator_of(digest, identity.operator, now)  # before the scan is locked
        scan = _held(digest, token)
        if scan is None:
            return False
        _keep_identity(scan, identity, key, author)
        _keep_inspection(scan, inspection, now)
        _keep_profile(scan, profile)
        keep_objects(scan, stored)
        evidence.drop_evidence(scan)
        scan.kept = {} if kept is None else as_json(kept)
        if report is not None:
            keep_report(scan, report, now)
        scan.frame_times = list(frame_times)
        scan.reason, scan.reason_facts = "", {}
        scan.taken_by, scan.taken_until, scan.processed_at = "", None, now
        scan.save()
        Event.objects.create(at=now, what="released", scan=scan, facts={"missing": missing_of(scan)})
        exam = exam_of(scan, now)
        worksheets.apply_what_came_along(exam, scan, now)
        queue_when_complete(exam, now)
        if kept is not None:
            from storage.catalogue.learning import learn  # it brings decoders along, which no web process needs

            learn(scan, now)
        return True


def as_json(kept: Kept) -> dict[str, object]:
    """Return an area that was kept as the column `kept` holds it."""
    return {"polygons": as_outlines(kept.polygons), "witnesses": [witness.value for witness in kept.witnesses]}


def keep_objects(scan: Scan, stored: Stored) -> None:
    """Put these objects in place of all but the raw ones; what they replace is removed from the store later."""
    evidence.drop_objects(scan.objects_stored.all())
    StoredObject.objects.bulk_create(
        StoredObject(scan=scan, role=role, area=place.area, digest=place.digest, size=place.size, media_type=media_type)
        for role, (place, media_type) in stored.items()
    )


def keep_report(scan: Scan, report: Mapping[str, object], now: datetime) -> None:
    """Keep how the scan was made safe as its current report; earlier ones stay."""
    scan.release_reports.filter(current=True).update(current=False)
    ReleaseReport.objects.create(scan=scan, made_at=now, report=dict(report))


def _held(digest: str, token: str) -> Scan | None:
    """Return the scan, locked, if this token took it last; None when another run has taken it since."""
    if not token:
        raise ValueError("a token is needed")
    held = Scan.objects.filter(digest=digest, taken_by=token, state=State.RECEIVED)
    return held.select_for_update().first()


def _end(scan: Scan, state: State, error: SonorelayError, now: datetime) -> None:
    scan.move_to(state)
    scan.reason, scan.reason_facts = error.code, error.facts
    scan.taken_by, scan.taken_until, scan.processed_at = "", None, now
    scan.save()
    Event.objects.create(at=now, what=state.value, scan=scan, facts={"code": error.code})


def _refuse_other_areas(stored: Stored, area: Area) -> None:
    for role, (place, _) in stored.items():
        if place.area is not area or role == "raw":
            raise ValueError(f"the object '{role}' does not belong in the area {area}")


def _keep_doubt(scan: Scan, doubt: Doubted | None) -> None:
    Doubt.objects.filter(scan=scan).delete()
    if doubt is not None:
        said = [{"witness": witness.value, "polygons": as_outlines(outlines)} for witness, outlines in doubt.proposals]
        Doubt.objects.create(scan=scan, proposals=said, text_boxes=as_outlines(doubt.text_boxes))


def _keep_identity(scan: Scan, identity: Identity, key: str, author: authors.Known) -> None:
    scan.patient, scan.study, scan.pseudonymised_with = identity.patient or "", identity.study or "", key
    scan.captured_at = scan.captured_at or identity.captured_at
    if scan.trainee is None:
        scan.trainee, scan.author_name = author.person, author.row or scan.author_name
    if identity.device:
        scan.device, _ = Device.objects.get_or_create(
            project_id=scan.project_id, pseudonym=identity.device, defaults={"model": identity.device_model or ""}
        )


def _keep_inspection(scan: Scan, inspection: Inspection, now: datetime) -> None:
    """Keep the facts on the scan, and the findings, held against its yardstick, as its current assessment."""
    scan.kind, scan.codec = inspection.kind, inspection.codec
    scan.frames, scan.rows, scan.columns = inspection.frames, inspection.rows, inspection.columns
    scan.frames_per_second, scan.mm_per_pixel = inspection.frames_per_second, inspection.mm_per_pixel
    scan.sector = asdict(inspection.sector) | {"others": [asdict(other) for other in inspection.sectors[1:]]}
    assess(scan, inspection.findings, yardsticks_for(scan.project_id), now)


def _keep_profile(scan: Scan, profile: Profile | None) -> None:
    """Keep what the scan shows of its probe, if the device is known; what it showed before is forgotten."""
    if profile is None or scan.device is None:
        ProbeProfile.objects.filter(scan=scan).delete()
    else:
        at = scan.captured_at or scan.received_at
        keep_profile(scan.device, at, profile, scan, simulated=scan.simulated)

"""Which scans still bear pseudonyms of an old key, and how does a scan get its new ones?

State, queue place, reviews, findings and decisions of a scan stay as they are. A scan whose key is not known was made
before keys had names, under the only key there was: `name_the_first_key` says so when that key goes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from pipeline.errors import SonorelayError
from pipeline.kept import Kept, Witness
from storage.catalogue.exams import locked_clip
from storage.catalogue.handovers import at_work
from storage.catalogue.layouts import as_outlines
from storage.catalogue.models import (
    Decision,
    Device,
    Event,
    ProbeChange,
    ProbeProfile,
    Project,
    Scan,
    SectorLayout,
    Ticket,
)
from storage.catalogue.outcomes import Stored, keep_objects, keep_report
from storage.catalogue.transaction import one_transaction
from supervision.states import RELEASED, State

if TYPE_CHECKING:  # it brings decoders along, which no web process needs
    from pipeline.deidentify import Identity


def of_another_key(project: str, key: str) -> QuerySet[Scan]:
    """Return the project's scans whose pseudonyms another key made; those that are read anew anyway left out.

    None of a project that was handed over: there the key goes on with which they were made.
    """
    # what came in on another installation bears the pseudonyms of its key there
    own = Scan.objects.filter(project__in=Project.objects.filter(at_work(), code=project))
    own = own.filter(Q(exam=None) | Q(exam__origin=None))
    named = own.exclude(pseudonymised_with__in=["", key])
    return named.exclude(state=State.RECEIVED).select_related("device").order_by("rekey_refused", "pk")


def to_make_anew(project: str, key: str) -> QuerySet[Scan]:
    """Return those of them that were not refused under this key."""
    return of_another_key(project, key).exclude(rekey_refused=key)


def decided_before(scan: Scan) -> tuple[Kept, bool]:
    """Return the area on record, and whether a person accepted the writing in it.

    Of a scan from before areas were recorded it is the sector that was kept then.
    """
    accepted = Decision.objects.filter(scan=scan, text_accepted=True).exists()
    if scan.kept:
        witnesses = tuple(Witness(name) for name in scan.kept["witnesses"])
        return Kept(as_outlines(scan.kept["polygons"]), witnesses), accepted
    return Kept(as_outlines([scan.sector["polygon"]]), (Witness.FITTED,)), accepted


def name_the_first_key(organisation: str, key: str) -> int:
    """Note that all scans of the organisation whose key is not known were made with this one; return how many."""
    made = ~Q(patient="") | ~Q(device=None) | Q(state__in=RELEASED)
    unknown = Scan.objects.filter(made, project__organisation__code=organisation, pseudonymised_with="")
    return unknown.update(pseudonymised_with=key)


def record_rekeyed(
    scan: Scan,
    identity: Identity,
    stored: Stored,
    now: datetime,
    *,
    key: str,
    frame_times: Sequence[float] = (),
    report: Mapping[str, object] | None = None,
) -> bool:
    """Put the new pseudonyms, and the new objects if there are any, in place of the old; tell whether it counted.

    scan: as it was read when the work began. It does not count when the scan was made anew or walked meanwhile.
    """
    with one_transaction():
        fresh = _unchanged(scan)
        if fresh is None:
            return False
        if fresh.exam is not None and fresh.exam.patient == fresh.patient:
            fresh.exam.patient = identity.patient or ""
            fresh.exam.save(update_fields=["patient"])
        fresh.patient, fresh.study = identity.patient or "", identity.study or ""
        fresh.pseudonymised_with, fresh.rekey_refused = key, ""
        fresh.device = _device(fresh, identity)
        if stored:
            keep_objects(fresh, stored)
            fresh.frame_times = list(frame_times)
        if report is not None:
            keep_report(fresh, report, now)
        made = ["patient", "study", "device", "pseudonymised_with", "rekey_refused", "frame_times"]
        fresh.save(update_fields=made)
        Event.objects.create(at=now, what="rekeyed", scan=fresh, facts={"key": key})
        return True


def record_refused(scan: Scan, key: str, error: SonorelayError, now: datetime) -> bool:
    """Note that the scan could not be made anew under this key and keeps its old pseudonyms; tell if it counted."""
    with one_transaction():
        fresh = _unchanged(scan)
        if fresh is None:
            return False
        fresh.rekey_refused = key
        fresh.save(update_fields=["rekey_refused"])
        Event.objects.create(at=now, what="rekey_refused", scan=fresh, facts={"key": key, "code": error.code})
        return True


def _unchanged(scan: Scan) -> Scan | None:
    """Return the scan, locked, if it is still the one that the work was about."""
    fresh = locked_clip(scan.pk)
    same = (fresh.pseudonymised_with, fresh.state) == (scan.pseudonymised_with, scan.state)
    return fresh if same else None


def _device(scan: Scan, identity: Identity) -> Device | None:
    """Return the scan's device under its new pseudonym: the same row, so that its layouts and figures stay with it."""
    old, named = scan.device, identity.device
    if old is None or not named or old.pseudonym == named:
        return old
    new = Device.objects.filter(project=scan.project_id, pseudonym=named).first()
    if new is None:
        old.pseudonym = named
        old.save(update_fields=["pseudonym"])
        return old
    # a scan that came after the rotation has brought the device already
    for table in (SectorLayout, ProbeProfile, ProbeChange, Ticket):
        table.objects.filter(device=old).update(device=new)
    if not Scan.objects.filter(device=old).exclude(pk=scan.pk).exists():
        Scan.objects.filter(pk=scan.pk).update(device=new)
        old.delete()
    return new

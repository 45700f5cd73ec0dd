"""May this person learn whose scan it is? Two people of the same project say so, for 24 hours, and every step is noted.

What is revealed is read from the raw object at that moment, in a child process; it is never stored and never logged.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from pipeline.errors import Conflict
from storage.catalogue import scope
from storage.catalogue.models import Event, Person, Reidentification, StoredObject
from storage.catalogue.retention import original_deleted
from storage.catalogue.transaction import one_transaction
from storage.objects import Area
from storage.objects.chosen import object_store
from supervision.reidentification import LASTS, PURPOSES, WAITS_FOR_APPROVAL
from supervision.roles import Action

if TYPE_CHECKING:  # it brings decoders along, which no web process needs
    from pipeline.deidentify.reveal import Revealed

SECONDS_TO_READ = 20.0


def ask(scan_id: int, person: Person, purpose: str, now: datetime) -> Reidentification:
    """Ask to learn whose scan this is; a request that is still open is returned again.

    ValueError for a purpose that is none of PURPOSES, Scan.DoesNotExist outside the person's projects. Conflict
    (original_deleted) where nobody can tell any more.
    """
    if purpose not in PURPOSES:
        raise ValueError("purpose must be one of PURPOSES")
    with one_transaction():
        scan = scope.scans_for(person, Action.REIDENTIFY).select_for_update(of=("self",)).get(pk=scan_id)
        if original_deleted(scan):
            raise Conflict("original_deleted")
        mine = Reidentification.objects.filter(scan=scan, asked_by=person, purpose=purpose)
        request = mine.filter(_open(now)).first()
        if request is not None:
            return request
        request = Reidentification.objects.create(scan=scan, asked_by=person, purpose=purpose, asked_at=now)
        _note("reidentification_asked", request, person, now)
        return request


def approve(request_id: int, person: Person, now: datetime) -> Reidentification:
    """Consent to somebody else's request: they may know for 24 hours from now.

    Conflict: second_person for one's own request, request_over when it waited too long or was approved already.
    Reidentification.DoesNotExist outside the person's projects.
    """
    with one_transaction():
        request = _in_reach(request_id, person)
        if request.asked_by_id == person.pk:
            raise Conflict("second_person")
        if request.approved_at is not None or now - request.asked_at > WAITS_FOR_APPROVAL:
            raise Conflict("request_over")
        request.approved_by, request.approved_at = person, now
        request.save(update_fields=["approved_by", "approved_at"])
        _note("reidentification_approved", request, person, now)
        return request


def reveal(request_id: int, person: Person, now: datetime) -> Revealed:
    """Return whose scan it is to the person who asked, within 24 hours of the other's consent; each time is noted.

    Conflict: second_person without consent or for anybody but the one who asked, request_over after 24 hours,
    original_deleted. Rejected where the raw file cannot be read, Unavailable where it cannot be reached.
    """
    with one_transaction():
        request = _in_reach(request_id, person)
        if request.asked_by_id != person.pk or request.approved_by_id is None or request.approved_at is None:
            raise Conflict("second_person")
        if not request.approved_at <= now < request.approved_at + LASTS:
            raise Conflict("request_over")
        raw = StoredObject.objects.get(scan=request.scan_id, role="raw", area=Area.RAW)
        if raw.deleted_at is not None:
            raise Conflict("original_deleted")
        # noted before it is known: nobody ever learns it without a trace
        _note("reidentified", request, person, now)
    return _read(raw.digest)


def to_approve(person: Person, now: datetime) -> QuerySet[Reidentification]:
    """Return the requests of others that wait for this person's consent, oldest first."""
    waiting = Reidentification.objects.filter(
        approved_at=None,
        asked_at__gte=now - WAITS_FOR_APPROVAL,
        scan__project__in=scope.projects_for(person, Action.REIDENTIFY),
    )
    return waiting.exclude(asked_by=person).select_related("scan", "asked_by").order_by("asked_at", "pk")


def requests_in_reach(person: Person) -> QuerySet[Reidentification]:
    """Return every request of the person's projects, newest first."""
    here = Reidentification.objects.filter(scan__project__in=scope.projects_for(person, Action.REIDENTIFY))
    return here.select_related("scan", "asked_by", "approved_by").order_by("-asked_at", "-pk")


def requests_about(scan_id: int, person: Person, now: datetime) -> QuerySet[Reidentification]:
    """Return the open requests about a scan that this person may see: without consent yet, or not over."""
    here = Reidentification.objects.filter(scan__in=scope.scans_for(person, Action.REIDENTIFY), scan_id=scan_id)
    return here.filter(_open(now)).select_related("asked_by", "approved_by").order_by("asked_at", "pk")


def _open(now: datetime) -> Q:
    waits = Q(approved_at=None, asked_at__gte=now - WAITS_FOR_APPROVAL)
    return waits | Q(approved_at__gt=now - LASTS)


def _in_reach(request_id: int, person: Person) -> Reidentification:
    """Return the request, locked, if the person may re-identify in its scan's project."""
    projects = scope.projects_for(person, Action.REIDENTIFY)
    requests = Reidentification.objects.filter(scan__project__in=projects)
    return requests.select_for_update(of=("self",)).get(pk=request_id)


def _note(what: str, request: Reidentification, person: Person, now: datetime) -> None:
    facts = {"request": request.pk, "purpose": request.purpose}
    Event.objects.create(at=now, what=what, scan_id=request.scan_id, person=person, facts=facts)


def _read(digest: str) -> Revealed:
    from pipeline.child import run_in_child
    from pipeline.deidentify.reveal import reveal as read

    with object_store().fetch(Area.RAW, digest) as path:
        return run_in_child(read, path, seconds=SECONDS_TO_READ)

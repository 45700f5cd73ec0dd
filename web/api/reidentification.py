"""Whose scan is it? One person asks with a purpose, another consents, and for 24 hours the first may look."""

from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from ninja import Router, Schema

from storage.catalogue import reidentification
from storage.catalogue.models import Reidentification
from supervision.reidentification import LASTS, WAITS_FOR_APPROVAL
from supervision.roles import Action
from web.api.access import operation
from web.api.failures import checked
from web.api.shapes import Number, Page, Part, page_of
from web.permissions import person_of

router = Router()


class RequestOut(Schema):
    """A request to learn whose scan it is; until: when the consent, or the chance to give it, ends."""

    number: int
    scan: int
    name: str
    purpose: str
    asked_by: str
    asked: datetime
    approved_by: str | None
    approved: datetime | None
    until: datetime


class Purpose(Schema):
    """The code of a purpose, one of supervision.reidentification."""

    purpose: str


class Patient(Schema):
    """Name and number as the file has them, empty where it names nobody; not to be kept."""

    patient_name: str
    patient_id: str


@operation(router, "GET", "/re-identification", Action.REIDENTIFY, response=Page[RequestOut])
def requests(request: HttpRequest, part: Part) -> dict[str, object]:
    """List the requests of the person's projects, newest first."""
    rows = reidentification.requests_in_reach(person_of(request))
    return page_of(rows, part, lambda several: [_told(one) for one in several])


@operation(router, "POST", "/scans/{scan}/re-identify", Action.REIDENTIFY, response=RequestOut)
def ask(request: HttpRequest, scan: Number, body: Purpose) -> RequestOut:
    """Ask to learn whose scan this is; somebody else of the project must consent."""
    with checked("body.purpose"):
        return _told(reidentification.ask(scan, person_of(request), body.purpose, timezone.now()))


@operation(router, "POST", "/re-identification/{number}/approve", Action.REIDENTIFY, response=RequestOut)
def approve(request: HttpRequest, number: Number) -> RequestOut:
    """Consent to somebody else's request."""
    return _told(reidentification.approve(number, person_of(request), timezone.now()))


@operation(router, "POST", "/re-identification/{number}/show", Action.REIDENTIFY, response=Patient)
@sensitive_variables("patient")
def show(request: HttpRequest, number: Number) -> Patient:
    """Say whose scan it is, to who asked and within 24 hours of the consent; each time is noted."""
    patient = reidentification.reveal(number, person_of(request), timezone.now())
    return Patient(patient_name=patient.patient_name, patient_id=patient.patient_id)


def _told(one: Reidentification) -> RequestOut:
    until = one.approved_at + LASTS if one.approved_at else one.asked_at + WAITS_FOR_APPROVAL
    return RequestOut(
        number=one.pk,
        scan=one.scan_id,
        name=one.scan.short_id,
        purpose=one.purpose,
        asked_by=one.asked_by.display_name,
        asked=one.asked_at,
        approved_by=one.approved_by.display_name if one.approved_by else None,
        approved=one.approved_at,
        until=until,
    )

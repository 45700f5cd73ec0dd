"""How are the devices, what is wrong with them, and what is done about it? Nothing here is about a patient."""

from datetime import date, datetime
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from storage.catalogue import devices, tickets
from storage.catalogue.models import ServicePeriod, Ticket
from storage.catalogue.registers import service
from supervision.registers import LONGEST_PLACE, ServiceEnd
from supervision.roles import Action
from supervision.tickets import LONGEST_NOTE, Change, Fault, TicketState, What
from web.api.access import operation
from web.api.failures import checked
from web.api.shapes import Done, Moment, Number, Page, Part, Words, page_of
from web.permissions import person_of

router = Router()


class DeviceOut(Schema):
    """One device; scans: how many came from it."""

    number: int
    pseudonym: str
    model: str
    project: str
    scans: int


class HealthOut(Schema):
    """What its clips say of its probe; known: whether there are enough of them to say anything."""

    device: int
    known: bool
    since: datetime | None
    baseline_clips: int
    recent_clips: int
    elements: int
    bands: int
    drifts: bool


class EntryOut(Schema):
    """One line of a ticket's history."""

    at: datetime
    who: str
    what: What
    note: str


class TicketOut(Schema):
    """A fault of a device; facts are its numbers."""

    number: int
    device: int
    kind: Fault
    state: TicketState
    opened: datetime
    closed: datetime | None
    facts: dict[str, Any]
    entries: list[EntryOut]


class Noted(Schema):
    """What somebody noticed, in a few words, without naming a patient."""

    note: Words = Field(min_length=1, max_length=LONGEST_NOTE)


class TicketAct(Schema):
    """What is done with a ticket."""

    what: What
    note: Words = Field("", max_length=LONGEST_NOTE)


class ProbeChanged(Schema):
    """When the probe was replaced or repaired."""

    kind: Change
    at: Moment


class ServiceOut(Schema):
    """From when until when (both in) a device was in service; until: null as long as it is."""

    since: date
    until: date | None
    place: str
    ended: str


class ServiceBegan(Schema):
    """The first day of a device in service, and where."""

    since: date
    place: Words = Field("", max_length=LONGEST_PLACE)


class ServiceEnded(Schema):
    """The last day of a device in service, and why."""

    until: date
    why: ServiceEnd


@operation(router, "GET", "/devices", Action.SEE_DEVICES, response=Page[DeviceOut])
def known_devices(request: HttpRequest, part: Part) -> dict[str, object]:
    """List the devices of the person's projects."""
    rows = devices.devices_for(person_of(request)).annotate(sent=Count("scans")).select_related("project")
    return page_of(
        rows.order_by("project__name", "model", "pk"), part, lambda several: [_device(one) for one in several]
    )


@operation(router, "GET", "/devices/{device}", Action.SEE_DEVICES, response=HealthOut)
def health(request: HttpRequest, device: Number) -> HealthOut:
    """Say what the clips of one device tell of its probe."""
    found = devices.devices_for(person_of(request)).get(pk=device)
    told = devices.health_of(found)
    return HealthOut(
        device=found.pk,
        known=told.known,
        since=told.began,
        baseline_clips=told.baseline_clips,
        recent_clips=told.recent_clips,
        elements=len(told.elements),
        bands=len(told.bands),
        drifts=told.drift is not None,
    )


@operation(router, "POST", "/devices/{device}/report", Action.REPORT_DEVICES, response=TicketOut)
def report(request: HttpRequest, device: Number, body: Noted) -> TicketOut:
    """Report a fault."""
    with checked("body.note"):
        return _ticket(tickets.report(device, body.note, person_of(request), timezone.now()))


@operation(router, "POST", "/devices/{device}/change", Action.TEND_DEVICES, response=Done)
def change(request: HttpRequest, device: Number, body: ProbeChanged) -> Done:
    """Say that the probe was replaced or repaired: from then on it is held against itself anew."""
    with checked("body.at"):
        devices.log_change(device, body.kind, body.at, person_of(request), timezone.now())
    return Done()


@operation(router, "GET", "/devices/{device}/service", Action.SEE_DEVICES, response=list[ServiceOut])
def in_service(request: HttpRequest, device: Number) -> list[ServiceOut]:
    """Say when a device was in service, newest first."""
    found = devices.devices_for(person_of(request)).get(pk=device)
    return [_service(one) for one in service.service_of(found)]


@operation(router, "POST", "/devices/{device}/service", Action.TEND_DEVICES, response=ServiceOut)
def begin_service(request: HttpRequest, device: Number, body: ServiceBegan) -> ServiceOut:
    """Note that a device went into service."""
    with checked("body.since"):
        return _service(service.begin(device, body.since, body.place, person_of(request), timezone.now()))


@operation(router, "POST", "/devices/{device}/service/end", Action.TEND_DEVICES, response=ServiceOut)
def end_service(request: HttpRequest, device: Number, body: ServiceEnded) -> ServiceOut:
    """Note the last day of a device in service."""
    with checked("body.until"):
        return _service(service.end(device, body.until, body.why, person_of(request), timezone.now()))


@operation(router, "GET", "/tickets", Action.SEE_DEVICES, response=Page[TicketOut])
def known_tickets(request: HttpRequest, part: Part) -> dict[str, object]:
    """List the tickets of the person's projects, those that are not settled first."""
    rows = tickets.tickets_for(person_of(request))
    return page_of(rows, part, lambda several: [_ticket(one) for one in several])


@operation(router, "GET", "/tickets/{ticket}", Action.SEE_DEVICES, response=TicketOut)
def ticket(request: HttpRequest, ticket: Number) -> TicketOut:
    """Show one ticket."""
    return _ticket(tickets.tickets_for(person_of(request)).get(pk=ticket))


@operation(router, "POST", "/tickets/{ticket}", Action.REPORT_DEVICES, response=TicketOut)
def act(request: HttpRequest, ticket: Number, body: TicketAct) -> TicketOut:
    """Do one thing with a ticket; whoever may only report adds notes."""
    with checked("body.note"):
        return _ticket(tickets.act(ticket, body.what, person_of(request), timezone.now(), body.note))


def _device(one: Any) -> DeviceOut:
    return DeviceOut(number=one.pk, pseudonym=one.pseudonym, model=one.model, project=one.project.code, scans=one.sent)


def _ticket(one: Ticket) -> TicketOut:
    return TicketOut(
        number=one.pk,
        device=one.device_id,
        kind=Fault(one.kind),
        state=TicketState(one.state),
        opened=one.opened_at,
        closed=one.closed_at,
        facts=one.facts,
        entries=[
            EntryOut(
                at=line.at, who=line.person.display_name if line.person else "", what=What(line.what), note=line.note
            )
            for line in sorted(one.entries.all(), key=lambda line: (line.at, line.pk))
        ],
    )


def _service(one: ServicePeriod) -> ServiceOut:
    return ServiceOut(since=one.since, until=one.until, place=one.place, ended=one.ended)

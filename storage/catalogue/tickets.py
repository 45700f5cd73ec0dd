"""Which faults of devices are known, and what do people do about them?

Every act is one transaction under a lock of the device's row, and writes one event with the person. Whoever may not do
it in the device's project gets DoesNotExist. The software opens one ticket for each place of a fault; what a person has
dismissed stays so until the probe is changed.
"""

from datetime import datetime, timedelta

from django.db.models import F, Prefetch, QuerySet

from pipeline.errors import Conflict
from storage.catalogue import scope
from storage.catalogue.devices import health_of, last_change, locked
from storage.catalogue.faults import Found, faults_of
from storage.catalogue.handovers import held_open
from storage.catalogue.models import Device, Event, Person, Project, Ticket, TicketEntry
from storage.catalogue.transaction import one_transaction
from supervision.plain_text import is_plain_text
from supervision.roles import Action
from supervision.tickets import CLOSED, LONGEST_NOTE, PENDING, Fault, TicketState, What, after, is_out_of_use, possible

SEEN_AGAIN_AFTER = timedelta(days=7)
"""A fault that is still there is written down again once a week, not every night."""


def tickets_for(person: Person) -> QuerySet[Ticket]:
    """Return the tickets of the devices that a person may see, with their lines; pending ones first, newest first."""
    projects = scope.projects_for(person, Action.SEE_DEVICES)
    lines = Prefetch("entries", TicketEntry.objects.select_related("person").order_by("at", "pk"))
    known = Ticket.objects.filter(device__project__in=projects).select_related("device", "device__project", "opened_by")
    return known.prefetch_related(lines).order_by(F("closed_at").desc(nulls_first=True), "-opened_at", "-pk")


def open_tickets(device: Device) -> QuerySet[Ticket]:
    """Return what is not settled yet about a device, oldest first."""
    return Ticket.objects.filter(device=device, state__in=PENDING).order_by("opened_at", "pk")


def possible_acts(ticket: Ticket) -> tuple[What, ...]:
    """Return what somebody who tends the device may do with the ticket now."""
    return possible(TicketState(ticket.state), out_of_use=_out_of_use(ticket))


def act(ticket_id: int, what: What | str, person: Person, now: datetime, note: str = "") -> Ticket:
    """Do something with a ticket and return it as it is then.

    Whoever may report faults may add a note, the rest is for those who tend the devices. Conflict (`stale`) for what
    cannot be done now, ValueError for a note that is empty, overlong or cannot be kept.
    """
    what, note = What(what), note.strip()
    if not is_plain_text(note, LONGEST_NOTE) or (what is What.NOTE and not note):
        raise ValueError(f"note must be 1 to {LONGEST_NOTE} characters")
    action = Action.REPORT_DEVICES if what is What.NOTE else Action.TEND_DEVICES
    with one_transaction():
        ticket = Ticket.objects.get(pk=ticket_id, device__project__in=scope.projects_for(person, action))
        locked(ticket.device_id, person, action)
        ticket.refresh_from_db()
        state = after(TicketState(ticket.state), what, out_of_use=_out_of_use(ticket))
        if state is None:
            raise Conflict("stale")
        ticket.state = state
        ticket.closed_at = (ticket.closed_at or now) if state in CLOSED else None
        if what is What.ACKNOWLEDGED:
            ticket.acknowledged_by, ticket.acknowledged_at = person, now
        ticket.save(update_fields=["state", "closed_at", "acknowledged_by", "acknowledged_at"])
        _write(ticket, what, person, now, note)
        return ticket


def report(device_id: int, note: str, person: Person, now: datetime) -> Ticket:
    """Open a ticket for a fault that somebody saw; ValueError for a note that is empty, overlong or cannot be kept."""
    note = note.strip()
    if not note or not is_plain_text(note, LONGEST_NOTE):
        raise ValueError(f"note must be 1 to {LONGEST_NOTE} characters")
    with one_transaction():
        device = locked(device_id, person, Action.REPORT_DEVICES)
        ticket = Ticket.objects.create(
            device=device, kind=Fault.REPORTED, opened_at=now, opened_by=person, seen_at=now, baseline=None
        )
        _write(ticket, What.OPENED, person, now, note)
        return ticket


def find_faults(project: Project, now: datetime) -> int:
    """Open a ticket for every new fault that the clips of the project's devices show; return how many.

    One that is known already is brought up to date by clips that came since. Doing it twice changes nothing. What was
    handed over stays as it is.
    """
    return sum(_find(device, now) for device in Device.objects.filter(project=project).order_by("pk"))


def _find(device: Device, now: datetime) -> int:
    with one_transaction():
        Device.objects.select_for_update().get(pk=device.pk)
        if not held_open((device.project_id,)):
            return 0
        baseline = last_change(device)
        left = list(Ticket.objects.filter(device=device, baseline=baseline).order_by("opened_at", "pk"))
        opened = 0
        for fault in faults_of(device, health_of(device)):
            same = _known(fault, left)
            left = [ticket for ticket in left if ticket not in same]
            opened += _noted(device, fault, same[-1] if same else None, baseline, now)
        return opened


def _known(fault: Found, tickets: list[Ticket]) -> list[Ticket]:
    """Return the tickets of this fault, a pending one last, else the newest; of two places the nearer one."""
    away = {ticket: fault.apart(ticket.facts) for ticket in tickets if ticket.kind == fault.kind}
    near = {ticket: distance for ticket, distance in away.items() if distance is not None}
    if not near:
        return []
    nearest = min(near, key=lambda ticket: near[ticket])
    same = [one for one in near if one is nearest or _same_place(one, nearest)]
    return sorted(same, key=lambda one: (one.state in PENDING, one.opened_at, one.pk))


def _same_place(one: Ticket, other: Ticket) -> bool:
    """Tell whether one ticket came after the other was settled, about the same place."""
    earlier, later = sorted((one, other), key=lambda ticket: (ticket.opened_at, ticket.pk))
    return earlier.closed_at is not None and earlier.closed_at <= later.opened_at


def _noted(device: Device, fault: Found, ticket: Ticket | None, baseline: datetime | None, now: datetime) -> bool:
    """Open a ticket for this fault, or bring the one that is known up to date; tell whether a ticket was opened."""
    if ticket is None or (ticket.state == TicketState.RESOLVED and _came_back(ticket, fault)):
        _open(device, fault, baseline, now)
        return True
    if ticket.state in PENDING and fault.last > ticket.seen_at:
        _seen_again(ticket, fault, now)
    return False


def _came_back(ticket: Ticket, fault: Found) -> bool:
    """Tell whether all clips that show the fault were made after it was settled."""
    return ticket.closed_at is not None and fault.first > ticket.closed_at


def _open(device: Device, fault: Found, baseline: datetime | None, now: datetime) -> None:
    ticket = Ticket.objects.create(
        device=device,
        kind=fault.kind,
        opened_at=now,
        facts=fault.facts,
        face=list(fault.face),
        baseline=baseline,
        seen_at=fault.last,
    )
    _write(ticket, What.OPENED, None, now)


def _seen_again(ticket: Ticket, fault: Found, now: datetime) -> None:
    ticket.facts, ticket.face, ticket.seen_at = fault.facts, list(fault.face), fault.last
    ticket.save(update_fields=["facts", "face", "seen_at"])
    told = ticket.entries.filter(what__in=[What.OPENED, What.SEEN_AGAIN]).order_by("-at").first()
    if told is None or now - told.at >= SEEN_AGAIN_AFTER:
        _write(ticket, What.SEEN_AGAIN, None, now)


def _write(ticket: Ticket, what: What, person: Person | None, now: datetime, note: str = "") -> None:
    """Write a line, and the event of it; a note stays with the ticket."""
    TicketEntry.objects.create(ticket=ticket, at=now, person=person, what=what, note=note)
    facts = {"ticket": ticket.pk, "device": ticket.device_id, "kind": ticket.kind}
    Event.objects.create(at=now, what=f"ticket_{what.value}", person=person, facts=facts)


def _out_of_use(ticket: Ticket) -> bool:
    lines = ticket.entries.order_by("at", "pk").values_list("what", flat=True)
    return is_out_of_use(What(line) for line in lines)

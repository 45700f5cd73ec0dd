"""How is what people and programs noted of a device exchanged: probe changes, days in service, faults?

Profiles of the probe stay where its clips came in, and so does the search for faults; what was found travels, and what
people do about it comes back.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from storage.catalogue.models import Device, ProbeChange, Project, ServicePeriod, Ticket, TicketEntry
from storage.sync.beside.kind import Kind
from storage.sync.names import Mentioned, Names
from storage.sync.records import Account, BesideTold, Moment, NotUnderstood, Told, Words
from supervision import tickets
from supervision.registers import LONGEST_PLACE, ServiceEnd
from supervision.tickets import Change, Fault, What


class ChangeTold(Told):
    """A probe that was replaced or repaired."""

    at: Moment
    kind: Change
    by: Account
    logged_at: Moment


class ServiceTold(Told):
    """Days in service."""

    since: date
    until: date | None
    place: Annotated[str, StringConstraints(max_length=LONGEST_PLACE, pattern=r"^[^\x00]*$")]
    ended: ServiceEnd | Literal[""]
    by: Account
    logged_at: Moment


class LineTold(Told):
    """One line in the history of a fault."""

    at: Moment
    by: Account | Literal[""]
    what: What
    note: Words


class TicketTold(Told):
    """One fault, named by who opened it and when; `nth` of those of its kind that one look found."""

    kind: Fault
    opened_at: Moment
    by: Account | Literal[""]
    nth: Annotated[int, Field(ge=0, lt=1000)]
    facts: dict[str, Any]
    face: Annotated[list[Any], Field(max_length=1000)]
    baseline: Moment | None
    seen_at: Moment
    lines: Annotated[list[LineTold], Field(max_length=2000)]


class DeviceTold(BesideTold):
    """What was noted of one device; `key` is its pseudonym."""

    model: Annotated[str, StringConstraints(max_length=80)]
    changes: Annotated[list[ChangeTold], Field(max_length=500)]
    service: Annotated[list[ServiceTold], Field(max_length=500)]
    tickets: Annotated[list[TicketTold], Field(max_length=2000)]


def _tell(project: Project, names: Names, only: str | None) -> Iterator[DeviceTold]:
    rows = Device.objects.filter(project=project, **({} if only is None else {"pseudonym": only}))
    several = rows.prefetch_related("changes__logged_by", "tickets__opened_by", "tickets__entries__person")
    periods = defaultdict(list)
    for period in ServicePeriod.objects.filter(device__in=rows).select_related("logged_by"):
        periods[period.device_id].append(period)
    for row in several.order_by("pseudonym"):
        mentioned = Mentioned(names)
        told = DeviceTold(
            organisation=project.organisation.code,
            project=project.code,
            key=row.pseudonym,
            model=row.model,
            changes=sorted(
                (
                    ChangeTold(
                        at=one.at, kind=Change(one.kind), by=mentioned.who(one.logged_by), logged_at=one.logged_at
                    )
                    for one in row.changes.all()
                ),
                key=lambda one: (one.logged_at, one.by, one.at),
            ),
            service=sorted((_service(one, mentioned) for one in periods[row.pk]), key=_logged),
            tickets=list(_tickets(row, mentioned)),
            people=mentioned.people,
        )
        if told.changes or told.service or told.tickets:
            yield told


def _service(row: ServicePeriod, mentioned: Mentioned) -> ServiceTold:
    return ServiceTold(
        since=row.since,
        until=row.until,
        place=row.place,
        ended=ServiceEnd(row.ended) if row.ended else "",
        by=mentioned.who(row.logged_by),
        logged_at=row.logged_at,
    )


def _tickets(device: Device, mentioned: Mentioned) -> Iterator[TicketTold]:
    before: Counter[Any] = Counter()
    for row in sorted(device.tickets.all(), key=lambda one: (one.opened_at, one.kind, one.pk)):
        by = mentioned.who(row.opened_by)
        same = (row.opened_at, row.kind, by)
        lines = [
            LineTold(at=one.at, by=mentioned.who(one.person), what=What(one.what), note=one.note)
            for one in row.entries.all()
        ]
        yield TicketTold(
            kind=Fault(row.kind),
            opened_at=row.opened_at,
            by=by,
            nth=before[same],
            facts=row.facts,
            face=row.face,
            baseline=row.baseline,
            seen_at=row.seen_at,
            lines=sorted(lines, key=lambda line: (line.at, line.what, line.by)),
        )
        before[same] += 1


def _take(told: DeviceTold, project: Project, names: Names, _now: datetime) -> None:
    device, _ = Device.objects.get_or_create(project=project, pseudonym=told.key[:40], defaults={"model": told.model})
    Device.objects.select_for_update().get(pk=device.pk)
    mentioned = Mentioned(names)
    for change in told.changes:
        ProbeChange.objects.get_or_create(
            device=device,
            at=change.at,
            kind=change.kind,
            logged_by=_known(change.by, told, names),
            logged_at=change.logged_at,
        )
    _take_service(device, told, names)
    rows = list(device.tickets.order_by("opened_at", "kind", "pk"))
    here = {_name(one): row for one, row in zip(_tickets(device, mentioned), _in_order(rows), strict=True)}
    for ticket in told.tickets:
        row = here.get(_name(ticket)) or _opened(device, ticket, told, names)
        _take_ticket(row, ticket, told, names)


def _in_order(rows: Iterable[Ticket]) -> list[Ticket]:
    return sorted(rows, key=lambda one: (one.opened_at, one.kind, one.pk))


def _name(one: TicketTold) -> tuple[Any, ...]:
    return one.opened_at, one.kind, one.by, one.nth


def _opened(device: Device, told: TicketTold, record: DeviceTold, names: Names) -> Ticket:
    return Ticket.objects.create(
        device=device,
        kind=told.kind,
        opened_at=told.opened_at,
        opened_by=names.person(told.by, record.people),
        facts=told.facts,
        face=told.face,
        baseline=told.baseline,
        seen_at=told.seen_at,
    )


def _take_ticket(row: Ticket, told: TicketTold, record: DeviceTold, names: Names) -> None:
    known = {(one.at, one.person_id, one.what) for one in row.entries.all()}
    for line in told.lines:
        person = names.person(line.by, record.people)
        if (line.at, person.pk if person else None, line.what) not in known:
            TicketEntry.objects.create(ticket=row, at=line.at, person=person, what=line.what, note=line.note)
    if told.seen_at > row.seen_at:
        row.facts, row.face, row.seen_at = told.facts, told.face, told.seen_at
    lines = [
        tickets.Line(one.at, What(one.what), names.of(one.person))
        for one in TicketEntry.objects.filter(ticket=row).select_related("person")
    ]
    now = tickets.standing(lines)
    row.state, row.closed_at = now.state, now.closed_at
    row.acknowledged_at = now.acknowledged_at
    row.acknowledged_by = names.person(now.acknowledged_by, record.people)
    row.save()


def _take_service(device: Device, told: DeviceTold, names: Names) -> None:
    """Keep the periods of both sides; of two that overlap, the one logged first, which ends when either side says."""
    mentioned = Mentioned(names)
    before = ServicePeriod.objects.filter(device=device).select_related("logged_by")
    rows = {_logged(_service(row, mentioned)): row for row in before}
    several = {name: _service(row, mentioned) for name, row in rows.items()}
    for one in told.service:
        ours = several.get(_logged(one))
        several[_logged(one)] = one if ours is None else _ended_first(ours, one)
    kept = list(_apart(sorted(several.values(), key=_logged)))
    gone = set(rows) - {_logged(one) for one in kept}
    before.filter(pk__in=[rows[name].pk for name in gone]).delete()
    for one in sorted(kept, key=lambda one: one.until is None):
        values = {"since": one.since, "until": one.until, "place": one.place, "ended": one.ended}
        ServicePeriod.objects.update_or_create(
            device=device, logged_by=_known(one.by, told, names), logged_at=one.logged_at, defaults=values
        )


def _ended_first(one: ServiceTold, other: ServiceTold) -> ServiceTold:
    ended = [said for said in (one, other) if said.until is not None]
    return min(ended, key=lambda said: (said.until, said.ended), default=one)


def _apart(several: Iterable[ServiceTold]) -> Iterator[ServiceTold]:
    kept: list[ServiceTold] = []
    for one in several:
        if all(_before(one, other) or _before(other, one) for other in kept):
            kept.append(one)
            yield one


def _before(one: ServiceTold, other: ServiceTold) -> bool:
    return one.until is not None and one.until < other.since


def _logged(one: ServiceTold) -> tuple[datetime, str]:
    return one.logged_at, one.by


def _known(name: str, told: DeviceTold, names: Names) -> Any:
    person = names.person(name, told.people)
    if person is None:
        raise NotUnderstood("by")
    return person


KIND = Kind("device", DeviceTold, _tell, _take)

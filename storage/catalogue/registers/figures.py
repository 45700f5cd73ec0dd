"""What do the registers say of some projects and days?

Days are days in UTC, both in. Whatever was written down after the cut-off does not count, so that a figure can be made
again later as it was. Only what is corrected counts as it now stands: who was at a session, the last day of a device.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from django.db.models import OuterRef, Q, Subquery

from storage.catalogue.models import (
    Device,
    Project,
    RequestEntry,
    Scan,
    ServicePeriod,
    TicketEntry,
    TrainingSession,
)
from supervision.registers import (
    PENDING,
    THERE,
    Act,
    DeviceTime,
    RegisterFigures,
    RequestCount,
    RequestKind,
    SessionKind,
    Training,
    state_after,
)
from supervision.spells import Spell, shared
from supervision.tickets import What, is_pending, spells

Key = TypeVar("Key", bound=str)


def registers_of(projects: Iterable[Project], since: date, until: date, cut_off: datetime) -> RegisterFigures:
    """Return the figures of these projects' registers for the days from `since` to `until`, as known at `cut_off`."""
    known = [project.pk for project in projects]
    begin, end = _midnight(since), min(_midnight(until + timedelta(days=1)), cut_off)
    sessions = _sessions(known, since, until, cut_off)
    return RegisterFigures(
        training=_training(sessions),
        training_by_exam_type=_grouped((code, one) for one in sessions for code in one.exam_types),
        training_by_kind=_grouped((SessionKind(one.kind), one) for one in sessions),
        training_by_project=_grouped((one.project.code, one) for one in sessions),
        requests=_requests(known, begin, end),
        devices=_devices(known, begin, max(begin, end), cut_off),
    )


def _sessions(projects: Collection[int], since: date, until: date, cut_off: datetime) -> list[TrainingSession]:
    held = TrainingSession.objects.filter(project__in=projects, held_on__range=(since, until), logged_at__lte=cut_off)
    took_place = held.filter(
        Q(cancelled_at=None) | Q(cancelled_at__gt=cut_off), held_on__lte=cut_off.astimezone(UTC).date()
    )
    return list(took_place.select_related("project").prefetch_related("attendances", "facilitators"))


def _training(sessions: Iterable[TrainingSession]) -> Training:
    held = list(sessions)
    noted = [attendance for one in held for attendance in one.attendances.all()]
    there = [attendance.person_id for attendance in noted if attendance.attended in THERE]
    return Training(
        sessions=len(held),
        minutes=sum(one.minutes for one in held),
        expected=len(noted),
        attended=len(there),
        guests=sum(one.guests for one in held),
        people=len(set(there)),
        facilitators=len({person.pk for one in held for person in one.facilitators.all()}),
    )


def _grouped(sessions: Iterable[tuple[Key, TrainingSession]]) -> dict[Key, Training]:
    groups: dict[Key, list[TrainingSession]] = defaultdict(list)
    for key, session in sessions:
        groups[key].append(session)
    return {key: _training(groups[key]) for key in sorted(groups)}


def _requests(projects: Collection[int], begin: datetime, end: datetime) -> dict[RequestKind, RequestCount]:
    """Return what was done with requests from `begin` until before `end`, and what was pending then."""
    lines: dict[int, list[tuple[datetime, Act]]] = defaultdict(list)
    kinds: dict[int, RequestKind] = {}
    rows = RequestEntry.objects.filter(request__project__in=projects, at__lt=end).order_by("at", "pk")
    for pk, kind, at, act in rows.values_list("request", "request__kind", "at", "act"):
        lines[pk].append((at, Act(act)))
        kinds[pk] = RequestKind(kind)
    counts = {}
    for kind in RequestKind:
        mine = [line for pk, line in lines.items() if kinds[pk] is kind]
        acts = [act for line in mine for at, act in line if at >= begin]
        counts[kind] = RequestCount(
            made=acts.count(Act.MADE),
            met=acts.count(Act.MET),
            declined=acts.count(Act.DECLINED) + acts.count(Act.WITHDRAWN),
            pending=sum(state_after(act for _, act in line) in PENDING for line in mine),
        )
    return counts


def _devices(projects: Collection[int], begin: datetime, end: datetime, cut_off: datetime) -> tuple[DeviceTime, ...]:
    devices = list(Device.objects.filter(project__in=projects).select_related("project"))
    service = _service(devices, begin, end, cut_off)
    lines = _ticket_lines(projects, end)
    found = []
    for device in sorted(devices, key=lambda one: (one.project.code, one.model, one.pseudonym)):
        registered, in_service = service[device.pk]
        tickets = list(lines.get(device.pk, {}).values())
        down = [spell for line in tickets for spell in spells(line, end)]
        found.append(
            DeviceTime(
                device=device.pk,
                project=device.project.code,
                pseudonym=device.pseudonym,
                model=device.model,
                registered=registered,
                in_service=shared(in_service, in_service),
                down=shared(in_service, down),
                opened=_done(tickets, begin, What.OPENED, What.REOPENED),
                closed=_done(tickets, begin, What.RESOLVED, What.DISMISSED),
                pending=sum(is_pending(what for _, what in line) for line in tickets),
            )
        )
    return tuple(found)


def _service(
    devices: Collection[Device], begin: datetime, end: datetime, cut_off: datetime
) -> dict[int, tuple[bool, list[Spell]]]:
    """Return for each device whether its service is registered, and the spells of it within these moments."""
    kept: dict[int, list[Spell]] = defaultdict(list)
    written = ServicePeriod.objects.filter(device__in=devices, logged_at__lte=cut_off)
    for device, since, until in written.values_list("device", "since", "until"):
        last = end if until is None else _midnight(until + timedelta(days=1))
        kept[device].append((_midnight(since), last))
    unknown = [device.pk for device in devices if device.pk not in kept]
    # numbers are given as scans come in: the first of a device is found without looking at the others
    first = Scan.objects.filter(device=OuterRef("pk")).order_by("pk").values("received_at")[:1]
    for device, at in Device.objects.filter(pk__in=unknown).annotate(at=Subquery(first)).values_list("pk", "at"):
        if at is not None:
            kept[device].append((at, end))
    within = {
        device: [(max(begin, start), min(end, stop)) for start, stop in some if max(begin, start) < min(end, stop)]
        for device, some in kept.items()
    }
    missing = set(unknown)
    return {device.pk: (device.pk not in missing, within.get(device.pk, [])) for device in devices}


def _ticket_lines(projects: Collection[int], end: datetime) -> dict[int, dict[int, list[tuple[datetime, What]]]]:
    """Return the lines of tickets before `end`, in order, by device and ticket."""
    lines: dict[int, dict[int, list[tuple[datetime, What]]]] = defaultdict(lambda: defaultdict(list))
    rows = TicketEntry.objects.filter(ticket__device__project__in=projects, at__lt=end).order_by("at", "pk")
    for device, ticket, at, what in rows.values_list("ticket__device", "ticket", "at", "what"):
        lines[device][ticket].append((at, What(what)))
    return lines


def _done(tickets: Iterable[Iterable[tuple[datetime, What]]], begin: datetime, *wanted: What) -> int:
    return sum(what in wanted and at >= begin for line in tickets for at, what in line)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)

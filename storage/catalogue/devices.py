"""Which devices are there, how are their probes, and what was done to them?

Nothing here shows a scan or a patient. Whoever may not do it in the device's project gets Device.DoesNotExist.
"""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

from django.db.models import Count, Exists, Max, OuterRef, QuerySet
from django.db.models.functions import Coalesce, TruncWeek

from pipeline.probe_profile import ProbeProfile as Profile
from storage.catalogue import scope
from storage.catalogue.device_quality import quality_adjusted
from storage.catalogue.models import Device, Event, Person, ProbeChange, ProbeProfile, Scan, Ticket, TicketEntry
from storage.catalogue.transaction import one_transaction
from supervision.device_health import BASELINE, RECENT, Health, Recorded, face_changes, health
from supervision.roles import Action
from supervision.tickets import PENDING, Change, Fault, TicketState, What, all_downtime

__all__ = [
    "devices_for",
    "downtime_of",
    "faces_over_time",
    "health_of",
    "keep_profile",
    "last_change",
    "locked",
    "log_change",
    "profiles_of",
    "quality_adjusted",
    "weekly_use",
]

WEEKS_SHOWN = 26
MONTHS_SHOWN = timedelta(days=366)
MOST_OF_A_MONTH = 40
SETTLED_BY_A_CHANGE = (Fault.ELEMENT, Fault.BAND, Fault.DRIFT, Fault.IN_AIR)


def devices_for(person: Person) -> QuerySet[Device]:
    """Return the devices that a person may see, with their projects: with a pending ticket first, then by project."""
    projects = scope.projects_for(person, Action.SEE_DEVICES)
    devices = Device.objects.filter(project__in=projects).select_related("project")
    troubled = Exists(Ticket.objects.filter(device=OuterRef("pk"), state__in=PENDING))
    return devices.annotate(troubled=troubled).order_by("-troubled", "project__name", "model", "pseudonym")


def profiles_of(device: Device) -> QuerySet[ProbeProfile]:
    """Return what clips showed of the device's probe since its last change, oldest first."""
    known = ProbeProfile.objects.filter(device=device).order_by("at", "pk")
    changed = last_change(device)
    return known if changed is None else known.filter(at__gte=changed)


def keep_profile(
    device: Device, at: datetime, profile: Profile, scan: Scan | None = None, *, simulated: bool = False
) -> None:
    """Keep what a clip made at `at` shows of the device's probe; what the same scan showed before is replaced."""
    if scan is not None:
        ProbeProfile.objects.filter(scan=scan).delete()
    ProbeProfile.objects.create(
        device=device,
        scan=scan,
        at=at,
        face=list(profile.face),
        level=profile.level,
        bands=list(profile.bands),
        simulated=simulated,
    )


def last_change(device: Device) -> datetime | None:
    """Return when the device's probe was last replaced or repaired, None if never."""
    at: datetime | None = ProbeChange.objects.filter(device=device).aggregate(last=Max("at"))["last"]
    return at


def health_of(device: Device) -> Health:
    """Return what the clips of the device since its last probe change say about its probe.

    Faces and layers are read of the first 60 and the last 20 clips only, which alone are compared.
    """
    counted = profiles_of(device)
    levels = list(counted.values_list("pk", "at", "level"))
    wanted = {pk for pk, _, _ in [*levels[:BASELINE], *levels[-RECENT:]]}
    whole = {row.pk: row for row in counted.filter(pk__in=wanted)}
    clips = [Recorded(str(device.pk), at, _profile(whole.get(pk), level)) for pk, at, level in levels]
    return health(str(device.pk), clips)


def weekly_use(device: Device, now: datetime) -> list[tuple[date, int]]:
    """Return per week (its Monday, UTC) how many scans the device made in the last half year, weeks without too."""
    first = _monday(now) - timedelta(weeks=WEEKS_SHOWN - 1)
    scans = device.scans.annotate(at=Coalesce("captured_at", "received_at")).filter(at__gte=first, at__lte=now)
    weekly = scans.annotate(week=TruncWeek("at", tzinfo=UTC)).order_by().values("week").annotate(number=Count("pk"))
    counts = {row["week"].date(): row["number"] for row in weekly}
    weeks = [first.date() + timedelta(weeks=number) for number in range(WEEKS_SHOWN)]
    return [(week, counts.get(week, 0)) for week in weeks]


def faces_over_time(device: Device, now: datetime) -> list[tuple[date, tuple[float | None, ...]]]:
    """Return per month of the last year (its first day, UTC) the map of elements against the baseline of the probe.

    At 128 places grey levels above (below: negative) what the probe began with, None where too few clips saw it.
    At most 40 clips of a month are read, evenly spread over it.
    """
    moments = list(profiles_of(device).filter(at__lte=now).values_list("pk", "at"))
    months: dict[date, list[int]] = defaultdict(list)
    for pk, at in moments:
        if at >= now - MONTHS_SHOWN:
            months[at.astimezone(UTC).date().replace(day=1)].append(pk)
    chosen = {month: _spread_out(keys) for month, keys in months.items()}
    first = [pk for pk, _ in moments[:BASELINE]]
    rows = ProbeProfile.objects.in_bulk([*first, *(pk for keys in chosen.values() for pk in keys)])
    monthly = {month: [_profile(rows[pk], 0.0) for pk in keys] for month, keys in sorted(chosen.items())}
    return list(face_changes([_profile(rows[pk], 0.0) for pk in first], monthly).items())


def log_change(device_id: int, kind: Change | str, at: datetime, person: Person, now: datetime) -> ProbeChange:
    """Note that the device's probe was replaced or repaired at `at`, from when on it is held against itself anew.

    What the software had found of the probe before is resolved by it. ValueError for a moment to come, or for a kind
    that is none.
    """
    if at > now:
        raise ValueError("at must not lie in the future")
    kind = Change(kind)
    with one_transaction():
        device = locked(device_id, person, Action.TEND_DEVICES)
        change = ProbeChange.objects.create(device=device, at=at, kind=kind, logged_by=person, logged_at=now)
        settled = list(Ticket.objects.filter(device=device, state__in=PENDING, kind__in=SETTLED_BY_A_CHANGE))
        for ticket in settled:
            ticket.state, ticket.closed_at = TicketState.RESOLVED, now
            ticket.save(update_fields=["state", "closed_at"])
            TicketEntry.objects.create(ticket=ticket, at=now, person=person, what=What.RESOLVED)
        facts = {"device": device.pk, "kind": kind.value, "resolved": [ticket.pk for ticket in settled]}
        Event.objects.create(at=now, what="probe_changed", person=person, facts=facts)
        return change


def downtime_of(device: Device, now: datetime) -> timedelta:
    """Return how long the device was out of use until `now`, over all of its tickets."""
    lines: dict[int, list[tuple[datetime, What]]] = defaultdict(list)
    for ticket, at, what in TicketEntry.objects.filter(ticket__device=device).values_list("ticket_id", "at", "what"):
        lines[ticket].append((at, What(what)))
    return all_downtime(lines.values(), now)


def locked(device_id: int, person: Person, action: Action) -> Device:
    """Return the device, locked, for somebody who may do `action` in its project; to be called in a transaction."""
    projects = scope.projects_for(person, action)
    return Device.objects.filter(project__in=projects).select_for_update(of=("self",)).get(pk=device_id)


def _profile(row: ProbeProfile | None, level: float) -> Profile:
    return Profile((), level, ()) if row is None else Profile(tuple(row.face), row.level, tuple(row.bands))


def _spread_out(keys: list[int]) -> list[int]:
    step = max(1.0, len(keys) / MOST_OF_A_MONTH)
    return [keys[int(number * step)] for number in range(min(len(keys), MOST_OF_A_MONTH))]


def _monday(now: datetime) -> datetime:
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=midnight.weekday())

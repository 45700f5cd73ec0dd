"""What is to be said about a device and its probe, in words with their numbers?"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from storage.catalogue.devices import health_of
from storage.catalogue.models import Device, ProbeProfile, Ticket, TicketEntry
from supervision.device_health import FEWEST, Health
from supervision.tickets import PENDING, Change, Fault, TicketState, What, all_downtime
from web.words import Word

LATELY = timedelta(days=90)

FAULTS: dict[str, Word] = {
    Fault.ELEMENT: gettext_lazy("elements that hear less"),
    Fault.BAND: gettext_lazy("a layer of depth out of line"),
    Fault.DRIFT: gettext_lazy("falling sensitivity"),
    Fault.IN_AIR: gettext_lazy("uneven ringing in air"),
    Fault.REPORTED: gettext_lazy("reported by a person"),
}
TICKETS: dict[str, tuple[Word, str]] = {
    TicketState.OPEN: (gettext_lazy("open"), "weak"),
    TicketState.ACKNOWLEDGED: (gettext_lazy("taken up"), "person"),
    TicketState.IN_REPAIR: (gettext_lazy("in repair"), "waiting"),
    TicketState.RESOLVED: (gettext_lazy("resolved"), "good"),
    TicketState.DISMISSED: (gettext_lazy("no fault"), "none"),
}
"""A ticket's state in words and its icon."""

ENTRIES: dict[str, Word] = {
    What.OPENED: gettext_lazy("opened"),
    What.SEEN_AGAIN: gettext_lazy("seen again in new clips"),
    What.ACKNOWLEDGED: gettext_lazy("taken up"),
    What.OUT_OF_USE: gettext_lazy("device out of use"),
    What.BACK_IN_USE: gettext_lazy("device back in use"),
    What.SENT_FOR_REPAIR: gettext_lazy("sent for repair"),
    What.RESOLVED: gettext_lazy("resolved"),
    What.DISMISSED: gettext_lazy("no fault"),
    What.REOPENED: gettext_lazy("opened again"),
    What.NOTE: gettext_lazy("note"),
}
ACTS: dict[str, Word] = {
    What.ACKNOWLEDGED: gettext_lazy("Take it up"),
    What.OUT_OF_USE: gettext_lazy("Take the device out of use"),
    What.BACK_IN_USE: gettext_lazy("Put the device back in use"),
    What.SENT_FOR_REPAIR: gettext_lazy("Send for repair"),
    What.RESOLVED: gettext_lazy("Resolved"),
    What.DISMISSED: gettext_lazy("It is no fault"),
    What.REOPENED: gettext_lazy("Open again"),
    What.NOTE: gettext_lazy("Add the note"),
}
CHANGES: dict[str, Word] = {
    Change.REPLACED: gettext_lazy("probe replaced"),
    Change.REPAIRED: gettext_lazy("probe repaired"),
}
HEARING: dict[str, Word] = {"weak": gettext_lazy("weak"), "dead": gettext_lazy("dead")}
ADVICE: dict[str, Word] = {
    Fault.ELEMENT: gettext_lazy(
        "Wipe the probe, save a still in air and look at the same place. If it rings less there too, elements, a cable "
        "or a connector failed: take the probe out of use if the place matters, and have it repaired."
    ),
    Fault.BAND: gettext_lazy(
        "Look at the sliders of the depth gain (TGC): one is often out of line, or dirty. A preset may do the same."
    ),
    Fault.DRIFT: gettext_lazy(
        "Compare with another probe on the same machine and preset. If only this one is darker, its lens or elements "
        "age; if both are, look at the machine and its presets."
    ),
    Fault.IN_AIR: gettext_lazy(
        "Wipe the probe dry and save the still in air again: gel and water ring too. Still uneven: elements failed."
    ),
    Fault.REPORTED: gettext_lazy("Read what was reported, look at the device, and note what you found."),
}


@dataclass(frozen=True)
class Words:
    """How a probe is, in one short verdict (with its icon) and its reasons."""

    verdict: str | Promise
    icon: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Listed:
    """A device in the list. clips: in the last 90 days. downtime: in them too."""

    device: Device
    last_clip: datetime | None
    clips: int
    tickets: int
    downtime: timedelta
    words: Words
    simulated: bool


def listed(devices: QuerySet[Device], now: datetime) -> list[Listed]:
    """Return the rows of the list."""
    at = Coalesce("scans__captured_at", "scans__received_at")
    recent = Count("scans", filter=Q(scans__received_at__gte=now - LATELY), distinct=True)
    pending = Count("tickets", filter=Q(tickets__state__in=PENDING), distinct=True)
    rows = list(devices.annotate(last_clip=Max(at), recent=recent, pending=pending))
    down = downtimes(rows, now)
    simulated = set(ProbeProfile.objects.filter(device__in=rows, simulated=True).values_list("device", flat=True))
    return [
        Listed(
            device,
            device.last_clip,
            device.recent,
            device.pending,
            down[device.pk],
            health_in_words(health_of(device)),
            device.pk in simulated,
        )
        for device in rows
    ]


def downtimes(devices: Iterable[Device], now: datetime) -> dict[int, timedelta]:
    """Return by device how long it was out of use in the last 90 days."""
    lines: dict[int, dict[int, list[tuple[datetime, What]]]] = defaultdict(lambda: defaultdict(list))
    entries = TicketEntry.objects.filter(ticket__device__in=devices, at__lte=now).order_by("at", "pk")
    for device, ticket, at, what in entries.values_list("ticket__device", "ticket", "at", "what"):
        lines[device][ticket].append((at, What(what)))
    begin = now - LATELY
    earlier = {
        device: [[line for line in one if line[0] <= begin] for one in tickets.values()]
        for device, tickets in lines.items()
    }
    return {
        device.pk: all_downtime(lines[device.pk].values(), now) - all_downtime(earlier.get(device.pk, []), begin)
        for device in devices
    }


def health_in_words(health: Health) -> Words:
    """Say what the clips of a probe show."""
    if not health.known:
        clips = health.baseline_clips + health.recent_clips
        said = ngettext("%(clips)d clip, %(fewest)d needed", "%(clips)d clips, %(fewest)d needed", clips)
        return Words(_("not known yet"), "none", (said % {"clips": clips, "fewest": 2 * FEWEST},))
    reasons = [fault_in_words(Fault.ELEMENT, {"hearing": one.hearing.value, **vars(one)}) for one in health.elements]
    reasons += [fault_in_words(Fault.BAND, vars(one)) for one in health.bands]
    if health.drift is not None:
        reasons.append(fault_in_words(Fault.DRIFT, vars(health.drift)))
    if not reasons:
        said = _("the last %(clips)d clips against the first %(baseline)d")
        return Words(
            _("no fault seen"), "good", (said % {"clips": health.recent_clips, "baseline": health.baseline_clips},)
        )
    poor = any(one.hearing.value == "dead" for one in health.elements)
    return Words(_("look at it"), "poor" if poor else "weak", tuple(reasons))


def fault_in_words(kind: str, facts: dict[str, object]) -> str:
    """Say a fault with its numbers; what an older row does not hold is left out."""
    holes = {name: _number(value, name) for name, value in facts.items()}
    holes["hearing"] = str(HEARING.get(str(facts.get("hearing", "")), ""))
    sentence = {
        Fault.ELEMENT: _(
            "%(hearing)s at %(place)s of the face, %(width)s wide: %(dip)s grey levels below its beginning"
        ),
        Fault.BAND: _("from %(top)s to %(bottom)s of the depth %(change)s grey levels against its beginning"),
        Fault.DRIFT: _("the near field lost sensitivity since %(since)s: %(change)s grey levels"),
        Fault.IN_AIR: _("in air %(least)s of the mean at %(place)s of the face; %(weak)s of it weak, %(dead)s dead"),
    }.get(Fault(kind), "")
    try:
        return sentence % holes
    except KeyError:
        return str(FAULTS[kind])


def _number(value: object, name: str) -> str:
    if isinstance(value, datetime):
        return date_format(value, "j N Y")
    if isinstance(value, str) and name == "since":
        return date_format(datetime.fromisoformat(value), "j N Y")
    if not isinstance(value, (int, float)):
        return str(value)
    if name in ("place", "width", "top", "bottom", "least", "weak", "dead"):
        return _("%(number)d%%") % {"number": round(100 * value)}
    sign = "+" if name == "change" and value > 0 else "−" if value < 0 else ""
    return sign + str(number_format(abs(round(value, 1)), use_l10n=True))


def marks_of(elements: Iterable[tuple[float, float, str]]) -> list[tuple[float, float, str]]:
    """Return dips (place, width, hearing) as stretches of the face with a numbered name."""
    return [
        (max(0.0, place - width / 2), min(1.0, place + width / 2), f"{number} {HEARING.get(hearing, hearing)}")
        for number, (place, width, hearing) in enumerate(elements, start=1)
    ]


def is_pending(ticket: Ticket) -> bool:
    """Tell whether somebody still has to do something about it."""
    return ticket.state in PENDING

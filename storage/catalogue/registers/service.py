"""From when until when was a device in service, and where?"""

from datetime import date, datetime

from django.db.models import Max

from pipeline.errors import Conflict
from storage.catalogue.devices import locked
from storage.catalogue.models import Device, Event, Person, ServicePeriod
from storage.catalogue.transaction import one_transaction
from supervision.plain_text import is_plain_text
from supervision.registers import LONGEST_PLACE, ServiceEnd
from supervision.roles import Action


def service_of(device: Device) -> list[ServicePeriod]:
    """Return the periods of a device in service, newest first."""
    return list(ServicePeriod.objects.filter(device=device).select_related("logged_by").order_by("-since", "-pk"))


def begin(device_id: int, since: date, place: str, person: Person, now: datetime) -> ServicePeriod:
    """Note that a device went into service on a day.

    Conflict (`stale`) where it is in service already; ValueError for a day to come, or one before the last period's
    end. For those who tend devices in its project: Device.DoesNotExist for others.
    """
    place = place.strip()
    if since > now.date():
        raise ValueError("since must not lie in the future")
    if not is_plain_text(place, LONGEST_PLACE):
        raise ValueError(f"place has at most {LONGEST_PLACE} characters")
    with one_transaction():
        device = locked(device_id, person, Action.TEND_DEVICES)
        before = ServicePeriod.objects.filter(device=device)
        if before.filter(until=None).exists():
            raise Conflict("stale")
        last = before.aggregate(last=Max("until"))["last"]
        if last is not None and since <= last:
            raise ValueError("since must come after the last day of the period before")
        period = ServicePeriod.objects.create(device=device, since=since, place=place, logged_by=person, logged_at=now)
        _note("service_began", period, person, now)
        return period


def end(device_id: int, until: date, why: ServiceEnd | str, person: Person, now: datetime) -> ServicePeriod:
    """Note the last day of a device in service; Conflict (`stale`) where it is in none, ValueError for a wrong day."""
    why = ServiceEnd(why)
    with one_transaction():
        device = locked(device_id, person, Action.TEND_DEVICES)
        period = ServicePeriod.objects.filter(device=device, until=None).first()
        if period is None:
            raise Conflict("stale")
        if not period.since <= until <= now.date():
            raise ValueError("until must lie between the first day and today")
        period.until, period.ended = until, why
        period.save(update_fields=["until", "ended"])
        _note("service_ended", period, person, now)
        return period


def _note(what: str, period: ServicePeriod, person: Person, now: datetime) -> None:
    facts = {"device": period.device_id, "period": period.pk}
    Event.objects.create(at=now, what=what, person=person, facts=facts)

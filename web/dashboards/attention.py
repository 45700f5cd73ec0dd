"""What calls for attention, in the reader's words, and on which page is it dealt with?"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from pipeline.text import Text
from storage.catalogue.models import Person, Project
from storage.catalogue.scope import those_allowed
from supervision.report.alerts import WORDS, Alarm, Alert
from supervision.roles import Action

OPENED_BY = (Action.SEE_DEVICES, Action.COMPLETE_INFO, Action.SEE_QUEUE)
"""What opens the pages on which alerts are dealt with."""


@dataclass(frozen=True)
class Shown:
    """One alert; `page` is empty where the person may not open it."""

    what: Text
    project: str
    about: str
    exam_type: str
    count: int
    since: datetime | None
    page: str


def shown(alerts: Iterable[Alert], person: Person) -> list[Shown]:
    """Return the alerts as the page lists them."""
    some = tuple(alerts)
    allowed = those_allowed(person, OPENED_BY)
    names = dict(Project.objects.filter(code__in={one.project for one in some}).values_list("code", "name"))
    return [
        Shown(WORDS[one.alarm], names[one.project], one.about, one.exam_type, one.count, one.since, _page(one, allowed))
        for one in some
    ]


def _page(one: Alert, allowed: Collection[Action]) -> str:
    if one.device is not None:
        return reverse("device", args=[one.device]) if Action.SEE_DEVICES in allowed else ""
    if one.person is not None:
        return reverse("overview-trainee", args=[one.person])
    if one.alarm is Alarm.INCOMPLETE and Action.COMPLETE_INFO in allowed:
        return reverse("awaiting")
    if one.alarm is Alarm.CLOCK and Action.SEE_QUEUE in allowed:
        return reverse("queue")
    return reverse("overview-project", args=[one.project])

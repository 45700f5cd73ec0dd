"""What calls for attention, in the reader's words, and on which page is it dealt with?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from pipeline.text import Text
from storage.catalogue.models import Person, Project
from storage.catalogue.scope import may
from supervision.report.alerts import WORDS, Alarm, Alert
from supervision.roles import Action


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
    names = dict(Project.objects.filter(code__in={one.project for one in some}).values_list("code", "name"))
    return [
        Shown(WORDS[one.alarm], names[one.project], one.about, one.exam_type, one.count, one.since, _page(one, person))
        for one in some
    ]


def _page(one: Alert, person: Person) -> str:
    if one.device is not None:
        return reverse("device", args=[one.device]) if may(person, Action.SEE_DEVICES) else ""
    if one.person is not None:
        return reverse("overview-trainee", args=[one.person])
    if one.alarm is Alarm.INCOMPLETE and may(person, Action.COMPLETE_INFO):
        return reverse("awaiting")
    if one.alarm is Alarm.CLOCK and may(person, Action.SEE_QUEUE):
        return reverse("queue")
    return reverse("overview-project", args=[one.project])

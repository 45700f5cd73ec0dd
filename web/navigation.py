"""Which pages does this person see at the top, and which is home?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from storage.catalogue import authors, competence, feedback, plans, telemedicine
from storage.catalogue.models import Person
from storage.catalogue.registers import requests
from storage.catalogue.scope import those_allowed
from supervision.roles import Action


@dataclass(frozen=True)
class Place:
    """A page in the navigation: its name in urls.py, what opens it, what it is called."""

    url_name: str
    action: Action
    label: str | Promise


PLACES = (
    Place("queue", Action.SEE_QUEUE, _("Queue")),
    Place("replies", Action.REVIEW, _("Replies")),
    Place("my-scans", Action.SEE_OWN_SCANS, _("My scans")),
    Place("send", Action.SEND_SCANS, _("Send scans")),
    Place("overview", Action.SEE_FIGURES, _("Overview")),
    Place("sign-offs", Action.SEE_COMPETENCE, _("Sign-off")),
    Place("reviewers", Action.SEE_REVIEWERS, _("Reviewers")),
    Place("plans", Action.KEEP_PLANS, _("Plans")),
    Place("reports", Action.SEE_REPORTS, _("Reports")),
    Place("scans", Action.SEE_SCANS, _("Scans")),
    Place("arrivals", Action.SEE_ARRIVALS, _("Received files")),
    Place("awaiting", Action.COMPLETE_INFO, _("Missing details")),
    Place("authors", Action.MATCH_AUTHORS, _("Names of authors")),
    Place("library", Action.SEE_LIBRARY, _("Library")),
    Place("telemedicine", Action.ESCALATE, _("Telemedicine")),
    Place("quarantine", Action.SEE_QUARANTINE, _("Held back")),
    Place("devices", Action.SEE_DEVICES, _("Devices")),
    Place("registers", Action.SEE_REGISTERS, _("Registers")),
    Place("export", Action.EXPORT, _("Exports")),
    Place("calibration", Action.SEE_CALIBRATION, _("Calibration")),
    Place("exam-types", Action.SEE_CATALOGUE, _("Exam types")),
    Place("reidentify", Action.REIDENTIFY, _("Re-identification")),
    Place("handovers", Action.SEE_HANDOVER, _("Hand-over")),
    Place("sync", Action.SEE_SYNC, _("Exchange")),
    Place("people", Action.MANAGE_PEOPLE, _("People")),
)

# How many things wait for the person on a page of the navigation
WAITING: Mapping[str, Callable[[Person], QuerySet[Any]]] = {
    "my-scans": feedback.unread_of,
    "replies": feedback.unanswered_by,
    "telemedicine": telemedicine.waiting_for,
    "authors": authors.unresolved,
    "registers": requests.undecided_by,
    "sign-offs": competence.waiting_for,
    "plans": lambda person: plans.waiting_for(person, timezone.now().date()),
}

# Whoever may do the first of these starts there.
HOMES = (
    (Action.REVIEW, "queue"),
    (Action.SEE_FIGURES, "overview"),
    (Action.SEE_OWN_SCANS, "my-scans"),
    (Action.SEE_QUARANTINE, "quarantine"),
    (Action.MANAGE_PEOPLE, "people"),
    (Action.SEE_DEVICES, "devices"),
)


def places_for(person: Person) -> tuple[Place, ...]:
    """Return the pages that `person` may open, in order."""
    allowed = those_allowed(person, (place.action for place in PLACES))
    return tuple(place for place in PLACES if place.action in allowed)


def home_for(person: Person) -> str | None:
    """Return the name of the page where `person` starts, None without any role."""
    allowed = those_allowed(person, (action for action, _ in HOMES))
    return next((name for action, name in HOMES if action in allowed), None)


def navigation(request: HttpRequest) -> dict[str, object]:
    """Give every template the person's pages; nothing for a visitor or on a failure page."""
    person = getattr(request, "user", None)
    if not isinstance(person, Person):
        return {}
    here = request.resolver_match.url_name if request.resolver_match else None
    links = [
        {
            "url": reverse(place.url_name),
            "label": place.label,
            "here": place.url_name == here,
            "waiting": WAITING[place.url_name](person).count() if place.url_name in WAITING else 0,
        }
        for place in places_for(person)
    ]
    return {"places": links}

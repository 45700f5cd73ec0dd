"""Who may sign in with a password, and what is noted of every attempt?

Neither a name that was typed nor an address is kept: people type passwords into the wrong field. An attempt that failed
says which account it was about, where there is one. Whoever tries thousands of passwords does not fill the audit.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.utils import timezone

from storage.catalogue.models import Event, Person
from storage.settings import settings

MOST_IN_AN_HOUR = 20
"""Failures that are noted of one account, and of all names that are nobody's; the last says that there were more."""


class OwnPeople(ModelBackend):
    """Django's own check, but the invented people of a demonstration, whose password is known, exist only in it."""

    def user_can_authenticate(self, user: Any) -> bool:
        """Tell whether this account may be used here; asked at sign-in and at every page after it."""
        return super().user_can_authenticate(user) and (settings().demo or not user.simulated)


def listen() -> None:
    """Note every sign-in from now on."""
    user_logged_in.connect(_came_in, dispatch_uid="signed_in")
    user_login_failed.connect(_kept_out, dispatch_uid="sign_in_failed")


def _came_in(user: Person, **_: object) -> None:
    Event.objects.create(at=timezone.now(), what="signed_in", person=user)


def _kept_out(credentials: Mapping[str, object], **_: object) -> None:
    about = Person.objects.filter(username=str(credentials.get("username", ""))).values_list("pk", flat=True).first()
    now = timezone.now()
    lately = Event.objects.filter(at__gt=now - timedelta(hours=1), what="sign_in_failed")
    noted = lately.filter(facts__about=about) if about is not None else lately.exclude(facts__has_key="about")
    before = noted.count()
    if before >= MOST_IN_AN_HOUR:
        return
    facts: dict[str, object] = {} if about is None else {"about": about}
    if before == MOST_IN_AN_HOUR - 1:
        facts["more"] = True
    Event.objects.create(at=now, what="sign_in_failed", facts=facts)

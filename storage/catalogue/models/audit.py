"""What happened here, in an order that nobody can change unseen?"""

from collections.abc import Iterable
from typing import Any, NoReturn

from django.db import models
from django.dispatch import Signal

from storage.catalogue.models.people import Person
from storage.catalogue.models.scans import Scan

written = Signal()
"""Events were added, in a transaction that may not be over yet."""

ONLY_ADDED = "events are only added"


class Events(models.QuerySet["Event"]):
    """Events as the application reaches them: added, read, and nothing else."""

    def bulk_create(self, objs: Iterable["Event"], *args: Any, **kwargs: Any) -> list["Event"]:
        """Add several events."""
        added = super().bulk_create(objs, *args, **kwargs)
        written.send(sender=Event)
        return added

    def update(self, **kwargs: Any) -> NoReturn:  # noqa: ARG002 - Django's signature
        """Refuse."""
        raise TypeError(ONLY_ADDED)

    def delete(self) -> NoReturn:
        """Refuse."""
        raise TypeError(ONLY_ADDED)


class Event(models.Model):
    """Something that happened, told by codes and digests; never by names or values of a header.

    `number`, `previous` and `hash` are the chain of storage.catalogue.audit: empty until the event is sealed, which
    follows the transaction that wrote it. `scan_digest` and `person_number` are written with them, so that what is
    sealed still says what it said after a scan or an account is gone.
    """

    at = models.DateTimeField()
    what = models.CharField(max_length=40)
    scan = models.ForeignKey(Scan, on_delete=models.SET_NULL, null=True, blank=True, related_name="events")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="events")
    facts = models.JSONField(default=dict, blank=True)
    number = models.PositiveBigIntegerField(null=True, blank=True, unique=True)
    previous = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64, blank=True)
    scan_digest = models.CharField(max_length=64, blank=True)
    person_number = models.PositiveBigIntegerField(null=True, blank=True)

    objects = Events.as_manager()

    class Meta:
        """Newest first; those that are not sealed yet are found at once."""

        indexes = [
            models.Index(fields=["-at"], name="event_by_time"),
            models.Index(fields=["id"], name="event_unsealed", condition=models.Q(number__isnull=True)),
        ]

    def __str__(self) -> str:
        """Return what happened."""
        return self.what

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the event; one that is kept already is not changed."""
        if not self._state.adding:
            raise TypeError(ONLY_ADDED)
        super().save(*args, **kwargs)
        written.send(sender=Event)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:  # noqa: ARG002 - Django's signature
        """Refuse."""
        raise TypeError(ONLY_ADDED)

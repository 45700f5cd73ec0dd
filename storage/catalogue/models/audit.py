"""What happened here, in an order that nobody can change unseen?"""

from django.db import models

from storage.catalogue.models.people import Person
from storage.catalogue.models.scans import Scan


class Event(models.Model):
    """Something that happened, told by codes and digests; never by names or values of a header.

    `number`, `previous` and `hash` are the chain of storage.catalogue.audit: empty until the event is sealed, which
    follows the transaction that wrote it.
    """

    at = models.DateTimeField()
    what = models.CharField(max_length=40)
    scan = models.ForeignKey(Scan, on_delete=models.SET_NULL, null=True, blank=True, related_name="events")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="events")
    facts = models.JSONField(default=dict, blank=True)
    number = models.PositiveBigIntegerField(null=True, blank=True, unique=True)
    previous = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64, blank=True)

    class Meta:
        """Newest first; those that are not sealed yet are found at once."""

        indexes = [
            models.Index(fields=["-at"], name="event_by_time"),
            models.Index(fields=["id"], name="event_unsealed", condition=models.Q(number__isnull=True)),
        ]

    def __str__(self) -> str:
        """Return what happened."""
        return self.what

"""How do probes age, and what was done about it? Nothing here is about a patient."""

from django.db import models

from storage.catalogue.models.people import Person
from storage.catalogue.models.programme import Device
from storage.catalogue.models.scans import Scan
from supervision.tickets import Change, Fault, TicketState, What


class ProbeProfile(models.Model):
    """What one clip shows of its probe (pipeline.probe_profile), at the moment `at`; outlives its scan."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="profiles")
    scan = models.OneToOneField(Scan, on_delete=models.SET_NULL, null=True, blank=True, related_name="probe_profile")
    at = models.DateTimeField()
    face = models.JSONField()
    level = models.FloatField()
    bands = models.JSONField()
    simulated = models.BooleanField(default=False)

    class Meta:
        """Found by device, in order of time."""

        indexes = [models.Index(fields=["device", "at"], name="profile_by_time")]

    def __str__(self) -> str:
        """Return device and day."""
        return f"{self.device_id} {self.at:%Y-%m-%d}"


class ProbeChange(models.Model):
    """A probe that was replaced or repaired: from `at` on it is held against itself anew."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="changes")
    at = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in Change])
    logged_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="probe_changes")
    logged_at = models.DateTimeField()

    class Meta:
        """Found by device, in order of time."""

        indexes = [models.Index(fields=["device", "at"], name="change_by_time")]

    def __str__(self) -> str:
        """Return kind and day."""
        return f"{self.kind} {self.at:%Y-%m-%d}"


class Ticket(models.Model):
    """A fault of a device, from the moment it was found until it is settled.

    `opened_by` is empty where the software found it. `facts` are its numbers: of an element place, width, dip, sureness
    and hearing; of a band top, bottom and change; of a drift cusum, since and change; in air least, place, weak, dead.
    `face` is the map of elements at that moment, empty for what has none. `baseline` is when the clips began
    with which the probe was compared: after a probe change the same place is another fault.
    """

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="tickets")
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in Fault])
    state = models.CharField(
        max_length=12, choices=[(state.value, state.value) for state in TicketState], default=TicketState.OPEN
    )
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="tickets_opened"
    )
    facts = models.JSONField(default=dict, blank=True)
    face = models.JSONField(default=list, blank=True)
    baseline = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField()
    acknowledged_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="tickets_acknowledged"
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Found by device and state; a ticket is closed exactly when it has the time of it."""

        indexes = [models.Index(fields=["device", "state"], name="ticket_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["resolved", "dismissed"], closed_at__isnull=False)
                | models.Q(state__in=["open", "acknowledged", "in_repair"], closed_at__isnull=True),
                name="ticket_closed_whole",
            )
        ]

    def __str__(self) -> str:
        """Return kind and state."""
        return f"{self.kind} {self.state}"


class TicketEntry(models.Model):
    """One line in the history of a ticket; `person` is empty where the software wrote it."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="entries")
    at = models.DateTimeField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="ticket_entries")
    what = models.CharField(max_length=16, choices=[(what.value, what.value) for what in What])
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        """In order of time."""

        ordering = ["at", "pk"]

    def __str__(self) -> str:
        """Return what happened."""
        return self.what

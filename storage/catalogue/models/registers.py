"""Who was trained in what, what do projects ask for, and when were devices in service? Nothing is of patients."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from storage.catalogue.models.exams import choices_of
from storage.catalogue.models.people import Person
from storage.catalogue.models.programme import Device, Project
from supervision.registers import (
    LONGEST_NOTE,
    LONGEST_PLACE,
    MOST_GUESTS,
    MOST_MINUTES,
    Act,
    Attended,
    RequestKind,
    RequestState,
    ServiceEnd,
    SessionKind,
)


class TrainingSession(models.Model):
    """One training session of a project; one that did not take place after all is `cancelled_at`, never deleted.

    `exam_types` are codes of the exam catalogue. `guests` were there without an account, and are only counted.
    `changed_at` is when it was written down anew last.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="sessions")
    held_on = models.DateField()
    minutes = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(MOST_MINUTES)])
    place = models.CharField(max_length=LONGEST_PLACE, blank=True)
    kind = models.CharField(max_length=12, choices=choices_of(SessionKind))
    exam_types = models.JSONField(default=list, blank=True)
    facilitators = models.ManyToManyField(Person, blank=True, related_name="sessions_given")
    guests = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(MOST_GUESTS)])
    note = models.CharField(max_length=LONGEST_NOTE, blank=True)
    logged_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="sessions_logged")
    logged_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Found by project, in order of days."""

        indexes = [models.Index(fields=["project", "held_on"], name="session_by_day")]

    def __str__(self) -> str:
        """Return kind and day."""
        return f"{self.kind} {self.held_on:%Y-%m-%d}"


class Attendance(models.Model):
    """Whether somebody who was expected at a session was there."""

    session = models.ForeignKey(TrainingSession, on_delete=models.CASCADE, related_name="attendances")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="attendances")
    attended = models.CharField(max_length=8, choices=choices_of(Attended))

    class Meta:
        """One per session and person."""

        constraints = [models.UniqueConstraint(fields=["session", "person"], name="attendance_once")]

    def __str__(self) -> str:
        """Return whether they were there."""
        return self.attended


class SupportRequest(models.Model):
    """Training, equipment or consumables that a project asks for; what became of it stands in its lines."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="requests")
    kind = models.CharField(max_length=12, choices=choices_of(RequestKind))
    exam_types = models.JSONField(default=list, blank=True)
    text = models.CharField(max_length=LONGEST_NOTE)
    wanted_by = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=choices_of(RequestState), default=RequestState.OPEN)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="requests_made")
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Found by project and state; closed exactly when it has the time of it."""

        indexes = [models.Index(fields=["project", "state"], name="request_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "accepted"], closed_at__isnull=True)
                | models.Q(state__in=["met", "declined", "withdrawn"], closed_at__isnull=False),
                name="request_closed_whole",
            )
        ]

    def __str__(self) -> str:
        """Return kind and state."""
        return f"{self.kind} {self.state}"


class RequestEntry(models.Model):
    """One line in the history of a request."""

    request = models.ForeignKey(SupportRequest, on_delete=models.CASCADE, related_name="entries")
    at = models.DateTimeField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="request_entries")
    act = models.CharField(max_length=10, choices=choices_of(Act))
    note = models.CharField(max_length=LONGEST_NOTE, blank=True)

    class Meta:
        """In order of time."""

        ordering = ["at", "pk"]

    def __str__(self) -> str:
        """Return what was done."""
        return self.act


class ServicePeriod(models.Model):
    """From which day until which (both in) a device was in service, and where; an open one has no last day."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="service")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    place = models.CharField(max_length=LONGEST_PLACE, blank=True)
    ended = models.CharField(max_length=8, choices=choices_of(ServiceEnd), blank=True)
    logged_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="service_logged")
    logged_at = models.DateTimeField()

    class Meta:
        """At most one open period of a device; none ends before it began; it has an end exactly when it says why."""

        constraints = [
            models.UniqueConstraint(
                fields=["device"], name="service_open_once", condition=models.Q(until__isnull=True)
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True, ended="")
                | (models.Q(until__gte=models.F("since")) & ~models.Q(ended="")),
                name="service_ended_whole",
            ),
        ]
        indexes = [models.Index(fields=["device", "since"], name="service_by_day")]

    def __str__(self) -> str:
        """Return its days."""
        return f"{self.since:%Y-%m-%d} - {self.until or ''}"

"""Which exams were sent on to telemedicine, and what came of it?"""

from django.db import models

from storage.catalogue.models.exams import Exam, choices_of
from storage.catalogue.models.people import Person
from supervision.escalation import EscalationState
from supervision.priority import Clock


class Escalation(models.Model):
    """A question about a patient that needs an answer from a specialist.

    One is open per exam, unless it was asked on two sides that exchange: then both stay until each is closed.

    `question` and `specialty` are codes of supervision.escalation. `missing` names what the completeness check found
    wanting when it was raised. `outcome` and `done` are codes: what the specialist said, and what was done for the
    patient.
    """

    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="escalations")
    raised_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="escalations")
    raised_at = models.DateTimeField()
    question = models.CharField(max_length=24)
    specialty = models.CharField(max_length=16)
    consent = models.BooleanField(default=False)
    missing = models.JSONField(default=list, blank=True)
    clock = models.CharField(max_length=2, choices=choices_of(Clock), default=Clock.P1)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=choices_of(EscalationState), default=EscalationState.OPEN)
    taken_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="escalations_taken"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=24, blank=True)
    done = models.CharField(max_length=24, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        """Return the state."""
        return self.state


class EscalationEntry(models.Model):
    """One line in the history of an escalation; `code` is what was answered, or done for the patient."""

    escalation = models.ForeignKey(Escalation, on_delete=models.CASCADE, related_name="entries")
    at = models.DateTimeField()
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="escalation_entries"
    )
    what = models.CharField(max_length=16)
    code = models.CharField(max_length=24, blank=True)
    note = models.CharField(max_length=1000, blank=True)

    def __str__(self) -> str:
        """Return what happened."""
        return self.what

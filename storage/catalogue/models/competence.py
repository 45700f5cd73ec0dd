"""Who signed what for whom, who stood beside, and what was agreed where somebody fell back?"""

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from storage.catalogue.models.exams import choices_of
from storage.catalogue.models.people import Person
from storage.catalogue.models.programme import Organisation, Project
from supervision.ladder import Rung
from supervision.sign_off import LONGEST_REASON, Decision, PlanCause, PlanStep


class Proposal(models.Model):
    """How far a trainee is from the next rung in an exam type, as it was found last; nobody signs by it alone.

    `rung`: where they stand, `next_rung`: what is proposed, empty on the highest. `missing`: the kinds of requirements
    that are not met, of `asked` in all. `exams`: that were read; `last_exam_at`: the last one that came, read or not.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="proposals")
    trainee = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="proposals")
    exam_type = models.CharField(max_length=16)
    rung = models.CharField(max_length=16, choices=choices_of(Rung))
    next_rung = models.CharField(max_length=16, choices=choices_of(Rung), blank=True)
    met = models.BooleanField(default=False)
    missing = models.JSONField(default=list, blank=True)
    asked = models.PositiveSmallIntegerField(default=0)
    exams = models.PositiveIntegerField(default=0)
    last_exam_at = models.DateTimeField(null=True, blank=True)
    found_at = models.DateTimeField()

    class Meta:
        """One per trainee and exam type of an organisation."""

        constraints = [models.UniqueConstraint(fields=["organisation", "trainee", "exam_type"], name="proposal_once")]

    def __str__(self) -> str:
        """Return what is proposed."""
        return f"{self.exam_type} {self.next_rung}"


class SignOff(models.Model):
    """What a person decided on a proposed step of the ladder, with the evidence as it was shown to them.

    `number` is that of the certificate; `certificate` is the signed file, empty until it was made, and where nothing
    was signed. One that is `withdrawn_at` stays, and says why.
    """

    number = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="sign_offs")
    trainee = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="sign_offs")
    exam_type = models.CharField(max_length=16)
    exam_type_version = models.PositiveIntegerField(default=1)
    rung = models.CharField(max_length=16, choices=choices_of(Rung))
    decision = models.CharField(max_length=8, choices=choices_of(Decision))
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="sign_offs_given")
    decided_at = models.DateTimeField()
    reason = models.CharField(max_length=LONGEST_REASON, blank=True)
    evidence = models.JSONField(default=dict)
    certificate = models.TextField(blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="sign_offs_withdrawn"
    )
    withdrawn_why = models.CharField(max_length=LONGEST_REASON, blank=True)

    class Meta:
        """Found by trainee and exam type; withdrawn by somebody, or not at all."""

        indexes = [models.Index(fields=["trainee", "exam_type", "-decided_at"], name="sign_off_of_trainee")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | models.Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False, decision=Decision.SIGNED),
                name="sign_off_withdrawn_whole",
            ),
            models.CheckConstraint(
                condition=~models.Q(trainee=models.F("decided_by")), name="sign_off_never_of_oneself"
            ),
        ]

    def __str__(self) -> str:
        """Return what it is about."""
        return f"{self.exam_type} {self.rung} {self.decision}"


class Observation(models.Model):
    """Somebody stood beside a trainee who scanned, and says how far they would trust them: 1-5, as in the form."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="observations")
    trainee = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="observed")
    exam_type = models.CharField(max_length=16)
    observer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="observations")
    at = models.DateTimeField()
    entrustment = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(5)])
    note = models.CharField(max_length=LONGEST_REASON, blank=True)
    noted_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Found by trainee and exam type; of somebody else, on the scale."""

        indexes = [models.Index(fields=["trainee", "exam_type", "at"], name="observation_of_trainee")]
        constraints = [
            models.CheckConstraint(condition=~models.Q(trainee=models.F("observer")), name="observation_of_another"),
            models.CheckConstraint(
                condition=models.Q(entrustment__gte=1, entrustment__lte=5), name="observation_on_the_scale"
            ),
        ]

    def __str__(self) -> str:
        """Return exam type and entrustment."""
        return f"{self.exam_type} {self.entrustment}/5"


class Plan(models.Model):
    """What is done for somebody who fell back in an exam type: opened by the software or a person, closed by evidence.

    `components` are those that fail, worst first, as the software found them (supervision.competence). `since`: exams
    scanned from then on count as evidence. `finding` is what closed it.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="plans")
    trainee = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="plans")
    exam_type = models.CharField(max_length=16)
    cause = models.CharField(max_length=12, choices=choices_of(PlanCause))
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="plans_opened")
    components = models.JSONField(default=list, blank=True)
    exercise = models.CharField(max_length=LONGEST_REASON, blank=True)
    responsible = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="plans_led")
    due_on = models.DateField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    finding = models.JSONField(default=dict, blank=True)

    class Meta:
        """Of a trainee and exam type at most one is open."""

        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "trainee", "exam_type"],
                name="plan_open_once",
                condition=models.Q(closed_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        """Return what it is about."""
        return f"{self.exam_type} {self.cause}"


class PlanEntry(models.Model):
    """One line in the history of a plan; `person` is empty where the software wrote it."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="entries")
    at = models.DateTimeField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="plan_entries")
    step = models.CharField(max_length=12, choices=choices_of(PlanStep))
    note = models.CharField(max_length=LONGEST_REASON, blank=True)

    class Meta:
        """In order of time."""

        ordering = ["at", "pk"]

    def __str__(self) -> str:
        """Return what was done."""
        return self.step

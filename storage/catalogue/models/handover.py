"""Which projects pass to another organisation, how far are they, and which bundles of them were made?"""

from django.db import models

from storage.catalogue.models.exams import choices_of
from storage.catalogue.models.people import Person
from storage.catalogue.models.programme import Project
from supervision.handover import HandoverStage


class Handover(models.Model):
    """One project on its way to another organisation (supervision.handover); one that was abandoned stays as a row.

    `receiver` and `receiver_name` are code and name of the organisation in whose installation it goes on.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="handovers")
    receiver = models.SlugField(max_length=40)
    receiver_name = models.CharField(max_length=120)
    stage = models.CharField(max_length=10, choices=choices_of(HandoverStage), default=HandoverStage.DRY_RUN)
    began_at = models.DateTimeField()
    stage_since = models.DateTimeField()

    class Meta:
        """A project passes to one organisation at a time."""

        constraints = [
            models.UniqueConstraint(
                fields=["project"], name="handover_once", condition=~models.Q(stage=HandoverStage.ABANDONED.value)
            )
        ]

    def __str__(self) -> str:
        """Return the stage."""
        return self.stage


class GoesAlong(models.Model):
    """Somebody who goes with a project to the receiving side; everybody else is of the giving side."""

    handover = models.ForeignKey(Handover, on_delete=models.CASCADE, related_name="going")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")

    class Meta:
        """Once per person."""

        constraints = [models.UniqueConstraint(fields=["handover", "person"], name="goes_along_once")]

    def __str__(self) -> str:
        """Return nothing that names anybody."""
        return f"person {self.person_id}"


class HandoverStep(models.Model):
    """One step that was taken; `signed` is the certificate file (supervision.certificate) that says so."""

    handover = models.ForeignKey(Handover, on_delete=models.CASCADE, related_name="steps")
    stage = models.CharField(max_length=10, choices=choices_of(HandoverStage))
    at = models.DateTimeField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    signed = models.JSONField()

    class Meta:
        """In order of time; each step is taken once."""

        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(fields=["handover", "stage"], name="handover_step_once")]

    def __str__(self) -> str:
        """Return the stage."""
        return self.stage


class ProjectBundle(models.Model):
    """A project as it was exported whole, and what was counted where it was restored.

    `digest` is the SHA-256 of its manifest, by which giver and receiver speak of it. `counts` is what it holds, by
    table, and its objects with their bytes. `receipt` is the certificate file of the receiving installation.
    `differences` name what it counted otherwise.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="bundles")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    originals = models.BooleanField(default=False)
    counts = models.JSONField()
    receipt = models.JSONField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    differences = models.JSONField(default=list, blank=True)

    class Meta:
        """Found by project, newest last."""

        indexes = [models.Index(fields=["project", "made_at"], name="bundle_by_project")]

    def __str__(self) -> str:
        """Return the first digits of the digest."""
        return self.digest[:10]

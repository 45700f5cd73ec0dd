"""Which organisations, projects and devices take part?"""

from django.db import models


class Organisation(models.Model):
    """Whoever owns projects and their data; holds one pseudonym key."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)

    def __str__(self) -> str:
        """Return the code."""
        return self.code


class Project(models.Model):
    """One place of work, such as a hospital; `code` names its folder in the inbox.

    `ingested_at` is when a run of its ingest last came to its end.
    """

    code = models.SlugField(max_length=40, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="projects")
    name = models.CharField(max_length=120)
    country = models.CharField(max_length=60, blank=True)
    active = models.BooleanField(default=True)
    ingested_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        """Return the code."""
        return self.code


class Device(models.Model):
    """One ultrasound machine or probe, known by a keyed pseudonym of its serial number."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="devices")
    pseudonym = models.CharField(max_length=40)
    model = models.CharField(max_length=80, blank=True)

    class Meta:
        """One row per device and project."""

        constraints = [models.UniqueConstraint(fields=["project", "pseudonym"], name="device_once")]

    def __str__(self) -> str:
        """Return the model and the pseudonym."""
        return f"{self.model} {self.pseudonym}".strip()

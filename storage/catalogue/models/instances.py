"""Which DICOM instances are held, so that a device may be told that it can let go of its own?"""

from django.db import models

from storage.catalogue.models.programme import Project
from storage.catalogue.models.scans import Scan


class Instance(models.Model):
    """One SOP instance that a device sent to a project: `name` stands for its UID, which is not kept.

    `sop_class` is the UID of its SOP class, which says nothing of anybody. A device that sent two different contents
    under one UID has two rows.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="instances")
    name = models.CharField(max_length=48, help_text="keyed pseudonym of the SOP Instance UID")
    sop_class = models.CharField(max_length=64)
    scan = models.ForeignKey(Scan, on_delete=models.CASCADE, related_name="instances")

    class Meta:
        """Found by name within a project."""

        constraints = [models.UniqueConstraint(fields=["project", "name", "scan"], name="instance_once")]

    def __str__(self) -> str:
        """Return nothing that names anybody."""
        return f"instance {self.pk}"

"""By which tokens do programs act for people?"""

from django.db import models

from storage.catalogue.models.people import Person
from storage.catalogue.models.programme import Project


class ApiToken(models.Model):
    """A key with which a program acts for a person; only its digest is kept.

    `actions` narrow what the person may do (codes of supervision.roles), `project` where; `begins` is how it is known.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=60)
    begins = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    actions = models.JSONField(default=list)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, null=True, blank=True, related_name="tokens")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        """Return how it begins."""
        return self.begins

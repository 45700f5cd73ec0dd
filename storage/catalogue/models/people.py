"""Who works here, and in which role where?"""

from django.contrib.auth.models import AbstractUser
from django.db import models

from storage.catalogue.models.programme import Organisation, Project
from supervision.feedback import Digest
from supervision.roles import Narrowing, Role


class Person(AbstractUser):
    """Somebody with an account; simulated people exist only in the demonstration.

    `narrowed` is set while a program acts for the person by a token; storage.catalogue.scope heeds it.
    """

    narrowed: Narrowing | None = None

    language = models.CharField(max_length=5, choices=[("en", "English"), ("fr", "Français")], default="en")
    digest = models.CharField(max_length=8, choices=[(one.value, one.value) for one in Digest], default=Digest.WEEKLY)
    digest_sent_at = models.DateTimeField(null=True, blank=True)
    simulated = models.BooleanField(default=False)

    @property
    def display_name(self) -> str:
        """The full name, or the account's name where none is given."""
        return self.get_full_name() or self.username


class Membership(models.Model):
    """A role in one project, or in all projects of an organisation when `project` is empty."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, null=True, blank=True, related_name="memberships")

    class Meta:
        """One row per person, role and place."""

        constraints = [
            models.UniqueConstraint(fields=["person", "role", "organisation", "project"], name="membership_once"),
            # an empty project is never equal to another in SQL
            models.UniqueConstraint(
                fields=["person", "role", "organisation"],
                name="membership_everywhere_once",
                condition=models.Q(project__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        """Return role and place, without the person."""
        return f"{self.role} in {self.project_id or self.organisation_id}"

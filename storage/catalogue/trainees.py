"""Who learns in a project?"""

from django.db.models import Q, QuerySet

from storage.catalogue.models import Membership, Person, Project
from supervision.roles import Role


def trainees_of(project: Project) -> QuerySet[Person]:
    """Return the people who learn in this project, by a role there or in its whole organisation."""
    here = Q(project=project) | Q(project__isnull=True, organisation=project.organisation_id)
    places = Membership.objects.filter(here, role=Role.TRAINEE)
    return Person.objects.filter(is_active=True, pk__in=places.values("person"))

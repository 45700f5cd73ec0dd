"""Who learns in a project?"""

from django.db.models import Q, QuerySet

from storage.catalogue.models import Exam, Membership, Person, Project
from supervision.roles import Role


def trainees_of(project: Project) -> QuerySet[Person]:
    """Return the people who learn in this project, by a role there or in its whole organisation."""
    here = Q(project=project) | Q(project__isnull=True, organisation=project.organisation_id)
    places = Membership.objects.filter(here, role=Role.TRAINEE)
    return Person.objects.filter(is_active=True, pk__in=places.values("person"))


def projects_of(trainee: Person) -> QuerySet[Project]:
    """Return the projects in which somebody learns, or has scanned."""
    held = Membership.objects.filter(person=trainee, role=Role.TRAINEE)
    everywhere = Q(organisation__in=held.filter(project=None).values("organisation"))
    here = Q(pk__in=held.filter(project__isnull=False).values("project"))
    scanned = Q(pk__in=Exam.objects.filter(trainee=trainee).values("project"))
    return Project.objects.filter(here | everywhere | scanned)


def people_of(projects: QuerySet[Project]) -> QuerySet[Person]:
    """Return the people who learn in these projects, or have scanned there.

    The projects are looked up at once: how they are granted would else be asked for three times, within each other.
    """
    known = dict(projects.values_list("pk", "organisation"))
    here = Q(project__in=known) | Q(project=None, organisation__in=set(known.values()))
    learning = Membership.objects.filter(here, role=Role.TRAINEE).values("person")
    scanned = Exam.objects.filter(project__in=known, trainee__isnull=False).values("trainee")
    return Person.objects.filter(Q(pk__in=learning) | Q(pk__in=scanned))

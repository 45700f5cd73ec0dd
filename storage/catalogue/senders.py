"""Who may send scans of which project, by which way, and in whose name?"""

from django.db.models import QuerySet

from storage.catalogue import programme, scope
from storage.catalogue.models import Person, Project
from supervision.roles import Action, Reach
from supervision.sources import Way


class NotYours(Exception):
    """Somebody who may send only their own scans named another as the one who scanned."""


def projects_of(person: Person) -> QuerySet[Project]:
    """Return the projects of which `person` may send scans, by name."""
    mine = scope.projects_for(person, Action.SEND_SCANS).filter(active=True)
    return mine.select_related("organisation").order_by("name")


def is_open(project: str, way: Way) -> bool:
    """Tell whether the programme lets scans of this project in by this way."""
    return any(entry.code == project and entry.takes(way) for entry in programme.current().projects)


def sends_for_others(person: Person, project: Project) -> bool:
    """Tell whether `person` may send what others of the project scanned."""
    return scope.projects_reached(person, Action.SEND_SCANS, Reach.ALL).filter(pk=project.pk).exists()


def author_of(person: Person, project: Project, named: str | None) -> str | None:
    """Return the name of whoever scanned what `person` sends; None where nobody said it. NotYours."""
    if sends_for_others(person, project):
        return named
    if named and named.casefold() != person.username.casefold():
        raise NotYours
    return person.username

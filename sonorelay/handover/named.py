"""Which project and which account are meant at the prompt?"""

from typing import TYPE_CHECKING

from pipeline.errors import Misconfigured

if TYPE_CHECKING:  # Django is not loaded yet when this file is read
    from storage.catalogue.models import Person, Project


def project_named(code: str) -> "Project":
    """Return a project of the catalogue; Misconfigured, naming those that are there, if there is none.

    One that was handed over may be asked for when it stands in programme.toml no longer.
    """
    from storage.catalogue.models import Project

    found = Project.objects.select_related("organisation").filter(code=code).first()
    if found is None:
        known = Project.objects.order_by("code").values_list("code", flat=True)
        raise Misconfigured("unknown_project", project=code, known=", ".join(known))
    return found


def person_named(username: str, project: str) -> "Person":
    """Return the account; Misconfigured (`not_given`) where there is none, as for one that may not."""
    from storage.catalogue.models import Person

    found = Person.objects.filter(username=username).first()
    if found is None:
        raise Misconfigured("not_given", person=username, project=project)
    return found

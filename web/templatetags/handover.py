"""Who is told on which page that a project passes to another organisation?"""

from typing import Any

from django import template
from django.http import HttpRequest
from django.template import Context

from storage.catalogue.models import Person, Project
from storage.handover import standing

register = template.Library()

ABOUT = ("project", "exam", "scan", "device", "ticket", "session", "asked", "review", "item", "escalation", "clip")
"""What a page may be about, by its name in the page's context."""
WHERE_EXAMS_ARE_READ = frozenset({"queue"})


@register.inclusion_tag("parts/passing.html", takes_context=True)
def passing(context: Context) -> dict[str, Any]:
    """Say what is read only here: on each page of such a project, and on pages that are of no single one.

    Where exams are read it is also said who reads first meanwhile.
    """
    request = context.get("request")
    person = getattr(request, "user", None)
    if not isinstance(request, HttpRequest) or not isinstance(person, Person):
        return {"passed": []}
    here = request.resolver_match.url_name if request.resolver_match else None
    found = [one for one in standing.told_to(person) if one.frozen or here in WHERE_EXAMS_ARE_READ]
    of = _project(context) if found else None
    return {"passed": [one for one in found if of is None or one.project.pk == of], "linked": here != "handover"}


def _project(context: Context) -> int | None:
    """Return the one project that a page is about, None where it is about several."""
    for name in ABOUT:
        about = context.get(name)
        about = getattr(about, "exam", about)
        if isinstance(about, Project):
            return about.pk
        if (found := getattr(about, "project_id", None)) is not None:
            return int(found)
    return None

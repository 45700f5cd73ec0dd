"""Whose are the names under which devices and folders know whoever scanned?"""

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from storage.catalogue import authors
from storage.catalogue.models import AuthorName, Person
from storage.catalogue.scope import projects_for
from supervision.roles import Action
from web.permissions import person_of, requires

ON_A_PAGE = 25
RESOLVED_SHOWN = 50
NOBODY = "nobody"
FORGET = "forget"


@dataclass(frozen=True)
class Asked:
    """A name that is nobody's yet, and who it could be, the likeliest first."""

    name: AuthorName
    trainees: list[Person]


@requires(Action.MATCH_AUTHORS)
@require_safe
def names(request: HttpRequest) -> HttpResponseBase:
    """List the names that are asked for, those of most scans first, then what was said of others."""
    person = person_of(request)
    page = Paginator(authors.unresolved(person), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "asked": [Asked(name, authors.likeliest(name)) for name in page.object_list],
        "known": authors.resolved(person)[:RESOLVED_SHOWN],
        "query": "",
    }
    return render(request, "authors.html", context)


@requires(Action.MATCH_AUTHORS)
@require_POST
def resolve(request: HttpRequest, name_id: int) -> HttpResponseBase:
    """Keep whose the name is, that it is nobody's, or that it is to be asked for again."""
    person, said = person_of(request), request.POST.get("whose", "")
    here = AuthorName.objects.filter(project__in=projects_for(person, Action.MATCH_AUTHORS))
    name = get_object_or_404(here, pk=name_id)
    try:
        number = _resolved(name, said, person)
    except (ValueError, Person.DoesNotExist):
        messages.error(request, _("Choose whose name it is; nothing was changed."))
        return redirect("authors")
    changed = ngettext("%(count)d scan follows at once.", "%(count)d scans follow at once.", number)
    messages.success(request, f"{_('Kept.')} {changed % {'count': number}}")
    return redirect("authors")


def _resolved(name: AuthorName, said: str, person: Person) -> int:
    now = timezone.now()
    if said == FORGET:
        return authors.forget(name.pk, person, now)
    trainee = None if said == NOBODY else Person.objects.get(pk=int(said))
    return authors.resolve(name.pk, trainee, person, now)

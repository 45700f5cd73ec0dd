"""Where does each person start?"""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from web.navigation import home_for
from web.permissions import person_of, signed_in


@signed_in
@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    """Send everybody to the page they come for."""
    place = home_for(person_of(request))
    return redirect(place) if place else render(request, "no_role.html")

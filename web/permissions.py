"""Who may open which page? Every view carries one of these rules; a view without one fails the tests."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control
from django_htmx.http import HttpResponseClientRedirect

from storage.catalogue.models import Person
from storage.catalogue.scope import may
from supervision.roles import Action

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Rule:
    """Open to everyone, to everyone who signed in (no action), or to whoever may do one of the actions."""

    everyone: bool = False
    actions: frozenset[Action] = frozenset()


def public(view: View) -> View:
    """Mark a view that anybody may open."""
    return with_rule(view, Rule(everyone=True))


def signed_in(view: View) -> View:
    """Open a view to everybody who signed in, whatever the role."""
    return _guarded(view, Rule())


def requires(*actions: Action) -> Callable[[View], View]:
    """Open a view to whoever may do one of `actions` somewhere; what they see there is the catalogue's scope."""
    return lambda view: _guarded(view, Rule(actions=frozenset(actions)))


def rule_of(view: object) -> Rule | None:
    """Return the rule that a view carries."""
    rule = getattr(view, "rule", None)
    return rule if isinstance(rule, Rule) else None


def person_of(request: HttpRequest) -> Person:
    """Return who is signed in; only called behind a rule that says somebody is."""
    return cast(Person, request.user)


def wants_json(request: HttpRequest) -> bool:
    """Tell whether a script of ours asks, and not a person's browser."""
    return request.headers.get("X-Requested-With") == "fetch"


def _guarded(view: View, rule: Rule) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _ask_to_sign_in(request)
        person = person_of(request)
        if rule.actions and not any(may(person, action) for action in rule.actions):
            raise PermissionDenied
        response = view(request, *args, **kwargs)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        return response

    return with_rule(guarded, rule)


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"code": "signed_out"}, status=401)
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect("/")
    return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")


def with_rule(view: View, rule: Rule) -> View:
    """Let a view carry the rule that it keeps."""
    view.rule = rule  # type: ignore[attr-defined]
    return view

"""Who sends: a program by its token, or a page of ours by its session?"""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from storage.catalogue import tokens
from storage.catalogue.scope import may
from supervision.roles import Action
from web.permissions import Rule, View, person_of, with_rule
from web.refusals import Refused

SCHEME = "bearer"


def sent_by(action: Action, *, sessions: bool) -> Callable[[View], View]:
    """Open a view to programs with a token, and to pages too if wanted, of whoever may do `action` somewhere.

    A session must carry the CSRF token and come from a page of ours, as Django checks it; a token is sent by no
    browser by itself and needs neither. Who is not let in gets 401 or 403 in JSON, never a page.
    """

    def declare(view: View) -> View:
        checked = csrf_protect(view)

        @csrf_exempt
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            try:
                by_token = _let_in(request, action, sessions=sessions)
            except Refused as refused:
                return refused.answer()
            response = (view if by_token else checked)(request, *args, **kwargs)
            patch_cache_control(response, private=True, no_store=True)
            return response

        return with_rule(guarded, Rule(actions=frozenset({action})))

    return declare


def _let_in(request: HttpRequest, action: Action, *, sessions: bool) -> bool:
    """Find out who asks and tell whether it was by a token; Refused."""
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    by_token = scheme.lower() == SCHEME
    if by_token:
        person = tokens.person_and_scope_of(secret.strip(), timezone.now())
        if person is None:
            raise _unknown()
        request.user = person
    elif not sessions or not request.user.is_authenticated:
        raise _unknown()
    if not may(person_of(request), action):
        raise Refused(403, "not_allowed", _("Neither your role nor your token opens this."))
    return by_token


def _unknown() -> Refused:
    return Refused(401, "signed_out", _("Send a valid token, or sign in."), {"WWW-Authenticate": "Bearer"})

"""Who asks, by which key, and may they? Every operation is declared here, together with the actions that open it."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from ninja.errors import AuthenticationError, AuthorizationError
from ninja.security import APIKeyCookie, HttpBearer

from storage.catalogue import tokens
from storage.catalogue.models import Person
from storage.catalogue.scope import may
from supervision.roles import Action
from web.api.shapes import Failure
from web.permissions import Rule, person_of

View = TypeVar("View", bound=Callable[..., Any])
FAILURES = (400, 401, 403, 404, 409, 422, 503)
ACTIONS = "x-actions"
"""Where the schema says which actions open an operation; an empty list: everybody who signed in."""

FHIR = "application/fhir+json"
DICOM = "application/dicom"
PDF = "application/pdf"
ZIP = "application/zip"
_BINARY = {"type": "string", "format": "binary"}
_FILES = {FHIR: {"type": "object"}, DICOM: _BINARY, PDF: _BINARY, ZIP: _BINARY}


class ByToken(HttpBearer):
    """A token of a person (My account, Tokens), as `Authorization: Bearer sr_...`."""

    def __init__(self, rule: Rule) -> None:
        """Open to whom the rule opens."""
        super().__init__()
        self.rule = rule

    def authenticate(self, request: HttpRequest, token: str) -> Person:
        """Let the request be the person's, narrowed to what the token may do; a wrong token is never a visitor."""
        person = tokens.person_and_scope_of(token, timezone.now())
        if person is None:
            raise AuthenticationError
        request.user = person
        return _allowed(person, self.rule)


class BySession(APIKeyCookie):
    """The session of somebody who signed in with a browser; what changes something needs the CSRF token too."""

    param_name = settings.SESSION_COOKIE_NAME

    def __init__(self, rule: Rule) -> None:
        """Open to whom the rule opens."""
        super().__init__()
        self.rule = rule

    def __call__(self, request: HttpRequest) -> Person | None:
        """Ask for the CSRF token only where somebody is signed in: for all others the answer is 401."""
        return super().__call__(request) if request.user.is_authenticated else None

    def authenticate(self, request: HttpRequest, key: str | None) -> Person:  # noqa: ARG002 - ninja's signature
        """Return who is signed in."""
        return _allowed(person_of(request), self.rule)


def operation(
    router: Router, method: str, address: str, *actions: Action, response: Any, file: str | None = None
) -> Callable[[View], View]:
    """Declare an operation that whoever may do one of `actions` somewhere can call; without any, whoever signed in.

    It is asked before anything of the request is read; what is seen and changed is then the catalogue's scope. The
    first line of the docstring is the summary. file: the media type, where the answer is a file that the view makes.
    """
    rule = Rule(actions=frozenset(actions))
    content = {} if file is None else {"responses": {200: {"content": {file: {"schema": _FILES[file]}}}}}

    def declare(view: View) -> View:
        summary, _, rest = (view.__doc__ or "").strip().partition("\n")
        declared = router.api_operation(
            [method],
            address,
            auth=[ByToken(rule), BySession(rule)],
            response={200: response, frozenset(FAILURES): Failure},
            summary=summary.rstrip("."),
            description=rest.strip() or None,
            operation_id=f"{view.__module__.rpartition('.')[2]}_{view.__name__}",
            openapi_extra={ACTIONS: sorted(actions), **content},
        )
        declared(view)
        return view

    return declare


def _allowed(person: Person, rule: Rule) -> Person:
    if rule.actions and not any(may(person, action) for action in rule.actions):
        raise AuthorizationError
    return person

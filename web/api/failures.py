"""What does a program get when something did not work? The error tree as {code, text}, with the status of who acts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from pipeline.errors import Conflict, Misconfigured, Rejected, SonorelayError, Unavailable, Withheld
from storage.catalogue.readings import Incomplete
from web.failures import said

STATUS: dict[type[SonorelayError], int] = {
    Conflict: 409,
    Rejected: 422,
    Withheld: 422,
    Unavailable: 503,
    Misconfigured: 503,
}
"""A stop at start is never seen by a request; should one be, nobody who asks can act."""


class NotValid(Exception):
    """What was sent is not valid; `wrong` names where and why."""

    def __init__(self, *wrong: tuple[str, str]) -> None:
        """Keep the places."""
        super().__init__(wrong)
        self.wrong = wrong


@contextmanager
def checked(where: str = "body") -> Iterator[None]:
    """Turn the ValueError with which the catalogue refuses a value into an answer that says so."""
    try:
        yield
    except Incomplete as error:
        raise NotValid(*((path, "missing") for path in error.paths)) from error
    except ValueError as error:
        raise NotValid((where, str(error))) from error


def tell_failures(api: NinjaAPI) -> None:
    """Let the API answer every error that is meant for the caller; all others are bugs and stay so."""

    def answer(status: int, code: str, text: str, wrong: tuple[tuple[str, str], ...] = ()) -> HttpResponse:
        told = {"code": code, "text": text, "wrong": [{"where": where, "why": why} for where, why in wrong]}
        return api.create_response(_NOBODY, told, status=status)

    def ours(_request: HttpRequest, error: SonorelayError | type[SonorelayError]) -> HttpResponse:
        assert isinstance(error, SonorelayError)  # noqa: S101 - ninja calls with instances
        status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
        return answer(status, error.code, said(error))

    def absent(_request: HttpRequest, _error: object) -> HttpResponse:
        return answer(404, "not_there", _("It does not exist, or lies outside your projects."))

    def invalid(_request: HttpRequest, error: object) -> HttpResponse:
        return answer(422, "not_valid", _("What was sent is not valid; nothing was changed."), _wrong(error))

    def of_http(_request: HttpRequest, error: object) -> HttpResponse:
        status = error.status_code if isinstance(error, HttpError) else 500
        code, text = _HTTP.get(status, _HTTP[400])
        return answer(status, code, text())

    for kind in STATUS:
        api.add_exception_handler(kind, ours)
    for absence in (Http404, ObjectDoesNotExist):
        api.add_exception_handler(absence, absent)
    for invalidity in (ValidationError, NotValid):
        api.add_exception_handler(invalidity, invalid)
    api.add_exception_handler(HttpError, of_http)


_NOBODY = HttpRequest()

_HTTP: dict[int, tuple[str, Callable[[], str]]] = {
    400: ("not_json", lambda: _("The body is not JSON.")),
    401: ("signed_out", lambda: _("Send a valid token, or sign in.")),
    403: ("not_allowed", lambda: _("Neither your role nor your token opens this.")),
}


def _wrong(error: object) -> tuple[tuple[str, str], ...]:
    if isinstance(error, NotValid):
        return error.wrong
    if isinstance(error, ValidationError):
        # places and rules only: what was sent is not repeated
        return tuple((".".join(map(str, one["loc"])), str(one["msg"])) for one in error.errors)
    return ()

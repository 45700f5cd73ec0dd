"""What does a person read when something did not work: what happened, what is safe, what to do?

Django calls some of these with more than they need; those arguments are marked.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pipeline.errors import Conflict, SonorelayError, Unavailable
from web.permissions import wants_json


class TellFailures:
    """Turn an error of ours into a page, with the status that fits who must act."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep the next step."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass on; errors come back through `process_exception`."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """Answer 409 to a Conflict, 503 to Unavailable; everything else is a bug and stays one."""
        if isinstance(error, Conflict):
            return tell_conflict(request, error)
        if isinstance(error, Unavailable):
            return _page(request, 503, _("Something does not answer"), said(error))
        return None


def tell_conflict(request: HttpRequest, error: Conflict, kept_text: str = "") -> HttpResponseBase:
    """Say that somebody was faster or the page is out of date, and give the person's own text back."""
    if wants_json(request):
        return JsonResponse({"code": error.code, "text": said(error)}, status=409)
    return _page(request, 409, _("This did not go through"), said(error), kept_text=kept_text)


def said(error: SonorelayError) -> str:
    """Return the error's sentence in the reader's language."""
    return error.text.say(get_language() or "en")


def not_found(request: HttpRequest, exception: object = None) -> HttpResponse:  # noqa: ARG001
    """Answer 404; the same whether it does not exist or is out of the person's scope."""
    return _page(
        request,
        404,
        _("This page does not exist"),
        _("The address leads nowhere, or to something outside your projects."),
    )


def forbidden(request: HttpRequest, exception: object = None) -> HttpResponse:  # noqa: ARG001
    """Answer 403."""
    return _page(
        request,
        403,
        _("This page is not part of your role"),
        _("Your account is signed in, but its role does not open this page. Ask your administrator if it should."),
    )


def broken(request: HttpRequest) -> HttpResponse:
    """Answer 500, without touching the catalogue, which may be what broke."""
    return _page(
        request,
        500,
        _("Something failed on our side"),
        _("What was saved before is safe. Go back and try again; tell your administrator if it happens twice."),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """Answer 403 to a form that is too old or comes from elsewhere."""
    return _page(
        request,
        403,
        _("The form was too old"),
        _("Nothing was changed. Go back, load the page again and send the form once more."),
    )


def locked_out(request: HttpRequest, response: object = None, credentials: Any = None) -> HttpResponse:  # noqa: ARG001
    """Answer 429 after too many wrong passwords."""
    return _page(
        request,
        429,
        _("Too many wrong passwords"),
        _(
            "This account is closed for 15 minutes from here; nothing else happened. "
            "Then try again, or ask your administrator for a new password."
        ),
    )


def _page(request: HttpRequest, status: int, title: str, text: str, **more: object) -> HttpResponse:
    context = {"title": title, "text": text, "status": status, **more}
    if getattr(request, "htmx", False) or wants_json(request) or request.path.startswith("/api/"):
        return JsonResponse({"code": str(status), "text": text}, status=status)
    return render(request, "failure.html", context, status=status)

"""How does an owner take a whole project along by the browser?"""

import threading
from collections.abc import Callable, Iterator

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from storage.catalogue import setup
from storage.catalogue.models import Event
from storage.documents.files import LANGUAGES
from storage.handover import taking
from storage.handover.exporting import Wanted
from storage.handover.taking import BundleState, Taking
from storage.objects.chosen import object_store
from supervision.roles import Action
from web.pages.handover import project_for, telling
from web.pages.objects import RANGE, defused, part_of
from web.permissions import person_of, requires

CHUNK = 256 * 1024


@requires(Action.EXPORT_PROJECT)
@require_POST
@telling
def ask(request: HttpRequest, code: str) -> HttpResponseBase:
    """Have a bundle made ready; its small files are made meanwhile, and the page says when it can be taken."""
    found, sent = project_for(request, code, Action.EXPORT_PROJECT), request.POST
    passphrase, originals = sent.get("passphrase", ""), sent.get("originals") == "1"
    language = sent.get("language", "en")
    wrong = ""
    if passphrase != sent.get("again", ""):
        wrong = _("Nothing was made: the two passphrases are not the same.")
    elif originals and not passphrase:
        wrong = _("Nothing was made: originals go only with keys, and keys only with a passphrase.")
    elif language not in LANGUAGES:
        raise Http404
    if wrong:
        messages.error(request, wrong)
        return redirect("handover", code)
    wanted = Wanted(found.code, person_of(request), language, originals, passphrase or None)
    beside(taking.ask(wanted, object_store(), timezone.now()))
    messages.success(request, _("The bundle is being made ready. This page says when it can be taken."))
    return redirect("handover", code)


@requires(Action.EXPORT_PROJECT)
@require_POST
@telling
def discard(request: HttpRequest, code: str) -> HttpResponseBase:
    """Remove a bundle that was made ready."""
    found = project_for(request, code, Action.EXPORT_PROJECT)
    one = taking.of_project(found.code, timezone.now())
    if one is not None:
        taking.discard(one)
        messages.success(request, _("What was made ready is removed."))
    return redirect("handover", code)


@requires(Action.EXPORT_PROJECT)
@require_safe
def take(request: HttpRequest, code: str) -> HttpResponseBase:
    """Give the bundle, or the rest of it where a download broke off; every download that begins is noted."""
    found = project_for(request, code, Action.EXPORT_PROJECT)
    one = taking.of_project(found.code, timezone.now())
    if one is None or one.state is not BundleState.READY:
        raise Http404
    return given(request, one)


def given(request: HttpRequest, one: Taking) -> HttpResponseBase:
    """Answer with a bundle: 200, 206 for a part of it, 416 beyond its end."""
    first, last, status = 0, one.size - 1, 200
    wanted = RANGE.match(request.headers.get("Range", ""))
    if wanted and request.headers.get("If-Range", _tag(one)) == _tag(one):
        part = part_of(wanted.group(1), wanted.group(2), one.size)
        if part is None:
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{one.size}"})
        (first, last), status = part, 206
    response: HttpResponseBase = HttpResponse(status=status)
    if request.method == "GET":
        person, now = person_of(request), timezone.now()
        if first == 0:
            facts = {"project": one.project, "originals": one.originals}
            Event.objects.create(at=now, what="bundle_taken", person=person, facts=facts)
        pieces = taking.pieces(one, person, object_store(), now, first)
        response = StreamingHttpResponse(_gathered(pieces, last - first + 1), status=status)
    if status == 206:
        response["Content-Range"] = f"bytes {first}-{last}/{one.size}"
    response = defused(response)
    response["Content-Type"], response["Content-Length"] = "application/zip", str(last - first + 1)
    response["Content-Disposition"] = f'attachment; filename="{one.name}"'
    response["Accept-Ranges"], response["ETag"] = "bytes", _tag(one)
    response["Cache-Control"] = "private, no-store"
    return response


def beside(work: Callable[[], None]) -> None:
    """Do work while requests are answered; should this process die, the bundle says that it was interrupted."""

    def done() -> None:
        try:
            work()
        finally:
            setup.close_connections()

    threading.Thread(target=done, name="bundle", daemon=True).start()


def _gathered(pieces: Iterator[bytes], length: int) -> Iterator[bytes]:
    """Give so many bytes, in pieces that are worth sending."""
    held = bytearray()
    for piece in pieces:
        held += piece[: length - len(held)]
        if len(held) >= CHUNK or len(held) == length:
            yield bytes(held)
            length -= len(held)
            held.clear()
        if not length:
            return


def _tag(one: Taking) -> str:
    return f'"{one.mark}"'

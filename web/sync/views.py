"""What do headquarters answer a field box, in HTTP?

Every address wants a token of somebody who may exchange, and the name of the field box in `Sonorelay-Side`. Records
travel as JSON in gzip, objects as bytes: sent on from the byte that HEAD names, fetched with a Range.
"""

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import wraps
from typing import Any, TypeGuard
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from storage.objects import Area
from storage.objects.area import is_digest
from storage.objects.chosen import object_store
from storage.room import refuse_when_full
from storage.sync.link import PROTOCOL
from storage.sync.parts import WrongPlace
from storage.sync.serving import MOST_RECORDS, Serving
from storage.sync.sides import NoFieldBox
from supervision.roles import Action
from web.body import Body, one_of_few
from web.permissions import person_of
from web.refusals import Refused, not_there, telling
from web.senders import sent_by

SIDE, OFFSET, LENGTH = "Sonorelay-Side", "Upload-Offset", "Upload-Length"
LARGEST_MESSAGE = 16 * 1024 * 1024
LARGEST_RECORDS = 64 * 1024 * 1024
LARGEST_OBJECT = 2**50
MOST_DIGITS = 18
CHUNK = 64 * 1024

Answering = Callable[..., HttpResponseBase]


def for_field_boxes(*methods: str) -> Callable[[Answering], Answering]:
    """Open a view, in these methods, to field boxes; it is given whom it serves."""

    def declare(view: Answering) -> Answering:
        @sent_by(Action.SYNC, sessions=False)
        @telling
        @wraps(view)
        def answering(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            if request.method not in methods:
                allowed = {"Allow": ", ".join(methods)}
                raise Refused(405, "method", _("This address is not used in this way."), allowed)
            return view(request, _serving(request), **kwargs)

        return answering

    return declare


@for_field_boxes("POST")
def hello(request: HttpRequest, serving: Serving) -> HttpResponseBase:
    """Say who we are, and up to where we have what the field box knows."""
    said = _json(request)
    if said.get("protocol") != PROTOCOL:
        raise Refused(409, "protocol", _("The two installations speak different versions of the exchange."))
    waiting = said.get("waiting", {})
    if not isinstance(waiting, dict) or not all(map(_is_count, waiting.values())):
        raise _unreadable()
    told = {str(name)[:20]: count for name, count in waiting.items()}
    return _packed({"protocol": PROTOCOL} | asdict(serving.hello(told)))


@for_field_boxes("GET", "POST")
def records(request: HttpRequest, serving: Serving) -> HttpResponseBase:
    """Take records of the field box, or tell it what is new here."""
    if request.method == "GET":
        since, most = (_number(request.GET.get(name, "0")) for name in ("since", "most"))
        return _packed(asdict(serving.answer(since, most or MOST_RECORDS)))
    said = _json(request)
    entries, reached = said.get("entries"), said.get("reached")
    if not isinstance(entries, list) or len(entries) > MOST_RECORDS or not _is_count(reached):
        raise _unreadable()
    return _packed(asdict(serving.take([one for one in entries if isinstance(one, dict)], reached)))


@for_field_boxes("GET")
def lacking(_request: HttpRequest, serving: Serving) -> HttpResponseBase:
    """Say which of its objects are lacking here."""
    return _packed({"objects": [asdict(one) for one in serving.lacking()]})


@for_field_boxes("HEAD", "GET", "PATCH")
def one_object(request: HttpRequest, serving: Serving, area: str, digest: str) -> HttpResponseBase:
    """Say how much of an object is here (HEAD), take its next bytes (PATCH), or give it from a byte on (GET)."""
    if area not in set(Area) or not is_digest(digest):
        raise not_there()
    where = Area(area)
    if request.method == "HEAD":
        offset = serving.offset(where, digest)
        return HttpResponse(headers={} if offset is None else {OFFSET: str(offset)})
    if request.method == "PATCH":
        return _take(request, serving, where, digest)
    return _give(request, serving, where, digest)


def _take(request: HttpRequest, serving: Serving, area: Area, digest: str) -> HttpResponseBase:
    start, length = (_number(request.headers.get(name, "")) for name in (OFFSET, LENGTH))
    body = Body(request)
    if length > LARGEST_OBJECT or body.length is None or start + body.length > length:
        raise _unreadable()
    refuse_when_full(2 * (length - start))
    try:
        with one_of_few():
            came = serving.put(area, digest, start, length, body.chunks(body.length))
    except WrongPlace as wrong:
        raise Refused(409, "offset", _("It does not go on there."), {OFFSET: str(wrong.here)}) from None
    return _packed({"came": came.value})


def _give(request: HttpRequest, serving: Serving, area: Area, digest: str) -> HttpResponseBase:
    start = _number(request.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))
    opened = serving.get(area, digest)
    file, length = opened.__enter__()

    def pieces() -> Iterator[bytes]:
        try:
            file.seek(start)
            while piece := file.read(CHUNK):
                yield piece
        finally:
            opened.__exit__(None, None, None)

    answer = StreamingHttpResponse(pieces(), content_type="application/octet-stream")
    answer[LENGTH] = str(length)
    answer["Content-Length"] = str(max(0, length - start))
    return answer


def _serving(request: HttpRequest) -> Serving:
    try:
        return Serving(UUID(request.headers.get(SIDE, "")), person_of(request), object_store(), timezone.now())
    except (ValueError, NoFieldBox):
        raise _unreadable() from None


def _json(request: HttpRequest) -> dict[str, Any]:
    """Return what came, which is never unpacked beyond a limit."""
    body = Body(request)
    packed = b"".join(body.chunks(LARGEST_MESSAGE))
    if body.cut or body.over:
        raise _unreadable()
    try:
        unpacking = zlib.decompressobj(wbits=31)
        said = json.loads(unpacking.decompress(packed, LARGEST_RECORDS))
    except (zlib.error, ValueError):
        raise _unreadable() from None
    if unpacking.unconsumed_tail or not isinstance(said, dict):
        raise _unreadable()
    return said


def _packed(table: dict[str, Any]) -> HttpResponse:
    body = gzip.compress(json.dumps(table, default=str).encode(), 6)
    return HttpResponse(body, content_type="application/json", headers={"Content-Encoding": "gzip"})


def _number(said: str) -> int:
    if not (said.isascii() and said.isdecimal()) or len(said) > MOST_DIGITS:
        raise _unreadable()
    return int(said)


def _is_count(said: object) -> TypeGuard[int]:
    return type(said) is int and 0 <= said < 10**MOST_DIGITS


def _unreadable() -> Refused:
    return Refused(400, "not_understood", _("The request was not understood."))

"""How does the browser read a released object from the local folder? By a signed address, whole or in parts."""

import re
from collections.abc import Iterator

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from pipeline.errors import Unavailable
from storage.objects.chosen import object_store
from storage.objects.signed import Ticket, verify
from storage.settings import settings
from web.permissions import public

CHUNK = 256 * 1024
SHOWN_AS = frozenset({"image/jpeg", "image/png", "video/mp4"})
"""What the pipeline writes for people to look at; a browser runs none of it, not even as a picture with scripts."""
RANGE = re.compile(r"^bytes=(?!-$)(\d{0,18})-(\d{0,18})$")


@public
@require_safe
def stored(request: HttpRequest, area: str, digest: str) -> HttpResponseBase:
    """Answer 200, 206 for a part, 304 if the browser has it, 416 beyond the end; 404 without a valid signature."""
    here = settings()
    ticket = verify(here.signing_key(), area, digest, request.GET.dict(), timezone.now())
    if ticket is None or here.objects != "folder" or ticket.media_type not in SHOWN_AS:
        raise Http404
    if request.headers.get("If-None-Match") == f'"{ticket.digest}"':
        return _headers(HttpResponse(status=304), ticket)
    size = object_store().size(ticket.area, ticket.digest)
    if size is None:
        raise Unavailable("object_missing")
    first, last = 0, size - 1
    wanted = RANGE.match(request.headers.get("Range", ""))
    if wanted:
        part = part_of(wanted.group(1), wanted.group(2), size)
        if part is None:
            return _headers(HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"}), ticket)
        first, last = part
    body: HttpResponseBase = HttpResponse()
    if request.method == "GET":
        body = StreamingHttpResponse(_read(ticket, first, last - first + 1))
    if wanted:
        body.status_code = 206
        body["Content-Range"] = f"bytes {first}-{last}/{size}"
    body["Content-Length"] = str(last - first + 1)
    return _headers(body, ticket)


def part_of(first: str, last: str, size: int) -> tuple[int, int] | None:
    """Return first and last byte of a range (RFC 9110: '5-', '5-9', '-9'), None if it lies beyond the end."""
    if not first:
        length = min(int(last), size)
        return (size - length, size - 1) if length else None
    start, end = int(first), min(int(last), size - 1) if last else size - 1
    return (start, end) if start <= end and start < size else None


def _read(ticket: Ticket, first: int, length: int) -> Iterator[bytes]:
    with object_store().open(ticket.area, ticket.digest) as file:
        file.seek(first)
        while length > 0 and (chunk := file.read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk


def _headers(response: HttpResponseBase, ticket: Ticket) -> HttpResponseBase:
    response["Content-Type"] = ticket.media_type
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = f'"{ticket.digest}"'
    response["Cache-Control"] = "private, max-age=86400, immutable"
    return defused(response)


def defused(response: HttpResponseBase) -> HttpResponseBase:
    """Let a browser take bytes that came from outside for what we say they are, and for nothing that runs."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = "inline"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response

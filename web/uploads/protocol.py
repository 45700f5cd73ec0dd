"""What do the headers of tus 1.0.0 say, and what is answered where they do not fit?

https://tus.io/protocols/resumable-upload, with creation, creation-with-upload, termination, checksum and expiration.
"""

import base64
import binascii
from collections.abc import Callable
from functools import wraps

from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import http_date
from django.utils.translation import gettext as _

from storage.settings import settings
from storage.uploads import Busy, Checksum, Differs, Gone, TooMany, Upload
from web.refusals import AGAIN_SOON, Refused, not_there, telling

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,termination,checksum,expiration"
ALGORITHMS = {"sha1": 20, "sha256": 32}
PIECE = "application/offset+octet-stream"
MOST_DIGITS = 15


def tus(*methods: str) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Let a view answer these methods as the protocol wants it, whatever happens in it."""
    allowed = ("OPTIONS", *methods)

    def declare(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        spoken = telling(_spoken(view, allowed))

        @wraps(view)
        def answered(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            response = spoken(request, *args, **kwargs)
            response["Tus-Resumable"] = VERSION
            return response

        return answered

    return declare


def method_of(request: HttpRequest) -> str:
    """Return what is asked for; some networks let only POST through, and then a header says it."""
    instead = request.headers.get("X-HTTP-Method-Override", "") if request.method == "POST" else ""
    return instead.upper() or str(request.method)


def length_in(request: HttpRequest) -> int:
    """Return how long the upload will be."""
    length = _number(request, "Upload-Length")
    if length is None:
        raise Refused(400, "no_upload_length", _("Say how long the file is (Upload-Length)."))
    return length


def offset_in(request: HttpRequest) -> int:
    """Return where the piece begins that is sent."""
    offset = _number(request, "Upload-Offset")
    if offset is None:
        raise Refused(400, "no_upload_offset", _("Say where this piece begins (Upload-Offset)."))
    return offset


def has_piece(request: HttpRequest) -> bool:
    """Tell whether bytes of the file come with the request."""
    return request.content_type == PIECE


def checksum_in(request: HttpRequest) -> Checksum | None:
    """Return what the piece must come to, None where that is not said."""
    said = request.headers.get("Upload-Checksum")
    if said is None:
        return None
    algorithm, _space, encoded = said.partition(" ")
    try:
        digest = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != ALGORITHMS.get(algorithm, -1):
        raise Refused(400, "checksum_unknown", _("The checksum is not one of those that are known here."))
    return Checksum(algorithm, digest)


def state_of(upload: Upload, response: HttpResponse) -> HttpResponse:
    """Say how far an upload is, and until when it can be gone on with."""
    response["Upload-Offset"] = str(upload.offset)
    response["Upload-Expires"] = http_date(upload.expires.timestamp())
    if upload.arrivals is not None:
        response["Sonorelay-Arrivals"] = ", ".join(map(str, upload.arrivals))
    return response


def _spoken(view: Callable[..., HttpResponseBase], allowed: tuple[str, ...]) -> Callable[..., HttpResponseBase]:
    def spoken(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        method = method_of(request)
        if method not in allowed:
            raise Refused(405, "method", _("This address is not used in this way."), {"Allow": ", ".join(allowed)})
        if method == "OPTIONS":
            return _offered()
        if method != "GET" and request.headers.get("Tus-Resumable") != VERSION:
            raise Refused(412, "version", _("Only tus 1.0.0 is spoken here."), {"Tus-Version": VERSION})
        try:
            return view(request, *args, **kwargs)
        except Busy:
            text = _("This file is being written by another connection; it goes on when that ends.")
            raise Refused(423, "busy", text, AGAIN_SOON) from None
        except Differs:
            raise Refused(460, "checksum", _("The piece was damaged on its way and is not kept.")) from None
        except TooMany:
            raise Refused(429, "too_many", _("Too many uploads are unfinished; end or discard some.")) from None
        except (Gone, ObjectDoesNotExist):
            raise not_there() from None

    return spoken


def _offered() -> HttpResponse:
    response = HttpResponse(status=204)
    response["Tus-Version"] = VERSION
    response["Tus-Extension"] = EXTENSIONS
    response["Tus-Max-Size"] = str(largest())
    response["Tus-Checksum-Algorithm"] = ",".join(ALGORITHMS)
    return response


def largest() -> int:
    """Return how many bytes a file may have."""
    return settings().upload_limit_mb * 1024 * 1024


def _number(request: HttpRequest, header: str) -> int | None:
    said = request.headers.get(header, "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) <= MOST_DIGITS else None

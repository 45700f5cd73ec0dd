"""How is the body of a request read as it comes, whatever its size, and what if the link goes silent?"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest

AT_A_TIME = 8 * 1024
"""A read waits until it is full; on a link that is cut every few kilobytes a larger one would never be kept."""
SECONDS_OF_SILENCE = 20.0
MOST_AT_ONCE = 8

_taking = threading.BoundedSemaphore(MOST_AT_ONCE)


class Crowded(Exception):
    """So many send at once that others could not be served any more."""


class NoLength(Exception):
    """It is not said how long the body is, and the server cannot see its end."""


class Body:
    """The bytes of one request. cut: it ended before its end; over: more came than was asked for."""

    def __init__(self, request: HttpRequest) -> None:
        """Find where the bytes come from; NoLength."""
        if not isinstance(request, WSGIRequest):
            raise NoLength
        environ = request.environ
        self.length: int | None = _length(environ.get("CONTENT_LENGTH") or "0")
        if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
            self.length = None
            if not environ.get("wsgi.input_terminated"):
                raise NoLength
        if (connection := environ.get("gunicorn.socket")) is not None:
            connection.settimeout(SECONDS_OF_SILENCE)  # a link that died in silence must not be waited for for ever
        self._read: Callable[[int], bytes] = environ["wsgi.input"].read
        self.came = 0
        self.cut = False
        self.over = False

    def chunks(self, most: int) -> Iterator[bytes]:
        """Give the bytes until they end, the link breaks, or more than `most` came; what is beyond is not given."""
        while True:
            wanted = AT_A_TIME if self.length is None else min(AT_A_TIME, self.length - self.came)
            chunk = self._next(wanted) if wanted else b""
            if not chunk:
                self.cut = self.cut or (self.length is not None and self.came < self.length)
                return
            left = most - self.came
            self.came += len(chunk)
            if len(chunk) > left:
                self.over = True
                if left > 0:
                    yield chunk[:left]
                return
            yield chunk

    def _next(self, wanted: int) -> bytes:
        try:
            return self._read(wanted)
        except OSError:  # also what the server raises for a chunk that is none
            self.cut = True
            return b""


@contextmanager
def one_of_few() -> Iterator[None]:
    """Be one of the few who send at the same time, so that pages are still served; Crowded."""
    if not _taking.acquire(blocking=False):
        raise Crowded
    try:
        yield
    finally:
        _taking.release()


def _length(said: str) -> int:
    if not (said.isascii() and said.isdecimal()):
        raise NoLength
    return int(said)

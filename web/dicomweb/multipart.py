"""Which parts does a multipart body hold (RFC 2046), read as it comes, in memory that does not grow with it?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import Message

LONGEST_BOUNDARY = 70
LARGEST_HEAD = 16 * 1024
MOST_PARTS = 10_000
_LINE = b"\r\n"


class NotMultipart(ValueError):
    """The body is not what its Content-Type says, or it ends before its end."""


class TooManyParts(ValueError):
    """The body has more parts than are taken in one request."""


@dataclass(frozen=True)
class Part:
    """One part: its media type in small letters, empty where it says none, and its bytes, which must be read in order.

    What is not read of it is skipped when the next part is asked for.
    """

    media_type: str
    chunks: Iterator[bytes]


def boundary_in(content_type: str) -> tuple[str, str, bytes]:
    """Return media type, parameter `type` and boundary of a header Content-Type. NotMultipart without a boundary."""
    message = Message()
    message["Content-Type"] = content_type
    boundary = message.get_param("boundary", "")
    related = message.get_param("type", "")
    if not isinstance(boundary, str) or not isinstance(related, str):  # RFC 2231: nobody writes a boundary so
        raise NotMultipart
    if not 0 < len(boundary) <= LONGEST_BOUNDARY or not boundary.isascii() or not boundary.isprintable():
        raise NotMultipart
    return message.get_content_type(), related.lower(), boundary.encode("ascii")


def parts_of(chunks: Iterable[bytes], boundary: bytes) -> Iterator[Part]:
    """Give the parts one after the other.

    NotMultipart: no boundary at all, a head that is none, or no end; what came before is given all the same.
    TooManyParts.
    """
    stream = _Stream(chunks, _LINE + b"--" + boundary)
    stream.skip()  # what stands before the first boundary is for nobody
    count = 0
    while stream.begins_part():
        count += 1
        if count > MOST_PARTS:
            raise TooManyParts
        yield Part(_media_type(stream.head()), stream.content())
        stream.skip()


def _media_type(head: bytes) -> str:
    message = Message()
    for line in head.split(_LINE):
        name, colon, value = line.partition(b":")
        if not colon:
            raise NotMultipart
        if name.strip().lower() == b"content-type":
            message["Content-Type"] = value.strip().decode("latin-1")
            return message.get_content_type()
    return ""


class _Stream:
    """The bytes that came and were not given yet; `delimiter` begins with the line break before it."""

    def __init__(self, chunks: Iterable[bytes], delimiter: bytes) -> None:
        self._chunks = iter(chunks)
        self._delimiter = delimiter
        self._held = _LINE  # the first boundary may stand at the very beginning
        self._inside = True  # before a boundary: in what stands before the first, or in a part

    def content(self) -> Iterator[bytes]:
        """Give what comes before the next boundary, without the line break that belongs to it."""
        while self._inside:
            found = self._held.find(self._delimiter)
            if found >= 0:
                given, self._held = self._held[:found], self._held[found + len(self._delimiter) :]
                self._inside = False
            else:
                # the end of what is held may be the beginning of a boundary
                certain = max(0, len(self._held) - len(self._delimiter) + 1)
                given, self._held = self._held[:certain], self._held[certain:]
                if not given:
                    self._more()
            if given:
                yield given

    def skip(self) -> None:
        """Go on behind the next boundary."""
        for _ in self.content():
            pass

    def begins_part(self) -> bool:
        """Tell whether a part follows the boundary; nothing does behind the last one."""
        while len(self._held) < 2:
            self._more()
        if self._held.startswith(b"--"):
            return False
        while (end := self._held.find(_LINE)) < 0 and len(self._held) < LARGEST_HEAD:
            self._more()
        if end < 0 or self._held[:end].strip(b" \t"):  # white space may stand behind a boundary, nothing else
            raise NotMultipart
        self._held = self._held[end:]
        return True

    def head(self) -> bytes:
        """Return the lines before the empty one; what is held begins with a line break."""
        while (end := self._held.find(_LINE + _LINE)) < 0:
            if len(self._held) > LARGEST_HEAD:
                raise NotMultipart
            self._more()
        if end > LARGEST_HEAD:
            raise NotMultipart
        head = self._held[2:end] if end else b""
        self._held = self._held[end + 2 :]  # the empty line's break stays: a boundary may follow at once
        self._drop_break()
        self._inside = True
        return head or b"X-None:"

    def _drop_break(self) -> None:
        """Let go of the line break before the content, unless the content is empty and it belongs to the boundary."""
        while len(self._held) < len(self._delimiter) and self._delimiter.startswith(self._held):
            self._more()
        if not self._held.startswith(self._delimiter):
            self._held = self._held[len(_LINE) :]

    def _more(self) -> None:
        chunk = next(self._chunks, b"")
        if not chunk:
            raise NotMultipart
        self._held += chunk

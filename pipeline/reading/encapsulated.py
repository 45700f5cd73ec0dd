"""Where in a DICOM file do the code streams of its frames stand, and are they all there?"""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from pipeline.errors import TooLarge, Undecodable
from pipeline.reading.limits import MOST_FRAGMENTS

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_ITEM = b"\xfe\xff\x00\xe0"
_END = b"\xfe\xff\xdd\xe0"
_BEGINNINGS = (b"\xff\xd8\xff", b"\xff\x4f\xff\x51")  # JPEG and JPEG-LS; JPEG 2000

Span = tuple[int, int]  # first byte and length in the stream


@dataclass(frozen=True)
class Fragments:
    """The items of an encapsulated pixel element (PS3.5 A.4) and its basic offset table."""

    spans: tuple[Span, ...]
    offsets: tuple[int, ...]


def fragments_of(stream: BinaryIO, start: int) -> Fragments:
    """Walk the items from `start` without reading them.

    Raises Undecodable: `truncated` when the file ends first, `damaged` when something else stands in their place.
    """
    size = stream.seek(0, 2)
    spans: list[Span] = []
    position = start
    while True:
        stream.seek(position)
        head = stream.read(8)
        if head[:4] == _END:
            break
        if len(head) < 8:
            raise Undecodable("truncated")
        if head[:4] != _ITEM:
            raise Undecodable("damaged")
        length = int.from_bytes(head[4:], "little")
        if position + 8 + length > size:
            raise Undecodable("truncated")
        spans.append((position + 8, length))
        position += 8 + length
        if len(spans) > MOST_FRAGMENTS:
            raise TooLarge("too_large")
    if not spans:
        raise Undecodable("damaged")
    return Fragments(tuple(spans[1:]), _offset_table(stream, spans[0]))


def frames_of(fragments: Fragments, stream: BinaryIO, claimed: int) -> tuple[tuple[Span, ...], ...]:
    """Group the fragments by frame: one each, all in one, by the offset table, or where a code stream begins."""
    spans = fragments.spans
    if len(spans) == claimed:
        return tuple((span,) for span in spans)
    if not spans:
        return ()
    starts = {start - 8 - (spans[0][0] - 8) for start, _ in spans}
    if len(fragments.offsets) > 1 and set(fragments.offsets) <= starts:
        begins = [start - spans[0][0] in fragments.offsets for start, _ in spans]
    else:
        begins = [_begins_a_frame(stream, span) for span in spans]
        if not any(begins):
            begins = [claimed != 1 or i == 0 for i in range(len(spans))]
    groups: list[list[Span]] = []
    for span, is_first in zip(spans, begins, strict=True):
        if is_first or not groups:
            groups.append([])
        groups[-1].append(span)
    return tuple(tuple(group) for group in groups)


def read_spans(stream: BinaryIO, spans: tuple[Span, ...]) -> bytes:
    """Return the bytes of one frame."""
    parts = []
    for start, length in spans:
        stream.seek(start)
        parts.append(stream.read(length))
    return parts[0] if len(parts) == 1 else b"".join(parts)


class Joined(io.RawIOBase):
    """The fragments of a video as one seekable stream, without copying them together."""

    def __init__(self, stream: BinaryIO, spans: tuple[Span, ...]) -> None:
        """Lay the spans of `stream` end to end."""
        super().__init__()
        self._stream = stream
        self._spans = spans
        self._size = sum(length for _, length in spans)
        self._position = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move and return the new position."""
        base = (0, self._position, self._size)[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Fill `buffer` from the span at the position."""
        view = memoryview(buffer)
        before = 0
        for start, length in self._spans:
            if self._position < before + length:
                inside = self._position - before
                self._stream.seek(start + inside)
                data = self._stream.read(min(len(view), length - inside))
                view[: len(data)] = data
                self._position += len(data)
                return len(data)
            before += length
        return 0


def _offset_table(stream: BinaryIO, span: Span) -> tuple[int, ...]:
    start, length = span
    if length % 4 or length > 4 * MOST_FRAGMENTS:
        return ()
    stream.seek(start)
    table = stream.read(length)
    return tuple(int.from_bytes(table[i : i + 4], "little") for i in range(0, length, 4))


def _begins_a_frame(stream: BinaryIO, span: Span) -> bool:
    stream.seek(span[0])
    return stream.read(4).startswith(_BEGINNINGS)

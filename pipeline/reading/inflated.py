"""What does a deflated data set hold, inflated only as far as it is read?"""

import io
import zlib
from typing import TYPE_CHECKING, BinaryIO

from pipeline.errors import TooLarge
from pipeline.reading.limits import MOST_INFLATED

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_CHUNK = 1 << 20


class Inflated(io.RawIOBase):
    """The rest of a file as a seekable stream; reading raises TooLarge beyond 384 MiB.

    A header that asks for too much is refused before the pixels behind it are inflated.
    """

    def __init__(self, file: BinaryIO) -> None:
        """Begin at the position of `file`."""
        super().__init__()
        self._file = file
        self._engine = zlib.decompressobj(-zlib.MAX_WBITS)
        self._known = bytearray()
        self._position = 0
        self._is_complete = False

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move and return the new position; seeking from the end inflates everything."""
        if whence == 2:
            self._inflate(None)
        base = (0, self._position, len(self._known))[whence]
        self._position = max(0, base + offset)
        return self._position

    def read(self, size: int | None = -1, /) -> bytes:
        """Return up to `size` bytes, fewer at the end only."""
        end = None if size is None or size < 0 else self._position + size
        self._inflate(end)
        with memoryview(self._known) as known:
            data = bytes(known[self._position : end])
        self._position += len(data)
        return data

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Fill `buffer`."""
        view = memoryview(buffer)
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def _inflate(self, end: int | None) -> None:
        while not self._is_complete and (end is None or len(self._known) < end):
            raw = self._engine.unconsumed_tail or self._file.read(_CHUNK)
            part = self._engine.decompress(raw, _CHUNK)
            self._is_complete = self._engine.eof or not (raw or part)
            self._known += part
            if len(self._known) > MOST_INFLATED:
                raise TooLarge("too_large")

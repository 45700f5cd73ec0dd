"""How does a ZIP leave of which any part can be asked for again, and which lies nowhere?

How long everything is that goes into it is known before, so every byte has its place before the first one is sent: a
download that broke goes on where it was. Entries are stored as they are (ZIP64, PKWARE APPNOTE 6.3); the checksum of
each follows it, as its bytes are read once.
"""

import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

NEWER, UTF8_AND_CHECKSUM_BEHIND, STORED, UNIX_FILE = 45, 0x0808, 0, (3 << 8) | 45
PRIVATE = 0o600 << 16
LARGE, LATER = 0xFFFFFFFF, 0xFFFF
_LOCAL = struct.Struct("<4s5H3I2H")
_SIZES = struct.Struct("<2H2Q")
_BEHIND = struct.Struct("<4sI2Q")
_LISTED = struct.Struct("<4s6H3I5H2I")
_PLACED = struct.Struct("<2H3Q")
_END64 = struct.Struct("<4sQ2H2I4Q")
_LOCATOR = struct.Struct("<4sIQI")
_END = struct.Struct("<4s4H2IH")
_ROOM = struct.Struct("<2H")
SPARE_ROOM = 0x5352
"""By which number an entry's room that was not needed is known; readers of ZIP pass over what they do not know."""


@dataclass(frozen=True)
class Entry:
    """A file of the archive: its name, how long it is, and its bytes, the same whenever they are asked for.

    up_to: its length is not known before; it will not be longer than this.
    """

    name: str
    size: int
    pieces: Callable[[], Iterator[bytes]]
    checksum: Callable[[], int]
    up_to: bool = False

    @property
    def takes(self) -> int:
        """How many bytes of the archive it takes with all that belongs to it."""
        return _LOCAL.size + len(self.name.encode()) + _SIZES.size + _ROOM.size + self.size + _BEHIND.size


def size_of(entries: Sequence[Entry]) -> int:
    """Return how long the archive is."""
    listed = sum(_LISTED.size + len(one.name.encode()) + _PLACED.size for one in entries)
    return sum(one.takes for one in entries) + listed + _END64.size + _LOCATOR.size + _END.size


def stream(entries: Sequence[Entry], at: datetime, first: int = 0) -> Iterator[bytes]:
    """Yield the archive from its byte number `first` on; entries that lie before it are not read."""
    place, moment = 0, _moment(at)
    for one in entries:
        if place + one.takes > first:
            yield from _from(first - place, _entry(one, moment))
        place += one.takes
    yield from _from(first - place, _listing(entries, moment))


def _entry(one: Entry, moment: tuple[int, int]) -> Iterator[bytes]:
    """Give an entry; what it needs less than was kept free for it stands before it, as room."""
    name = one.name.encode()
    if not one.up_to:
        yield _head(name, one.size, 0, moment)
        yield from one.pieces()
        yield _BEHIND.pack(b"PK\x07\x08", one.checksum(), one.size, one.size)
        return
    whole = b"".join(one.pieces())
    if len(whole) > one.size:
        raise ValueError(one.name)
    yield _head(name, len(whole), one.size - len(whole), moment)
    yield whole
    yield _BEHIND.pack(b"PK\x07\x08", zlib.crc32(whole), len(whole), len(whole))


def _head(name: bytes, size: int, spare: int, moment: tuple[int, int]) -> bytes:
    extra = _SIZES.pack(1, 16, size, size) + _ROOM.pack(SPARE_ROOM, spare) + bytes(spare)
    return (
        _LOCAL.pack(
            *(b"PK\x03\x04", NEWER, UTF8_AND_CHECKSUM_BEHIND, STORED, *moment, 0, LARGE, LARGE, len(name), len(extra))
        )
        + name
        + extra
    )


def _listing(entries: Sequence[Entry], moment: tuple[int, int]) -> Iterator[bytes]:
    """Give the list of all entries with their places, and where that list is."""
    start, length = 0, 0
    for one in entries:
        size = len(b"".join(one.pieces())) if one.up_to else one.size
        name, placed = one.name.encode(), _PLACED.pack(1, 24, size, size, start)
        line = _LISTED.pack(
            *(b"PK\x01\x02", UNIX_FILE, NEWER, UTF8_AND_CHECKSUM_BEHIND, STORED, *moment, one.checksum()),
            *(LARGE, LARGE, len(name), len(placed), 0, 0, 0, PRIVATE, LARGE),
        )
        yield line + name + placed
        start += one.takes
        length += len(line) + len(name) + len(placed)
    count = len(entries)
    yield _END64.pack(b"PK\x06\x06", _END64.size - 12, UNIX_FILE, NEWER, 0, 0, count, count, length, start)
    yield _LOCATOR.pack(b"PK\x06\x07", 0, start + length, 1)
    yield _END.pack(b"PK\x05\x06", 0, 0, LATER, LATER, LARGE, LARGE, 0)


def _from(skip: int, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Leave the first bytes out."""
    for piece in pieces:
        if skip < len(piece):
            yield piece[max(skip, 0) :]
        skip -= len(piece)


def _moment(at: datetime) -> tuple[int, int]:
    """Return time and day as DOS wrote them: to two seconds, from 1980."""
    at = at.astimezone(UTC)
    return at.hour << 11 | at.minute << 5 | at.second // 2, (at.year - 1980) << 9 | at.month << 5 | at.day

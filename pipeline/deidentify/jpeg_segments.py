"""Which blocks is a baseline JPEG made of, and does it hold anything but its picture?"""

from dataclasses import dataclass

_SOI, _EOI, _SOS, _DQT, _DHT, _DRI = 0xD8, 0xD9, 0xDA, 0xDB, 0xC4, 0xDD
_APP0, _APP14 = 0xE0, 0xEE
_HUFFMAN_SEQUENTIAL = (0xC0, 0xC1)
_FRAME_HEADERS = frozenset({*range(0xC0, 0xD0)}) - {0xC4, 0xC8, 0xCC}
_JFIF = b"JFIF\0\1\1"
# zigzag position of each coefficient in natural order (ITU-T T.81 figure A.6)
_ZIGZAG = (
    0, 1, 5, 6, 14, 15, 27, 28, 2, 4, 7, 13, 16, 26, 29, 42, 3, 8, 12, 17, 25, 30, 41, 43, 9, 11, 18, 24, 31, 40, 44,
    53, 10, 19, 23, 32, 39, 45, 52, 54, 20, 22, 33, 38, 46, 51, 55, 60, 21, 34, 37, 47, 50, 56, 59, 61, 35, 36, 48, 49,
    57, 58, 62, 63,
)  # fmt: skip


class Unblankable(ValueError):
    """A JPEG whose blocks cannot be blanked one by one: progressive, arithmetic, 12 bit, odd sampling or damaged."""


@dataclass(frozen=True)
class Component:
    """A plane of a JPEG: how many picture columns and rows a sample of it spans, its quantisers in natural order."""

    across: int
    down: int
    quantisers: tuple[int, ...]


@dataclass(frozen=True)
class Geometry:
    """The planes of a baseline JPEG. is_rgb: they are red, green and blue, not luminance and colour difference."""

    rows: int
    columns: int
    components: tuple[Component, ...]
    is_rgb: bool

    @property
    def form(self) -> tuple[object, ...]:
        """Return colours and sampling: what all frames of a file share."""
        return (self.is_rgb, *((part.across, part.down) for part in self.components))

    @property
    def margin(self) -> int:
        """Return how far from the outline, in pixels, a block that it crosses can reach."""
        return 8 * max(max(part.across, part.down) for part in self.components)


def geometry_of(jpeg: bytes) -> Geometry:
    """Read the headers up to the first scan; raises Unblankable for all but one 8 bit Huffman scan of all planes."""
    tables: dict[int, tuple[int, ...]] = {}
    frame, adobe, is_jfif = b"", None, False
    for marker, body in _segments(jpeg):
        if marker == _DQT:
            tables |= _quantisers(body)
        elif marker in _FRAME_HEADERS:
            if marker not in _HUFFMAN_SEQUENTIAL or frame:
                raise Unblankable("not one sequential Huffman frame")
            frame = body
        elif marker == _APP0 and body.startswith(b"JFIF\0"):
            is_jfif = True
        elif marker == _APP14 and body.startswith(b"Adobe") and len(body) >= 12:
            adobe = body[11]
        elif marker == _SOS:
            if not frame or not body or body[0] != frame[5]:
                raise Unblankable("not one scan of all planes")
            return _geometry(frame, tables, adobe, is_jfif=is_jfif)
    raise Unblankable("no scan")


def without_density(jpeg: bytes) -> bytes:
    """Return the JPEG with the density of its JFIF segment, which the transform takes along, set to none."""
    if jpeg[2:4] != b"\xff\xe0" or jpeg[6:11] != b"JFIF\0":
        return jpeg
    return jpeg[:11] + b"\1\1\0\0\1\0\1" + jpeg[18:]


def check_bare(jpeg: bytes) -> None:
    """Raise Unblankable where the JPEG holds a segment that no decoder needs, or ends otherwise than with EOI."""
    for marker, body in _segments(jpeg):
        is_needed = marker in (_DQT, _DHT, _DRI, _SOS, *_HUFFMAN_SEQUENTIAL)
        is_jfif = marker == _APP0 and body == _JFIF + b"\0\0\1\0\1\0\0"
        is_adobe = marker == _APP14 and body[:11] == b"Adobe\0\x64\0\0\0\0" and len(body) == 12
        if not (is_needed or is_jfif or is_adobe):
            raise Unblankable("a segment too many")
    if jpeg[-2:] != bytes((0xFF, _EOI)):
        raise Unblankable("no end")


def _segments(jpeg: bytes) -> list[tuple[int, bytes]]:
    """Return marker and content of every segment up to the first scan header, which is the last of them."""
    if jpeg[:2] != bytes((0xFF, _SOI)):
        raise Unblankable("not a JPEG")
    found: list[tuple[int, bytes]] = []
    position = 2
    while not found or found[-1][0] != _SOS:
        if position + 4 > len(jpeg) or jpeg[position] != 0xFF:
            raise Unblankable("damaged")
        marker = jpeg[position + 1]
        if marker == 0xFF:  # fill byte
            position += 1
            continue
        length = int.from_bytes(jpeg[position + 2 : position + 4], "big")
        body = jpeg[position + 4 : position + 2 + length]
        if len(body) != length - 2:
            raise Unblankable("damaged")
        found.append((marker, body))
        position += 2 + length
    return found


def _quantisers(body: bytes) -> dict[int, tuple[int, ...]]:
    tables, position = {}, 0
    while position < len(body):
        wide, number = body[position] >> 4, body[position] & 15
        raw = body[position + 1 : position + 1 + 64 * (wide + 1)]
        if wide > 1 or len(raw) != 64 * (wide + 1):
            raise Unblankable("damaged")
        step = wide + 1
        tables[number] = tuple(int.from_bytes(raw[at * step : at * step + step], "big") for at in _ZIGZAG)
        position += 1 + len(raw)
    return tables


def _geometry(frame: bytes, tables: dict[int, tuple[int, ...]], adobe: int | None, *, is_jfif: bool) -> Geometry:
    if len(frame) < 6 or frame[0] != 8 or frame[5] not in (1, 3) or len(frame) != 6 + 3 * frame[5]:
        raise Unblankable("not 8 bit of one or three planes")
    rows, columns = int.from_bytes(frame[1:3], "big"), int.from_bytes(frame[3:5], "big")
    parts = [(frame[at], frame[at + 1] >> 4, frame[at + 1] & 15, frame[at + 2]) for at in range(6, len(frame), 3)]
    most_across, most_down = max(part[1] for part in parts), max(part[2] for part in parts)
    components = []
    for _, across, down, table in parts:
        if not across or not down or most_across % across or most_down % down or table not in tables:
            raise Unblankable("odd sampling")
        # a DC of -1024 or a little less must be black without leaving the range of the decoders
        if min(tables[table]) < 1 or max(tables[table]) > 2000:
            raise Unblankable("odd quantisers")
        components.append(Component(most_across // across, most_down // down, tables[table]))
    if not rows or not columns:
        raise Unblankable("no size")
    names = bytes(part[0] for part in parts)
    is_rgb = len(parts) == 3 and not is_jfif and (names == b"RGB" if adobe is None else adobe == 0)
    return Geometry(rows, columns, tuple(components), is_rgb)

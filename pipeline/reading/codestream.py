"""Which size and colours does a compressed frame itself state, whatever the header says?"""

from dataclasses import dataclass

from pipeline.errors import Undecodable

_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xDA)})
_FRAME_HEADERS = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True)
class Stated:
    """What a code stream states. process: the JPEG marker of its kind (0xC0 baseline … 0xF7 JPEG-LS), 0 for J2K.

    is_jfif: a JFIF segment is there, which means YCbCr. adobe: the transform of an Adobe segment, None without one.
    ids: the identifiers of the components.
    """

    rows: int
    columns: int
    bits: int
    components: int
    process: int = 0
    is_jfif: bool = False
    adobe: int | None = None
    ids: bytes = b""


def stated_by(data: bytes) -> Stated | None:
    """Return what a JPEG, JPEG-LS or JPEG 2000 code stream states; None for other bytes.

    Raises Undecodable (`damaged`) when it begins like one and has no frame header.
    """
    if data[:4] == b"\xff\x4f\xff\x51" or data[4:8] == b"jP  ":
        return _jpeg_2000(data)
    if data[:2] == b"\xff\xd8":
        return _jpeg(data)
    return None


def _jpeg_2000(data: bytes) -> Stated:
    start = data.find(b"\xff\x4f\xff\x51", 0, 4096)
    size = data[start + 4 : start + 44]
    if start < 0 or len(size) < 40:
        raise Undecodable("damaged")
    right, bottom, left, top = (int.from_bytes(size[i : i + 4], "big") for i in (4, 8, 12, 16))
    return Stated(bottom - top, right - left, (size[38] & 0x7F) + 1, int.from_bytes(size[36:38], "big"))


def _jpeg(data: bytes) -> Stated:
    position = 2
    is_jfif, adobe = False, None
    while position + 4 <= len(data):
        if data[position] != 0xFF:
            break
        marker = data[position + 1]
        if marker == 0xFF:
            position += 1
            continue
        if marker in _WITHOUT_LENGTH:
            position += 2
            continue
        length = int.from_bytes(data[position + 2 : position + 4], "big")
        body = data[position + 4 : position + 2 + length]
        if marker in _FRAME_HEADERS and len(body) >= 6:
            rows, columns = int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big")
            return Stated(rows, columns, body[0], body[5], marker, is_jfif, adobe, body[6::3][: body[5]])
        is_jfif = is_jfif or (marker == 0xE0 and body.startswith(b"JFIF"))
        if marker == 0xEE and body.startswith(b"Adobe") and len(body) >= 12:
            adobe = body[11]
        position += 2 + length
    raise Undecodable("damaged")

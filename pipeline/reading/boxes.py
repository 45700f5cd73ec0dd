"""Of which boxes is a video container made, and does it end before it says that it does?"""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

# boxes that hold others, and how many bytes of their own stand before those
_BEFORE_CHILDREN = dict.fromkeys(("moov", "trak", "edts", "mdia", "minf", "dinf", "stbl", "udta", "ilst"), 0) | {
    "meta": 4, "dref": 8, "stsd": 8, "avc1": 78,
}  # fmt: skip


def is_cut(file: BinaryIO) -> bool:
    """Whether the last box of an ISO container (MP4, MOV) or the RIFF chunk of an AVI reaches beyond the file."""
    size = file.seek(0, 2)
    file.seek(0)
    first = file.read(12)
    if first[:4] == b"RIFF":
        return int.from_bytes(first[4:8], "little") + 8 > size
    return _last_box_is_cut(file, size) if first[4:8].isalnum() else False


def _last_box_is_cut(file: BinaryIO, size: int) -> bool:
    position, has_index = 0, False
    while position + 8 <= size:
        file.seek(position)
        head = file.read(16)
        length = int.from_bytes(head[:4], "big")
        has_index = has_index or head[4:8] in (b"moov", b"moof")
        if length == 0:
            return not has_index
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        if length < 8:
            return False
        position += length
    return position > size or not has_index


def boxes_of(path: Path) -> Iterator[str]:
    """Yield the type of every box of an ISO container, those inside of others too, '?' for bytes that are none."""
    with path.open("rb") as file:
        for name, _, _ in boxes_in(file):
            yield name


def boxes_in(file: BinaryIO) -> Iterator[tuple[str, int, int]]:
    """Yield type, first byte and end of the content of every box; as `boxes_of`."""
    yield from _boxes(file, 0, file.seek(0, 2))


def _boxes(file: BinaryIO, position: int, end: int) -> Iterator[tuple[str, int, int]]:
    while position < end:
        file.seek(position)
        head = file.read(16)
        length, name = int.from_bytes(head[:4], "big"), head[4:8].decode("latin-1").replace(" ", "_")
        start = position + (16 if length == 1 else 8)
        length = int.from_bytes(head[8:16], "big") if length == 1 else length
        if length < start - position or position + length > end:
            yield "?", position, end
            return
        yield name, start, position + length
        if name in _BEFORE_CHILDREN:
            yield from _boxes(file, start + _BEFORE_CHILDREN[name], position + length)
        position += length

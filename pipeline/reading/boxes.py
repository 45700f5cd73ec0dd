"""Does a video container end before it says that it does?"""

from typing import BinaryIO


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

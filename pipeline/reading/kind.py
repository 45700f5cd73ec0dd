"""Is this DICOM, a video or a picture, by its bytes and never by its name?"""

from pathlib import Path
from typing import Literal

from pipeline.errors import NotAScan
from pipeline.received import Kind

_FIRST = 4096
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"BZh", b"\xfd7zXZ\x00")
_STILLS = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
}
_VIDEOS = {
    b"\x00\x00\x01\xba": "mpeg",
    b"\x00\x00\x01\xb3": "mpegvideo",
    b"\x1a\x45\xdf\xa3": "matroska",
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11": "asf",
    b"\x00\x00\x00\x01\x67": "h264",
    b"\x00\x00\x00\x01\x27": "h264",
    b"\x00\x00\x00\x01\x09": "h264",
    b"\x00\x00\x01\x67": "h264",
    b"\x00\x00\x00\x01\x40": "hevc",
}
_ISO_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
_VALUE_TYPES = (
    *("AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO", "LT", "OB", "OD", "OF", "OL", "OV", "OW"),
    *("PN", "SH", "SL", "SQ", "SS", "ST", "SV", "TM", "UC", "UI", "UL", "UN", "UR", "US", "UT", "UV"),
)


def kind_of(path: Path) -> Kind:
    """Return what the file is by its first bytes.

    Raises NotAScan: `empty`, `archive` (zip, gzip and the like) or `unknown_kind`.
    """
    with path.open("rb") as file:
        first = file.read(_FIRST)
    if not first:
        raise NotAScan("empty")
    if first[128:132] == b"DICM":
        return Kind.DICOM
    if first.startswith(_ARCHIVES):
        raise NotAScan("archive")
    if still_format(first):
        return Kind.STILL
    if video_format(first):
        return Kind.VIDEO
    if _begins_like_a_data_set(first, path.stat().st_size):
        return Kind.DICOM
    raise NotAScan("unknown_kind")


def still_format(first: bytes) -> str | None:
    """Return Pillow's name of the picture format that begins with these bytes, None for all others."""
    for magic, name in _STILLS.items():
        if first.startswith(magic):
            return name
    is_bitmap = first.startswith(b"BM") and first[14:18] in (b"\x28\0\0\0", b"\x0c\0\0\0", b"\x6c\0\0\0", b"\x7c\0\0\0")
    return "BMP" if is_bitmap else None


def video_format(first: bytes) -> str | None:
    """Return FFmpeg's name of the container that begins with these bytes, None for all others.

    The name is handed to FFmpeg so that it never guesses: its play-list formats would open other files.
    """
    if first[4:8] in _ISO_BOXES:
        return "mov"
    if first[:4] == b"RIFF" and first[8:12] == b"AVI ":
        return "avi"
    for magic, name in _VIDEOS.items():
        if first.startswith(magic):
            return name
    is_transport_stream = len(first) > 376 and first[0] == first[188] == first[376] == 0x47
    return "mpegts" if is_transport_stream else None


def _begins_like_a_data_set(first: bytes, size: int) -> bool:
    """Whether the bytes are a plausible first element of a data set that was written without its preamble."""
    orders: tuple[Literal["little", "big"], ...] = ("little", "big")
    for order in orders:
        group = int.from_bytes(first[0:2], order)
        element = int.from_bytes(first[2:4], order)
        if group not in (0x0002, 0x0008) or element > 0x2000 or len(first) < 16:
            continue
        if first[4:6].decode("latin-1") in _VALUE_TYPES:
            return True
        length = int.from_bytes(first[4:8], "little")
        if order == "little" and length % 2 == 0 and length < min(size, 1024):
            return True
    return False

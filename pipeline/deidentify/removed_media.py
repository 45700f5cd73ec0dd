"""How much of each class do the container of a video and the segments of a picture hold that a release does not?

Counted, never quoted, from the source alone: what is written holds one picture track without tags, or pixels.
"""

from collections.abc import Iterable
from pathlib import Path

import av
from av.stream import Disposition
from PIL import Image

from pipeline.deidentify.report import added
from pipeline.reading import kind_of
from pipeline.received import Kind

NOBODYS = {"major_brand", "minor_version", "compatible_brands", "language", "vendor_id", "encoder", "duration"}
"""Tags that every container has of itself."""
HANDLERS = {"videohandler", "soundhandler", "subtitlehandler", "datahandler", "core media video", "core media audio"}
PLACES = ("location", "gps", "iso6709", "xyz")
OF_TRACK = {"audio": "sound", "subtitle": "subtitles", "attachment": "attached"}
GPS = 0x8825
OWN_SEGMENTS = (0xE0, 0xEE)  # JFIF and Adobe: how the colours are meant
SEI, SEI_KINDS = 6, {"h264"}


def removed_from_media(path: Path) -> dict[str, int]:
    """Return how many things of each class of `report.REMOVED` the video or picture at `path` holds."""
    kind = kind_of(path)
    if kind is Kind.DICOM:
        raise ValueError("the header of a DICOM file is counted by removed_from_header")
    return added(_of_video(path) if kind is Kind.VIDEO else _of_still(path))


def _of_video(path: Path) -> dict[str, int]:
    counts = dict.fromkeys(("tags", "location", "chapters", "tracks", "encoder", *OF_TRACK.values()), 0)
    try:
        with av.open(str(path), metadata_errors="replace") as container:
            chapters = container.chapters()
            counts["chapters"] = len(chapters)
            tags = [container.metadata, *(stream.metadata for stream in container.streams)]
            for tag in tags:
                # the same tag may stand there once more by language: "location-eng"
                told = {name.partition("-")[0] for name, value in tag.items() if value.lower() not in HANDLERS}
                for name in told - NOBODYS:
                    counts["location" if any(place in name.lower() for place in PLACES) else "tags"] += 1
            shown = container.streams.video[0]
            for stream in container.streams:
                if stream is not shown:
                    attached = stream.disposition & Disposition.attached_pic
                    counts["attached" if attached else OF_TRACK.get(stream.type, "tracks")] += 1
            counts["encoder"] = _notes(container, shown)
    except (av.error.FFmpegError, ValueError, OSError, IndexError):
        pass  # a stream without a container: nothing is beside its pictures
    return counts


def _notes(container: av.container.InputContainer, shown: av.VideoStream) -> int:
    """Return the number of notes (SEI) of the encoder before the first picture."""
    if shown.codec_context.name not in SEI_KINDS:
        return 0
    first = next((bytes(packet) for packet in container.demux(shown) if packet.size), b"")
    return sum(unit[:1] != b"" and unit[0] & 31 == SEI for unit in _units(first))


def _units(packet: bytes) -> Iterable[bytes]:
    """Yield the units of an H.264 packet, behind their lengths or behind start codes."""
    if packet.startswith((b"\0\0\0\1", b"\0\0\1")):
        yield from packet.split(b"\0\0\1")[1:]
        return
    place = 0
    while place + 4 < len(packet):
        length = int.from_bytes(packet[place : place + 4], "big")
        yield packet[place + 4 : place + 4 + length]
        place += 4 + length


def _of_still(path: Path) -> dict[str, int]:
    try:
        with Image.open(path) as image:
            exif, form = image.getexif(), image.format
            named = {"Comment", "comment", "xmp", "XML:com.adobe.xmp", "icc_profile", "photoshop", "Software"}
            texts = len(getattr(image, "text", None) or {}) or len(named & set(image.info))
            counts = {"tags": len(exif) + texts, "location": int(bool(exif.get_ifd(GPS)))}
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return {}
    return counts | {"segments": _segments(path) if form in ("JPEG", "MPO") else 0}


def _segments(path: Path) -> int:
    """Return the number of comment and application segments, but for those that tell the colours."""
    with path.open("rb") as file:
        head = file.read(1 << 20)
    place, found = 2, 0
    while place + 4 <= len(head) and head[place] == 0xFF and head[place + 1] != 0xDA:
        marker = head[place + 1]
        found += (0xE0 <= marker <= 0xEF and marker not in OWN_SEGMENTS) or marker == 0xFE
        place += 2 + int.from_bytes(head[place + 2 : place + 4], "big")
    return found

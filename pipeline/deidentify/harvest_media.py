"""Which words stand in a video or a picture beside what it shows, wherever its format has room for them?

Boxes, chunks and segments that are no picture, notes inside of the coded stream, attachments, bytes behind the end.
What is found here is sought in the written files; none of it is ever copied, found or not.
"""

import io
import zlib
from collections.abc import Container, Iterator
from pathlib import Path
from typing import BinaryIO

import av
from av.stream import AttachmentStream

from pipeline.deidentify.identifiers import printed
from pipeline.reading import open_scan
from pipeline.reading.boxes import boxes_in
from pipeline.reading.dicom import open_stream
from pipeline.reading.kind import still_format, video_format

MOST_BYTES = 1 << 20  # of one box, chunk or segment
_NUMBERS = {
    "ftyp", "moov", "trak", "edts", "mdia", "minf", "dinf", "stbl", "udta", "ilst", "mvhd", "tkhd", "mdhd", "vmhd",
    "smhd", "elst", "dref", "stsd", "avc1", "avcC", "stts", "stss", "stsc", "stsz", "stco", "co64", "ctts", "mdat",
}  # fmt: skip
_NUMBERS_OF_AVI = frozenset((b"avih", b"strh", b"strf", b"indx", b"idx1", b"dmlh", b"vprp"))
_NOTES = {"h264": "filter_units=pass_types=6", "hevc": "filter_units=pass_types=39-40"}
_USER_DATA = b"\0\0\1\xb2"  # MPEG-1, -2 and -4 visual
_PICTURE_OF_PNG = frozenset((b"IHDR", b"IDAT", b"PLTE", b"IEND", b"tRNS"))
_BLOBS = (b"zTXt", b"iTXt", b"iCCP")


def texts_of_media(file: BinaryIO) -> Iterator[str]:
    """Yield every readable text of a video's container and stream, or of a picture's segments, that is no picture."""
    file.seek(0)
    first = file.read(512)
    still, video = still_format(first), video_format(first)
    blobs: Iterator[bytes] = iter(())
    if still in _STILLS:
        blobs = _STILLS[still](file)
    elif video == "mov":
        blobs = _of_boxes(file)
    elif video == "avi":
        blobs = _of_riff(file, 12, file.seek(0, 2))
    for blob in blobs:
        yield from _readable(blob)
    if video:
        for blob in _of_stream(file, video):
            yield from _readable(blob)


def texts_of_code_streams(path: Path) -> Iterator[str]:
    """Yield the texts inside of the video, or of the JPEG and JPEG 2000 frames, that a DICOM file holds.

    Raises Rejected where the pixels cannot be found.
    """
    with open_scan(path) as scan:
        if scan.has_encoded_frames:
            for frame in scan.encoded_frames():
                begins = next((reader for magic, reader in _CODE_STREAMS.items() if frame.startswith(magic)), None)
                for blob in begins(io.BytesIO(frame)) if begins else ():
                    yield from _readable(blob)
        elif scan.stored is None:
            with open_stream(path) as stream:
                yield from texts_of_media(stream)


def _readable(blob: bytes) -> Iterator[str]:
    """Yield the texts of some bytes; a date as cameras write it, 2013:04:11, comes with dashes too."""
    some = blob[:MOST_BYTES]
    plain = some.decode("utf-8", "ignore").encode("latin-1", "ignore")
    for reading in {some, plain, some.replace(b":", b"-")}:
        yield from printed(reading)


def _of_boxes(file: BinaryIO) -> Iterator[bytes]:
    for name, start, end in boxes_in(file):
        if name not in _NUMBERS:
            file.seek(start)
            yield file.read(min(end - start, MOST_BYTES))


def _of_riff(file: BinaryIO, position: int, end: int) -> Iterator[bytes]:
    while position + 8 <= end:
        file.seek(position)
        head = file.read(12)
        size = int.from_bytes(head[4:8], "little")
        if head[:4] in (b"LIST", b"RIFF"):
            if head[8:12] not in (b"movi", b"rec "):
                yield from _of_riff(file, position + 12, min(end, position + 8 + size))
        elif head[:4] not in _NUMBERS_OF_AVI:
            file.seek(position + 8)
            yield file.read(min(size, end - position - 8, MOST_BYTES))
        position += 8 + size + size % 2


def _of_stream(file: BinaryIO, name: str) -> Iterator[bytes]:
    """Yield the notes of encoder and camera inside of the picture track, and what is attached to the container."""
    try:
        file.seek(0)
        with av.open(file, mode="r", format=name, metadata_errors="ignore") as container:
            for stream in container.streams:
                if isinstance(stream, AttachmentStream):
                    yield bytes(stream.data)
            picture = container.streams.best("video")
            if picture is None:
                return
            codec = picture.codec_context.name
            notes = av.BitStreamFilterContext(_NOTES[codec], picture) if codec in _NOTES else None
            if notes is None:
                yield from _user_data(bytes(picture.codec_context.extradata or b""))
            for packet in container.demux(picture):
                if packet.size and notes is not None:
                    yield from map(bytes, notes.filter(packet))
                elif packet.size:
                    yield from _user_data(bytes(packet))
    except (av.error.FFmpegError, EOFError, OSError, LookupError, ValueError):
        return


def _user_data(coded: bytes) -> Iterator[bytes]:
    yield from (part.split(b"\0\0\1")[0] for part in coded.split(_USER_DATA)[1:])


def _of_png(file: BinaryIO) -> Iterator[bytes]:
    position, end = 8, file.seek(0, 2)
    while position + 12 <= end:
        file.seek(position)
        head = file.read(8)
        size, kind = int.from_bytes(head[:4], "big"), head[4:]
        if kind not in _PICTURE_OF_PNG:
            content = file.read(min(size, MOST_BYTES))
            yield content
            yield from _inflated(content) if kind in _BLOBS else ()
        position += 12 + size
        if kind == b"IEND":
            break
    file.seek(min(position, end))
    yield file.read(MOST_BYTES)


def _inflated(content: bytes) -> Iterator[bytes]:
    """Yield what is compressed behind the keyword of a chunk, which begins somewhere after its first zero."""
    for start in range(content.find(b"\0") + 1, min(len(content), 256)):
        try:
            yield zlib.decompressobj().decompress(content[start:], MOST_BYTES)
        except zlib.error:
            continue
        return


def _of_jpeg(file: BinaryIO) -> Iterator[bytes]:
    """Yield the application and comment segments, and what stands behind the end of the picture."""
    return _of_code_stream(file, told=(*range(0xE0, 0xF0), 0xFE), data=0xDA)


def _of_jpeg_2000(file: BinaryIO) -> Iterator[bytes]:
    """Yield the comments of the main header, and what stands behind the end of the picture."""
    return _of_code_stream(file, told=(0x64,), data=0x90)


def _of_code_stream(file: BinaryIO, told: Container[int], data: int) -> Iterator[bytes]:
    """Yield the segments whose marker is in `told`, up to the marker of the data, and what follows their end."""
    position = 2
    while True:
        file.seek(position)
        head = file.read(4)
        if len(head) < 4 or head[0] != 0xFF or head[1] == data:
            break
        size = int.from_bytes(head[2:], "big")
        if head[1] in told:
            yield file.read(max(0, size - 2))
        position += 2 + max(2, size)
    file.seek(position)
    rest = file.read()
    yield rest[rest.rfind(b"\xff\xd9") + 2 :][:MOST_BYTES]


def _of_tiff(file: BinaryIO) -> Iterator[bytes]:
    """Yield the texts of the tags, of the pictures and their sub-directories."""
    from PIL import Image

    from pipeline.reading.limits import MALFORMED

    file.seek(0)
    try:
        with Image.open(io.BytesIO(file.read()), formats=["TIFF", "GIF", "BMP"]) as image:
            tags = dict(image.getexif())
            for place in (0x8769, 0x8825):
                tags |= image.getexif().get_ifd(place)
            yield from (str(value).encode("utf-8", "replace") for value in tags.values())
            yield from (str(value).encode("utf-8", "replace") for value in image.info.values())
    except MALFORMED:
        return


_STILLS = {"PNG": _of_png, "JPEG": _of_jpeg, "TIFF": _of_tiff, "GIF": _of_tiff, "BMP": _of_tiff}
_CODE_STREAMS = {b"\xff\xd8": _of_jpeg, b"\xff\x4f": _of_jpeg_2000}

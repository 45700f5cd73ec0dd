"""What does a DICOM ultrasound file show, in whatever transfer syntax, and are all its frames there?"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, cast

from pydicom import Dataset

from pipeline.errors import NotAScan, TooLarge, Undecodable
from pipeline.reading.codestream import Stated, stated_by
from pipeline.reading.dataset import Opened, PixelElement, open_dataset
from pipeline.reading.encapsulated import Joined, Span, fragments_of, frames_of, read_spans
from pipeline.reading.jpeg import JpegPicture, is_fast
from pipeline.reading.limits import MOST_FRAMES, MOST_PIXELS
from pipeline.reading.native import Layout, development_of, layout_of, samples_of
from pipeline.reading.plugins import decoded_samples
from pipeline.reading.regions import declared_regions, declared_times, whole, words
from pipeline.reading.scan import Drawn, Picture, Scan, ScanFacts
from pipeline.reading.stored import Stored, Taken
from pipeline.received import Kind

_CODECS = {
    "1.2.840.10008.1.2": "raw",
    "1.2.840.10008.1.2.1": "raw",
    "1.2.840.10008.1.2.1.99": "raw",
    "1.2.840.10008.1.2.2": "raw",
    "1.2.840.10008.1.2.5": "rle",
    "1.2.840.10008.1.2.4.50": "jpeg",
    "1.2.840.10008.1.2.4.51": "jpeg",
    "1.2.840.10008.1.2.4.57": "jpegll",
    "1.2.840.10008.1.2.4.70": "jpegll",
    "1.2.840.10008.1.2.4.80": "jpegls",
    "1.2.840.10008.1.2.4.81": "jpegls",
    "1.2.840.10008.1.2.4.90": "j2k",
    "1.2.840.10008.1.2.4.91": "j2k",
}
_VIDEO = "1.2.840.10008.1.2.4.10"  # .100 to .108: MPEG-2, H.264 and HEVC, each also with ".1" for fragments
_ULTRASOUND = ("US", "IVUS")
_ULTRASOUND_CLASSES = (
    "1.2.840.10008.5.1.4.1.1.3",
    "1.2.840.10008.5.1.4.1.1.3.1",
    "1.2.840.10008.5.1.4.1.1.6",
    "1.2.840.10008.5.1.4.1.1.6.1",
)


@contextmanager
def open_dicom(path: Path) -> Iterator[Scan]:
    """Open a DICOM ultrasound still or cine.

    Raises NotAScan (`no_pixels`, `not_ultrasound`), Undecodable or TooLarge, each with its reason.
    """
    with open_dataset(path) as opened:
        pixels = _ultrasound_pixels(opened)
        syntax = opened.transfer_syntax
        if syntax is not None and syntax.startswith(_VIDEO):
            yield _video(opened, pixels)
        elif syntax is None or _CODECS.get(syntax) == "raw":
            yield _uncompressed(opened, pixels)
        elif syntax in _CODECS:
            yield _compressed(opened, pixels)
        else:
            raise Undecodable("unsupported_syntax")


def _ultrasound_pixels(opened: Opened) -> PixelElement:
    header = opened.header
    modality, sop_class = words(header, "Modality"), words(header, "SOPClassUID")
    is_ultrasound = modality in _ULTRASOUND or sop_class in _ULTRASOUND_CLASSES
    if opened.pixels is None:
        is_picture = sop_class in _ULTRASOUND_CLASSES or (is_ultrasound and "Rows" in header)
        raise Undecodable("truncated") if is_picture else NotAScan("no_pixels")
    if not is_ultrasound:
        raise NotAScan("not_ultrasound")
    if opened.pixels.keyword != "PixelData":
        raise Undecodable("unsupported_syntax")
    return opened.pixels


def _facts(header: Dataset, codec: str, syntax: str | None) -> ScanFacts:
    layout = layout_of(header)
    claimed = max(1, whole(header, "NumberOfFrames") or 1)
    times = declared_times(header, max(2, min(claimed, MOST_FRAMES)))
    return ScanFacts(
        kind=Kind.DICOM,
        codec=codec,
        rows=layout.rows,
        columns=layout.columns,
        frames_claimed=claimed,
        container="dicom",
        transfer_syntax=syntax,
        frames_per_second=(len(times) - 1) / times[-1] if times else None,
        regions=declared_regions(header),
        device_model=words(header, "ManufacturerModelName") or None,
    )


def _check_size(layout: Layout, frames: int) -> None:
    if layout.rows * layout.columns > MOST_PIXELS or frames > MOST_FRAMES:
        raise TooLarge("too_large")


def _times(header: Dataset, frames: int) -> tuple[float, ...]:
    """Return the declared times, zeros where the header has none."""
    return (declared_times(header, frames) if frames > 1 else None) or (0.0,) * frames


def _uncompressed(opened: Opened, pixels: PixelElement) -> Scan:
    header, little = opened.header, opened.little_endian
    facts, layout = _facts(header, "raw", opened.transfer_syntax), layout_of(header)
    claimed = facts.frames_claimed or 1
    if pixels.length is None:
        raise Undecodable("damaged")
    if layout.rows * layout.columns > MOST_PIXELS:
        raise TooLarge("too_large")
    if layout.is_subsampled and layout.columns % 2:
        raise Undecodable("damaged")
    if pixels.start + pixels.length > opened.end():
        raise Undecodable("truncated")
    found = pixels.length // layout.frame_bytes
    if found < claimed:
        raise Undecodable("frames_missing", claimed=claimed, found=found) if found else Undecodable("size_mismatch")
    _check_size(layout, claimed)
    development = development_of(header, layout, little_endian=little)
    times = _times(header, claimed)

    def samples() -> Iterator[Taken]:
        for number in range(claimed):
            yield samples_of(_native_frame(opened, pixels, layout, number), layout, little_endian=little), False

    def pictures() -> Iterator[Picture]:
        for (taken, _), seconds in zip(samples(), times, strict=True):
            yield Drawn(development.develop(taken), seconds)

    return Scan(facts, pictures, stored=Stored(layout, development, samples))


def _native_frame(opened: Opened, pixels: PixelElement, layout: Layout, number: int) -> bytes:
    """Return the bytes of one uncompressed frame; 8 bit samples in big endian words are put in order."""
    length = layout.frame_bytes
    offset = number * length
    if opened.little_endian or layout.bits_allocated != 8 or pixels.value_type != "OW":
        opened.stream.seek(pixels.start + offset)
        return opened.stream.read(length)
    odd = offset % 2
    opened.stream.seek(pixels.start + offset - odd)
    return _bytes_swapped(opened.stream.read(length + odd + (length + odd) % 2))[odd : odd + length]


def _bytes_swapped(data: bytes) -> bytes:
    """Exchange the two bytes of each word: 8 bit samples in big endian 16 bit words."""
    swapped = bytearray(len(data))
    swapped[0::2], swapped[1::2] = data[1::2], data[0::2]
    return bytes(swapped)


def _compressed(opened: Opened, pixels: PixelElement) -> Scan:
    header, stream = opened.header, opened.stream
    syntax = opened.transfer_syntax or ""
    facts, layout = _facts(header, _CODECS[syntax], syntax), layout_of(header)
    claimed = facts.frames_claimed or 1
    if pixels.length is not None:
        raise Undecodable("damaged")
    frames = frames_of(fragments_of(stream, pixels.start), stream, claimed)
    if not frames:
        raise Undecodable("frames_missing", claimed=claimed, found=0)
    first = stated_by(read_spans(stream, frames[0]))
    if first is not None and (first.rows, first.columns) != (layout.rows, layout.columns):
        raise Undecodable("size_mismatch")
    _check_size(layout, len(frames))
    if len(frames) < claimed:
        raise Undecodable("frames_missing", claimed=claimed, found=len(frames))
    development = development_of(header, layout, little_endian=True)
    times = _times(header, len(frames))

    def read(spans: tuple[Span, ...]) -> tuple[bytes, Stated | None]:
        data = read_spans(stream, spans)
        stated = stated_by(data)
        if stated is not None and (stated.rows, stated.columns) != (layout.rows, layout.columns):
            raise Undecodable("size_mismatch")
        return data, stated

    def pictures() -> Iterator[Picture]:
        for spans, seconds in zip(frames, times, strict=True):
            data, stated = read(spans)
            if is_fast(stated) and layout.photometric not in ("PALETTE COLOR", "MONOCHROME1"):
                yield JpegPicture(data, layout.photometric, seconds)
            else:
                samples, is_rgb = decoded_samples(data, layout, syntax)
                yield Drawn(development.develop(samples, is_rgb=is_rgb), seconds)

    stored = Stored(layout, development, lambda: (decoded_samples(read(one)[0], layout, syntax) for one in frames))
    return Scan(facts, pictures, lambda: (read_spans(stream, spans) for spans in frames), stored)


@contextmanager
def open_stream(path: Path) -> Iterator[BinaryIO]:
    """Open the video that a DICOM file holds, its fragments joined. Raises Undecodable as `open_dicom` does."""
    with open_dataset(path) as opened:
        pixels = _ultrasound_pixels(opened)
        if pixels.length is not None:
            raise Undecodable("damaged")
        yield _joined(opened, pixels)


def _joined(opened: Opened, pixels: PixelElement) -> BinaryIO:
    return cast(BinaryIO, Joined(opened.stream, fragments_of(opened.stream, pixels.start).spans))


def _video(opened: Opened, pixels: PixelElement) -> Scan:
    """Hand the fragments to the video reader; the header's frame count and times go before the container's."""
    from pipeline.reading.video import pictures_of, scan_video

    header = opened.header
    facts, layout = _facts(header, "video", opened.transfer_syntax), layout_of(header)
    claimed = facts.frames_claimed or 1
    _check_size(layout, 1)
    if pixels.length is not None:
        raise Undecodable("damaged")
    inner = _joined(opened, pixels)
    inside = scan_video(inner).facts
    if (inside.rows, inside.columns) != (layout.rows, layout.columns):
        raise Undecodable("size_mismatch")
    outer = replace(
        facts, codec=inside.codec, has_audio=inside.has_audio, has_subtitles=inside.has_subtitles,
    )  # fmt: skip
    times = declared_times(header, min(claimed, MOST_FRAMES))
    return Scan(outer, lambda: pictures_of(inner, outer, times))

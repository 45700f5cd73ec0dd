"""How does an H.264 stream leave its container untouched, alone and without a word?

The slices and their parameter sets are copied, every other unit (SEI, delimiters, filler, extensions) is left out, and
the file around them is written anew: one track, no tag, no date, no name. The pictures are the same to the last bit,
which is looked at before it is believed.
"""

import zlib
from collections.abc import Iterator
from fractions import Fraction
from itertools import zip_longest
from pathlib import Path
from typing import BinaryIO, Literal

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from pipeline.h264 import stamps_of
from pipeline.reading.boxes import boxes_of
from pipeline.reading.kind import video_format

PICTURE_UNITS = "1-5|7-8"  # slices, sequence and picture parameter sets (ISO/IEC 14496-10 table 7-1)
PLAYABLE = ("yuv420p", "yuvj420p")
SETTING: tuple[Literal["new_extradata", "param_change", "palette"], ...] = ("new_extradata", "param_change", "palette")
# an empty list of tags is among them: what stands in it would show by its own name
BOXES = {
    "ftyp", "moov", "mvhd", "trak", "tkhd", "edts", "elst", "mdia", "mdhd", "hdlr", "minf", "vmhd", "dinf", "dref",
    "url_", "stbl", "stsd", "avc1", "avcC", "colr", "pasp", "btrt", "fiel", "stts", "stss", "stsc", "stsz", "stco",
    "co64", "ctts", "sdtp", "free", "mdat", "udta", "meta", "ilst",
}  # fmt: skip


class NotRemuxable(Exception):
    """The stream cannot be copied as it stands: it must be encoded anew."""


def remux(source: BinaryIO, times: tuple[float, ...], to: Path) -> None:
    """Copy the H.264 pictures of `source` into the MP4 `to`, shown at `times` (seconds, rising, one per frame).

    Raises NotRemuxable, with nothing left at `to`, where another codec, a rotation, an edit, damage, or anything else
    would make the copy look otherwise than the original; all frames are decoded and compared.
    """
    try:
        try:
            _copy(source, times, to)
        except (av.error.FFmpegError, OSError, EOFError, LookupError, ValueError, TypeError) as fault:
            raise NotRemuxable from fault
        if not set(boxes_of(to)) <= BOXES or not _look_alike(source, to, times):
            raise NotRemuxable
    except NotRemuxable:
        to.unlink(missing_ok=True)
        raise


def _copy(source: BinaryIO, times: tuple[float, ...], to: Path) -> None:
    ticks, stamps = stamps_of(times)
    with _opened(source) as given:
        stream = _h264_stream(given)
        packets = _packets(given, stream)
        shown = _order_shown([packet.pts for packet in packets], len(times))
        options = {"movflags": "+faststart", "fflags": "+bitexact"}
        with av.open(str(to), "w", format="mp4", options=options) as container:
            written = container.add_stream_from_template(stream)
            written.metadata.clear()
            written.time_base = Fraction(1, ticks)
            chain = f"filter_units=pass_types={PICTURE_UNITS},h264_metadata"
            cleaner = av.BitStreamFilterContext(chain, written, written)
            first, delay = stamps[0], _delay(shown)
            gaps = [*np.diff(stamps).tolist(), 0]
            gaps[-1] = gaps[-2] if len(gaps) > 1 else 1
            for number, (packet, place) in enumerate(zip(packets, shown, strict=True)):
                packet.time_base = Fraction(1, ticks)
                packet.pts, packet.duration = stamps[place] - first, int(gaps[place])
                packet.dts = _decoded_at(stamps, number - delay) - first
                for clean in cleaner.filter(packet):
                    clean.stream, clean.time_base = written, Fraction(1, ticks)
                    container.mux_one(clean)


def _opened(source: BinaryIO) -> av.container.InputContainer:
    source.seek(0)
    name = video_format(source.read(512))
    source.seek(0)
    return av.open(source, mode="r", format=name, metadata_errors="ignore")


def _h264_stream(container: av.container.InputContainer) -> VideoStream:
    stream = container.streams.best("video")
    if not isinstance(stream, VideoStream) or stream.codec_context.name != "h264" or stream.pix_fmt not in PLAYABLE:
        raise NotRemuxable
    return stream


def _packets(container: av.container.InputContainer, stream: VideoStream) -> list["av.Packet[VideoStream]"]:
    """Return the coded pictures in the order in which they are decoded; they are as small as the file."""
    packets = [packet for packet in container.demux(stream) if packet.size]
    for packet in packets:
        if packet.is_corrupt or packet.is_discard or any(packet.has_sidedata(kind) for kind in SETTING):
            raise NotRemuxable
    if not packets:
        raise NotRemuxable
    return packets


def _order_shown(stated: list[int | None], frames: int) -> list[int]:
    """Return, for each packet in decoding order, as which frame it is shown."""
    known = [moment for moment in stated if moment is not None]
    if len(stated) != frames:
        raise NotRemuxable  # a picture of two packets, or one that is never shown
    if not known:
        return list(range(frames))  # an elementary stream; if its pictures are reordered, the comparison will tell
    if len(known) != frames or len(set(known)) != frames:
        raise NotRemuxable
    place = {moment: number for number, moment in enumerate(sorted(known))}
    return [place[moment] for moment in known]


def _delay(shown: list[int]) -> int:
    """Return by how many frames decoding must run ahead of showing."""
    return max(number - place for number, place in enumerate(shown))


def _decoded_at(stamps: list[int], number: int) -> int:
    """Return when the picture is decoded; those before the first frame is shown come one tick apart."""
    return stamps[number] if number >= 0 else stamps[0] + number


def _look_alike(source: BinaryIO, to: Path, times: tuple[float, ...]) -> bool:
    """Return whether both decode to the same frames, bit by bit, and the copy shows them upright at `times`."""
    with _opened(source) as given, to.open("rb") as file, _opened(file) as copied:
        pairs = zip_longest(_decoded(given), _decoded(copied), times)
        for before, after, seconds in pairs:
            if before is None or after is None or seconds is None or after.time is None:
                return False
            if abs(after.time - (seconds - times[0])) > 1e-6 or before.is_corrupt or before.rotation:
                return False
            if (before.width, before.height) != (after.width, after.height) or _sum(before) != _sum(after):
                return False
    return True


def _decoded(container: av.container.InputContainer) -> Iterator[VideoFrame]:
    stream = container.streams.video[0] if len(container.streams.video) == 1 else container.streams.best("video")
    if not isinstance(stream, VideoStream):
        raise NotRemuxable
    stream.codec_context.thread_count = 1
    yield from container.decode(stream)


def _sum(frame: VideoFrame) -> tuple[str, int]:
    """Return the format of a frame and a sum over all of its samples and how they are meant."""
    total = 0
    for plane in frame.planes:
        lines = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        total = zlib.crc32(lines[: plane.height, : plane.width].tobytes(), total)
    return f"{frame.format.name}/{frame.color_range}/{frame.colorspace}", total

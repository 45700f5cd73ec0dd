"""What does a video show, frame by frame, and did all of it arrive?"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import av
import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from pipeline.clip import Luminance
from pipeline.errors import TooLarge, Undecodable
from pipeline.reading.boxes import is_cut
from pipeline.reading.kind import video_format
from pipeline.reading.limits import MOST_PIXELS
from pipeline.reading.scan import Picture, Pixels, Scan, ScanFacts
from pipeline.received import Kind

SPARE_FRAMES = 2  # a container may announce that many more than decode: rounding of durations, edit lists

av.logging.set_level(None)

_to_full_range: Luminance = np.clip(np.round((np.arange(256) - 16.0) * 255 / 219), 0, 255).astype(np.uint8)


@contextmanager
def open_video(path: Path) -> Iterator[Scan]:
    """Open a video by its content.

    Raises Undecodable (`truncated`, `damaged`, `frames_missing`, `size_mismatch`) or TooLarge.
    """
    with path.open("rb") as file:
        yield scan_video(file)


def scan_video(file: BinaryIO) -> Scan:
    """Return the scan of a seekable stream of a video container or elementary stream."""
    with _container(file) as container:
        stream = _picture_stream(container, file)
        turned = abs(_rotation(container, stream)) % 180 == 90
        rows, columns = (stream.width, stream.height) if turned else (stream.height, stream.width)
        facts = ScanFacts(
            kind=Kind.VIDEO,
            codec=stream.codec_context.name,
            rows=rows,
            columns=columns,
            frames_claimed=stream.frames or None,
            container=container.format.name.split(",")[0],
            frames_per_second=float(stream.average_rate) if stream.average_rate else None,
            seconds=float(stream.duration * stream.time_base) if stream.duration and stream.time_base else None,
            has_audio=bool(container.streams.audio),
            has_subtitles=bool(container.streams.subtitles or container.streams.data),
        )
    return Scan(facts, lambda: pictures_of(file, facts))


@dataclass(frozen=True, eq=False)
class Decoded:
    """A decoded video frame; its luminance is the Y plane itself, without conversion of the colours."""

    frame: VideoFrame
    seconds: float
    quarter_turns: int

    @property
    def damaged(self) -> bool:
        """Whether the decoder concealed errors in this frame."""
        return bool(self.frame.is_corrupt)

    def luminance(self) -> Luminance:
        """Return (rows, columns) uint8 in full range."""
        plane = _luma_plane(self.frame)
        if plane is None:
            plane = np.asarray(self.frame.to_ndarray(format="gray"), np.uint8)
        return self._upright(plane)

    def pixels(self) -> Pixels:
        """Return (rows, columns) grey or (rows, columns, 3) RGB, uint8."""
        if self.frame.format.name.startswith("gray"):
            return self.luminance().copy()
        return self._upright(np.asarray(self.frame.to_ndarray(format="rgb24"), np.uint8))

    def _upright(self, pixels: Pixels) -> Pixels:
        return np.ascontiguousarray(np.rot90(pixels, self.quarter_turns)) if self.quarter_turns else pixels


def _luma_plane(frame: VideoFrame) -> Luminance | None:
    """Return the Y plane as a view (a copy where its range is limited), None for formats without an 8 bit one."""
    name = frame.format.name
    if not name.startswith(("yuv4", "yuvj4", "nv", "gray")) or frame.format.components[0].bits != 8:
        return None
    if not name.startswith("gray") and not frame.format.is_planar and not name.startswith("nv"):
        return None
    plane = frame.planes[0]
    view = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: frame.height, : frame.width]
    is_full = name.startswith(("yuvj", "gray")) or frame.color_range == 2
    return view if is_full else np.asarray(cv2.LUT(view, _to_full_range), np.uint8)


@contextmanager
def _container(file: BinaryIO) -> Iterator[av.container.InputContainer]:
    """Open the container with the format that its first bytes show; every FFmpeg error becomes a reason."""
    file.seek(0)
    first = file.read(512)
    file.seek(0)
    try:
        with av.open(file, mode="r", format=video_format(first), metadata_errors="ignore") as container:
            yield container
    except (av.error.FFmpegError, EOFError, OSError, LookupError, ValueError) as fault:
        if isinstance(fault, MemoryError):
            raise
        raise _not_whole(file) from None


def _not_whole(file: BinaryIO) -> Undecodable:
    return Undecodable("truncated" if is_cut(file) else "damaged")


def _picture_stream(container: av.container.InputContainer, file: BinaryIO) -> VideoStream:
    stream = container.streams.best("video")
    if not isinstance(stream, VideoStream) or stream.codec_context is None:  # None: a codec that nobody knows
        raise _not_whole(file)
    if not stream.width or not stream.height:
        raise _not_whole(file)
    if stream.width * stream.height > MOST_PIXELS:
        raise TooLarge("too_large")
    return stream


def _rotation(container: av.container.InputContainer, stream: VideoStream) -> int:
    """Return the rotation in degrees that the first frame carries, 0 when none can be decoded."""
    for frame in container.decode(stream):
        return int(frame.rotation)
    return 0


def pictures_of(file: BinaryIO, facts: ScanFacts, times: tuple[float, ...] | None = None) -> Iterator[Picture]:
    """Yield the frames of a video stream; `times`, where given, go before the container's own.

    Raises Undecodable: fewer frames than `facts` claim, of another size, or cut.
    """
    found = 0
    with _container(file) as container:
        stream = _picture_stream(container, file)
        stream.codec_context.thread_count = 1  # frame threads conceal damage differently from run to run
        clock = _clock(stream)
        for frame in _decoded(container, stream):
            turns = round(frame.rotation / 90) % 4
            shape = (frame.width, frame.height) if turns % 2 else (frame.height, frame.width)
            if shape != (facts.rows, facts.columns):
                raise Undecodable("size_mismatch")
            seconds = times[found] if times is not None and found < len(times) else clock(frame, found)
            yield Decoded(frame, seconds, turns)
            found += 1
    claimed = facts.frames_claimed or 0
    if found == 0 or found + SPARE_FRAMES < claimed:
        if is_cut(file):
            raise Undecodable("truncated")
        raise Undecodable("frames_missing", claimed=claimed, found=found) if claimed else Undecodable("damaged")


def _decoded(container: av.container.InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    """Yield what decodes; a packet that does not is left out and shows in the count of frames."""
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            continue
        for frame in frames:
            if isinstance(frame, VideoFrame):
                yield frame


def _clock(stream: VideoStream) -> Callable[[VideoFrame, int], float]:
    """Return a function that gives a frame's seconds from the first one, never running backwards."""
    rate = float(stream.average_rate or stream.guessed_rate or 0)
    first: float | None = None
    last = 0.0

    def seconds(frame: VideoFrame, number: int) -> float:
        nonlocal first, last
        if frame.pts is not None and frame.time_base:
            stated = float(frame.pts * frame.time_base)
            first = stated if first is None else first
            last = max(last, stated - first)
        elif rate > 0:
            last = max(last, number / rate)
        return last

    return seconds

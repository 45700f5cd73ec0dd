"""How does a run of pictures become an H.264 file that says nothing but the pictures?

One video track, every frame at its own time, the index in front, no B-frames (so that a frame is shown where it was
asked for), no encoder message, no tag, no date. The same pictures give the same bytes on every run.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

TICKS = (90_000, 1_000_000)  # 90 kHz holds every usual frame rate exactly; microseconds hold what DICOM writes in ms
ASSUMED_FRAMES_PER_SECOND = 25.0
SMPTE170M = 6
LIMITED_RANGE = 1
BLACK_LUMA, NO_COLOUR = 16, 128
SEI_MESSAGE = 6

# grey 0-255 to limited range luma, ITU-R BT.601: 16 + 219/255 of the value
LUMA_OF_GREY = np.rint(BLACK_LUMA + np.arange(256) * (219 / 255)).astype(np.uint8)


@dataclass(frozen=True)
class Encoding:
    """How well, how fast and how densely indexed: x264's crf and preset, frames between key frames, kbit/s or None."""

    crf: int
    preset: str
    keyframe_every: int
    most_kilobits_per_second: int | None = None

    def options(self) -> dict[str, str]:
        """Return the encoder options of libx264."""
        chosen = {
            "crf": str(self.crf),
            "preset": self.preset,
            "profile": "high",
            "bf": "0",
            "g": str(self.keyframe_every),
            "flags": "+bitexact",
        }
        if self.most_kilobits_per_second:
            rate = f"{self.most_kilobits_per_second}k"
            chosen |= {"maxrate": rate, "bufsize": rate}
        return chosen


DERIVATIVE = Encoding(crf=18, preset="veryfast", keyframe_every=24)
PREVIEW = Encoding(crf=24, preset="veryfast", keyframe_every=12, most_kilobits_per_second=2400)
SMALL = Encoding(crf=27, preset="superfast", keyframe_every=24, most_kilobits_per_second=800)


def playable_times(times: Sequence[float]) -> tuple[float, ...]:
    """Return `times` where they rise from frame to frame; else, as when no time is known, 25 frames a second."""
    rising = all(later - earlier > 1e-6 for earlier, later in pairwise(times))
    if rising and all(map(math.isfinite, times)):
        return tuple(times)
    return tuple(number / ASSUMED_FRAMES_PER_SECOND for number in range(len(times)))


def write_h264(pictures: Iterable[Pixels], times: Sequence[float], to: Path, encoding: Encoding) -> None:
    """Write grey (rows, columns) or RGB (rows, columns, 3) uint8 `pictures`, shown at `times` (seconds), as MP4.

    Odd sides get one black row or column more, as 4:2:0 asks for. Raises ValueError when there are more or fewer
    pictures than times.
    """
    with h264_file(times, to, encoding) as add:
        for pixels in pictures:
            add(pixels)


@contextmanager
def h264_file(times: Sequence[float], to: Path, encoding: Encoding) -> Iterator[Callable[[Pixels], None]]:
    """Give what adds the next picture to the MP4 at `to`, as `write_h264` does, for the time of a `with` block."""
    ticks, stamps = stamps_of(playable_times(times))
    left = zip(stamps, _durations(stamps), strict=True)
    options = {"movflags": "+faststart", "fflags": "+bitexact", "use_editlist": "0"}
    with av.open(str(to), "w", format="mp4", options=options) as container:
        stream: VideoStream | None = None
        cleaner: av.BitStreamFilterContext | None = None

        def add(pixels: Pixels) -> None:
            nonlocal stream, cleaner
            if stream is None:
                stream = _stream(container, pixels, ticks, encoding)
                stream.codec_context.open()
                cleaner = av.BitStreamFilterContext(f"filter_units=remove_types={SEI_MESSAGE}", stream)
            stamp, duration = next(left, (None, None))
            if stamp is None or duration is None:
                raise ValueError("more pictures than times")
            frame = _frame(pixels)
            frame.pts, frame.duration, frame.time_base = stamp, duration, Fraction(1, ticks)
            _mux(container, cleaner, stream.encode(frame))

        yield add
        if stream is None:
            raise ValueError("no picture")
        if next(left, None) is not None:
            raise ValueError("fewer pictures than times")
        _mux(container, cleaner, [*stream.encode(None), None])


def _stream(container: av.container.OutputContainer, first: Pixels, ticks: int, encoding: Encoding) -> VideoStream:
    stream: VideoStream = container.add_stream("libx264", options=encoding.options())
    rows, columns = first.shape[:2]
    stream.width, stream.height, stream.pix_fmt = columns + columns % 2, rows + rows % 2, "yuv420p"
    stream.time_base = Fraction(1, ticks)
    context = stream.codec_context
    context.time_base = Fraction(1, ticks)
    context.thread_count = 1  # the bytes depend on the number of threads
    context.color_range, context.colorspace = LIMITED_RANGE, SMPTE170M
    context.color_primaries, context.color_trc = SMPTE170M, SMPTE170M
    return stream


def _mux(
    container: av.container.OutputContainer,
    cleaner: av.BitStreamFilterContext | None,
    packets: Iterable["av.Packet[VideoStream] | None"],
) -> None:
    for packet in packets:
        for clean in cleaner.filter(packet) if cleaner else ():
            container.mux(clean)


def stamps_of(times: Sequence[float]) -> tuple[int, list[int]]:
    """Return ticks a second, and the times in ticks: exact where they can be, else to half a microsecond."""
    for ticks in TICKS:
        if all(abs(second * ticks - round(second * ticks)) < 1e-3 for second in times):
            break
    return ticks, [round(second * ticks) for second in times]


def _durations(stamps: Sequence[int]) -> Iterator[int]:
    gaps = [later - earlier for earlier, later in pairwise(stamps)]
    yield from gaps
    yield gaps[-1] if gaps else 1


def _frame(pixels: Pixels) -> VideoFrame:
    """Return the picture as limited range 4:2:0; black becomes exactly 16, 128, 128."""
    rows, columns = pixels.shape[:2]
    if rows % 2 or columns % 2:
        margin = [(0, rows % 2), (0, columns % 2), (0, 0)][: pixels.ndim]
        pixels = np.pad(pixels, margin)
        rows, columns = pixels.shape[:2]
    if pixels.ndim == 2:
        planes = [LUMA_OF_GREY[pixels], *[np.full((rows // 2, columns // 2), NO_COLOUR, np.uint8)] * 2]
    else:
        packed = cv2.cvtColor(pixels, cv2.COLOR_RGB2YUV_I420).reshape(-1)
        whole, quarter = rows * columns, rows * columns // 4
        planes = [
            packed[:whole].reshape(rows, columns),
            packed[whole : whole + quarter].reshape(rows // 2, columns // 2),
            packed[whole + quarter :].reshape(rows // 2, columns // 2),
        ]
    frame = VideoFrame(columns, rows, "yuv420p")
    for plane, values in zip(frame.planes, planes, strict=True):
        line = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        line[: plane.height, : plane.width] = values
        line[: plane.height, plane.width :] = values[:, -1:]  # no uninitialised memory in the padding
    return frame

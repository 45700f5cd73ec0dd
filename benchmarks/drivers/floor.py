"""How are frames decoded and encoded by the fastest library there is, with nothing done beside?"""

import io
from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import av
import jpeg_ls
import numpy as np
import openjpeg
import pydicom
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

Frames = NDArray[np.uint8]
RATE = 30
QUALITY = 95


def decoded(source: Path, form: str, pixels: int) -> Iterator[object]:
    """Yield every frame, of so many pixels, in the form in which its fastest decoder gives it."""
    if form == "mp4":
        yield from _video(source)
    elif form == "h264":
        (inner,) = streams(source, 1)
        yield from _video(io.BytesIO(inner))
    elif form == "native":
        yield pydicom.dcmread(source).PixelData
    else:
        rle = partial(_rle, size=pixels)
        decode = {"jpeg": _jpeg, "jpegls": jpeg_ls.decode_buffer, "j2k": _j2k, "rle": rle}[form]
        yield from map(decode, streams(source))


def streams(source: Path, frames: int | None = None) -> Iterator[bytes]:
    """Yield the code streams of a DICOM file."""
    with pydicom.dcmread(source) as header:
        count = frames or int(header.NumberOfFrames)
        yield from pydicom.encaps.generate_frames(header.PixelData, number_of_frames=count)


def _video(source: object) -> Iterator[av.VideoFrame]:
    with av.open(source) as file:
        file.streams.video[0].thread_count = 1
        yield from file.decode(video=0)


def _jpeg(stream: bytes) -> Frames:
    return simplejpeg.decode_jpeg(stream, "RGB", fastdct=True, fastupsample=True)


def _j2k(stream: bytes) -> object:
    return openjpeg.decode(stream)


def _rle(stream: bytes, size: int) -> object:
    starts = np.frombuffer(stream[:64], "<u4")
    ends = (*starts[2 : starts[0] + 1], len(stream))
    bounds = zip(starts[1 : starts[0] + 1], ends, strict=True)
    return [Image.frombytes("L", (size, 1), stream[start:end], "packbits", "L") for start, end in bounds]


def derivative_written(masked: Frames, form: str, to: Path) -> None:
    """Write the masked RGB frames one after the other as what we release for this form of file."""
    with to.open("wb") as file:
        for frame in masked:
            file.write(_encoded(np.asarray(frame), form))


def _encoded(frame: Frames, form: str) -> Any:
    if form == "native":
        return frame.data
    if form == "jpeg":
        return simplejpeg.encode_jpeg(frame, QUALITY, colorspace="RGB", colorsubsampling="422", fastdct=True)
    rows, columns, samples = frame.shape
    return jpeg_ls.encode_buffer(frame.tobytes(), rows, columns, samples, 8, interleave_mode=2)


def video_written(frames: Frames, to: Path, *, crf: int) -> None:
    """Write yuv420p frames, (frames, rows * 3 / 2, columns), as H.264 with the preset of our own videos."""
    with av.open(str(to), "w", format="mp4") as out:
        stream = out.add_stream(
            "libx264", rate=Fraction(RATE), options={"crf": str(crf), "preset": "veryfast", "bf": "0"}
        )
        rows, columns = frames.shape[1] * 2 // 3, frames.shape[2]
        stream.width, stream.height, stream.pix_fmt = columns, rows, "yuv420p"
        stream.codec_context.thread_count = 1
        for frame in frames:
            out.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="yuv420p")))
        out.mux(stream.encode())

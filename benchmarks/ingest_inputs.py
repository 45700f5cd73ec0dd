"""Which clips are ingested by the clock? Made by seed of the SonoSite cine that pydicom carries, in each form of file.

The thirty frames of the example go forth and back, enlarged, with the speckle's own noise over them, so that no frame
equals another: an encoder that skips what did not change would look faster than it is.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import cv2
import jpeg_ls
import numpy as np
import pydicom
import simplejpeg
from numpy.typing import NDArray
from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.uid import (
    MPEG4HP41,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    RLELossless,
)

from tests.real_files import pydicom_example

Pixels = NDArray[np.uint8]

SEED = 8
RATE = 30
NOISE = 0.02
"""Standard deviation of the speckle's own noise, as a share of the grey level."""
FORMS = ("jpeg", "rle", "native", "jpegls", "j2k", "mp4", "h264")
SYNTAXES = {
    "jpeg": JPEGBaseline8Bit, "rle": RLELossless, "native": ExplicitVRLittleEndian, "jpegls": JPEGLSLossless,
    "j2k": JPEG2000Lossless, "h264": MPEG4HP41,
}  # fmt: skip


@dataclass(frozen=True)
class Clip:
    """One clip to be made: its form of file, its size, how many frames."""

    form: str
    columns: int
    rows: int
    frames: int

    @property
    def name(self) -> str:
        """Name it as the tables do."""
        return f"{self.form} {self.columns}x{self.rows}x{self.frames}"

    def write(self, folder: Path) -> Path:
        """Write the file into the folder and return it; the same bytes each time."""
        path = folder / f"{self.name.replace(' ', '-')}.{'mp4' if self.form == 'mp4' else 'dcm'}"
        if self.form == "mp4":
            path.write_bytes(_mp4(self))
            return path
        with pydicom.dcmread(_EXAMPLE) as header:
            del header.SequenceOfUltrasoundRegions  # it declares the pixels of another size
            header.Columns, header.Rows, header.NumberOfFrames = self.columns, self.rows, self.frames
            header.FrameTime = f"{1000 / RATE:.6g}"
            header.file_meta.TransferSyntaxUID = SYNTAXES[self.form]
            header.PhotometricInterpretation = {
                "jpeg": "YBR_FULL_422", "j2k": "YBR_RCT", "h264": "YBR_PARTIAL_420",
            }.get(self.form, "RGB")  # fmt: skip
            header.LossyImageCompression = "01" if self.form in ("jpeg", "h264") else "00"
            header.PixelData = _pixel_data(self)
            header["PixelData"].VR = "OB"
            header["PixelData"].is_undefined_length = self.form != "native"
            header.save_as(path, enforce_file_format=True)
        return path


_EXAMPLE = pydicom_example("examples_ybr_color.dcm")


def pictures(clip: Clip) -> Iterator[Pixels]:
    """Yield the frames of a clip, (rows, columns, 3) RGB."""
    frames, rng = _example(), np.random.default_rng([SEED, clip.columns])
    period = 2 * len(frames) - 2
    grain = rng.normal(1, NOISE, (2 * clip.rows, 2 * clip.columns)).astype(np.float32)
    for number in range(clip.frames):
        place = number % period
        frame = frames[place if place < len(frames) else period - place]
        if (clip.rows, clip.columns) != frame.shape[:2]:
            frame = cv2.resize(frame, (clip.columns, clip.rows), interpolation=cv2.INTER_CUBIC)
        top, left = rng.integers(clip.rows), rng.integers(clip.columns)
        own = grain[top : top + clip.rows, left : left + clip.columns, None]
        yield np.clip(frame * own, 0, 255).astype(np.uint8)


@cache
def _example() -> Pixels:
    with pydicom.dcmread(_EXAMPLE) as header:
        streams = pydicom.encaps.generate_frames(header.PixelData, number_of_frames=header.NumberOfFrames)
        return np.stack([simplejpeg.decode_jpeg(stream, "RGB") for stream in streams])


def _pixel_data(clip: Clip) -> bytes:
    if clip.form == "native":
        return b"".join(picture.tobytes() for picture in pictures(clip))
    if clip.form == "h264":
        return encapsulate([_mp4(clip)])
    return encapsulate([_stream(clip.form, picture) for picture in pictures(clip)])


def _stream(form: str, picture: Pixels) -> bytes:
    """Return one frame as a code stream of this form."""
    rows, columns, samples = picture.shape
    if form == "jpeg":
        return bytes(simplejpeg.encode_jpeg(picture, quality=90, colorspace="RGB", colorsubsampling="422"))
    if form == "jpegls":
        return bytes(jpeg_ls.encode_buffer(picture.tobytes(), rows, columns, samples, 8, interleave_mode=2))
    if form == "j2k":
        stream = io.BytesIO()
        Image.fromarray(picture).save(stream, "JPEG2000", no_jp2=True, irreversible=False)
        return stream.getvalue()
    return _rle(picture)


def _rle(picture: Pixels) -> bytes:
    """Return RLE (PS3.5 annex G): one PackBits segment a colour, by Pillow's encoder of TIFF."""
    segments = []
    for plane in np.moveaxis(picture, 2, 0):
        stream = io.BytesIO()
        Image.fromarray(np.ascontiguousarray(plane)).save(stream, "TIFF", compression="packbits", strip_size=1 << 30)
        with Image.open(stream) as written:
            (start,), (length,) = written.tag_v2[273], written.tag_v2[279]
        segment = stream.getvalue()[start : start + length]
        segments.append(segment + b"\0" * (len(segment) % 2))
    starts = np.cumsum([64, *map(len, segments)])[:-1]
    head = np.zeros(16, "<u4")
    head[0], head[1 : 1 + len(starts)] = len(starts), starts
    return head.tobytes() + b"".join(segments)


def _mp4(clip: Clip) -> bytes:
    file = io.BytesIO()
    options = {"crf": "20", "preset": "veryfast", "bf": "0"}
    with av.open(file, "w", format="mp4") as out:
        stream = out.add_stream("libx264", rate=Fraction(RATE), options=options)
        stream.width, stream.height, stream.pix_fmt = clip.columns, clip.rows, "yuv420p"
        stream.codec_context.thread_count = 1
        for picture in pictures(clip):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode())
    return file.getvalue()

"""How is a picture written as DICOM in each form that devices use, with identifiers planted around the pixels too?"""

import io
import struct
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import simplejpeg
from PIL import Image
from pydicom import Dataset, FileDataset, dcmwrite
from pydicom.uid import (
    JPEG2000,
    MPEG4HP41,
    UID,
    DeflatedExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    UltrasoundImageStorage,
    UltrasoundMultiFrameImageStorage,
)

from tests.core.reading.written import cine, compressed, encapsulated, in_big_endian, padded
from tests.planted.dicom_places import PLACES
from tests.planted.marks import Ink
from tests.planted.pictures import Picture, Pixels
from tests.planted.segments import with_comment, with_jpeg_segments
from tests.planted.video_files import write_video

Form = Callable[[Pixels, Ink], FileDataset]


@contextmanager
def as_devices_write() -> Iterator[None]:
    """Let pydicom write what breaks the standard, as devices do."""
    before = pydicom.config.settings.writing_validation_mode, pydicom.config.settings.reading_validation_mode
    pydicom.config.settings.writing_validation_mode = pydicom.config.IGNORE
    pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        pydicom.config.settings.writing_validation_mode, pydicom.config.settings.reading_validation_mode = before


def _native(pixels: Pixels, ink: Ink) -> FileDataset:
    """Native pixels with more bytes than the frames need, and a name in them."""
    data_set = cine(pixels)
    slack = ink.person("bytes after the last native frame").encode()
    data_set.PixelData = padded(data_set.PixelData + slack)
    return data_set


def _implicit(pixels: Pixels, ink: Ink) -> FileDataset:
    data_set = cine(pixels)
    data_set.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    data_set.set_original_encoding(is_implicit_vr=True, is_little_endian=True)
    return data_set


def _big_endian(pixels: Pixels, ink: Ink) -> FileDataset:
    return in_big_endian(cine(pixels))


def _deflated(pixels: Pixels, ink: Ink) -> FileDataset:
    data_set = cine(pixels)
    data_set.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    return data_set


def _planes(pixels: Pixels, ink: Ink) -> FileDataset:
    data_set = cine(pixels)
    data_set.PixelData = padded(np.ascontiguousarray(pixels.transpose(0, 3, 1, 2)).tobytes())
    data_set["PixelData"].VR = "OB"
    data_set.PlanarConfiguration = 1
    return data_set


def _palette(pixels: Pixels, ink: Ink) -> FileDataset:
    """A palette whose tables are longer than they say."""
    data_set = cine(pixels)
    data_set.PhotometricInterpretation = "PALETTE COLOR"
    ramp = np.arange(256, dtype=np.uint16) * 257
    for name in ("Red", "Green", "Blue"):
        setattr(data_set, f"{name}PaletteColorLookupTableDescriptor", [256, 0, 16])
        setattr(data_set, f"{name}PaletteColorLookupTableData", ramp.tobytes())
    data_set.SegmentedRedPaletteColorLookupTableData = padded(ink.person("segmented palette").encode())
    return data_set


def _lossless(form: str) -> Form:
    def write(pixels: Pixels, ink: Ink) -> FileDataset:
        return compressed(np.ascontiguousarray(pixels), form)

    return write


def _j2k_lossy(pixels: Pixels, ink: Ink) -> FileDataset:
    streams = []
    for frame in pixels:
        stream = io.BytesIO()
        Image.fromarray(frame).save(stream, "JPEG2000", no_jp2=True, irreversible=True, quality_layers=[8])
        streams.append(with_comment(stream.getvalue(), ink.person("comment in a JPEG 2000 stream").encode()))
    data_set = encapsulated(cine(pixels), streams, JPEG2000)
    data_set.PhotometricInterpretation = "YBR_ICT" if pixels.ndim == 4 else "MONOCHROME2"
    return data_set


def _jpeg(subsampling: str) -> Form:
    def write(pixels: Pixels, ink: Ink) -> FileDataset:
        space, sampling = ("RGB", subsampling) if pixels.ndim == 4 else ("GRAY", "Gray")
        shaped = pixels if pixels.ndim == 4 else pixels[..., None]
        streams = [
            with_jpeg_segments(
                simplejpeg.encode_jpeg(
                    np.ascontiguousarray(frame), quality=90, colorspace=space, colorsubsampling=sampling
                ),
                ink,
                "JPEG frame",
            )
            for frame in shaped
        ]
        data_set = encapsulated(cine(pixels), streams, JPEGBaseline8Bit)
        data_set.PixelData = _with_slack(data_set.PixelData, len(streams), ink)
        data_set.PhotometricInterpretation = "YBR_FULL_422" if pixels.ndim == 4 else "MONOCHROME2"
        data_set.LossyImageCompression = "01"
        return data_set

    return write


def _with_slack(encapsulated_frames: bytes, frames: int, ink: Ink) -> bytes:
    """Return the fragments with an offset table that is longer than its frames, the rest of it a name."""
    text = ink.person("slack of the offset table").encode()
    text += b" " * (-len(text) % 4)
    length = int.from_bytes(encapsulated_frames[4:8], "little")
    if length != 4 * frames or ink.rng.random() < 0.5:
        ink.marks.pop()
        return encapsulated_frames
    table = encapsulated_frames[8 : 8 + length] + text
    return encapsulated_frames[:4] + struct.pack("<I", len(table)) + table + encapsulated_frames[8 + length :]


def _h264(pixels: Pixels, ink: Ink, folder: Path) -> FileDataset:
    """An MP4 of all its own places as the only fragment."""
    video = folder / "inner.mp4"
    write_video(pixels, video, ink)
    data_set = encapsulated(cine(pixels), [video.read_bytes()], MPEG4HP41)
    video.unlink()
    data_set.PhotometricInterpretation = "YBR_PARTIAL_420"
    return data_set


FORMS: dict[str, tuple[Form, bool]] = {
    "native grey": (_native, False),
    "native colour": (_native, True),
    "implicit": (_implicit, False),
    "big endian": (_big_endian, False),
    "deflated": (_deflated, False),
    "planes": (_planes, True),
    "palette": (_palette, False),
    "rle": (_lossless("rle"), True),
    "jpeg grey": (_jpeg("Gray"), False),
    "jpeg 4:2:2": (_jpeg("422"), True),
    "jpeg 4:4:4": (_jpeg("444"), True),
    "jpeg 4:2:0": (_jpeg("420"), True),
    "jpeg-ls": (_lossless("jpegls"), True),
    "j2k": (_lossless("j2k"), True),
    "j2k lossy": (_j2k_lossy, False),
}
"""Form and whether it is coloured."""
H264 = "h264 in dicom"


def write_dicom(
    form: str, shown: Picture, path: Path, ink: Ink, *, density: float = 0.75, but: tuple[str, ...] = ()
) -> None:
    """Write the picture in one of FORMS (or H264), each place of the header but some planted by that probability."""
    still = len(shown.frames) == 1
    with as_devices_write():
        if form == H264:
            data_set = _h264(shown.shown(colour=True), ink, path.parent)
        else:
            write, colour = FORMS[form]
            data_set = write(shown.shown(colour=colour), ink)
        _frame(data_set, shown, still=still)
        deflated = form == "deflated"
        before = len(ink.marks)
        for name, place in PLACES.items():
            if name not in but and ink.rng.random() < density:
                place(data_set, ink)
        if deflated:
            ink.marks[before:] = [replace(mark, plain=False) for mark in ink.marks[before:]]
        dcmwrite(path, data_set, enforce_file_format=False)
    if data_set.preamble:
        raw = bytearray(path.read_bytes())
        raw[:128] = data_set.preamble
        path.write_bytes(raw)


def _frame(data_set: FileDataset, shown: Picture, *, still: bool) -> None:
    """State class, times and region as a device would."""
    data_set.SOPClassUID = UltrasoundImageStorage if still else UltrasoundMultiFrameImageStorage
    data_set.file_meta.MediaStorageSOPClassUID = UID(data_set.SOPClassUID)
    data_set.file_meta.FileMetaInformationVersion = b"\0\1"
    data_set.file_meta.FileMetaInformationGroupLength = 0  # counted as the file is written
    data_set.SpecificCharacterSet = "ISO_IR 192"
    if still:
        del data_set.NumberOfFrames
    else:
        data_set.FrameTime, data_set.FrameIncrementPointer = "40", 0x00181063
    xs, ys = zip(*shown.outline, strict=True)
    region = Dataset()
    region.RegionLocationMinX0, region.RegionLocationMinY0 = round(min(xs)), round(min(ys))
    region.RegionLocationMaxX1, region.RegionLocationMaxY1 = round(max(xs)), round(max(ys))
    region.RegionSpatialFormat, region.RegionDataType, region.RegionFlags = 1, 1, 2
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = 3
    region.PhysicalDeltaX = region.PhysicalDeltaY = 0.05
    data_set.SequenceOfUltrasoundRegions = [region]

"""How is the derivative of a DICOM file written?"""

import hashlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from pipeline.clip import Clip
from pipeline.deidentify import dicom
from pipeline.deidentify.allow_list import allow_list
from pipeline.deidentify.harvest import identifiers_of_dicom
from pipeline.deidentify.header import Picture, clean_header
from pipeline.deidentify.identifiers import Identifiers
from pipeline.deidentify.key import Key
from pipeline.deidentify.verify import EXACT, H264, JPEG
from pipeline.deidentify.written import Written, constants, h264_step, masked_frames
from pipeline.errors import Withheld
from pipeline.h264 import DERIVATIVE, playable_times, write_h264
from pipeline.reading import read_dataset
from pipeline.reading.dataset import MALFORMED_DICOM, quiet
from pipeline.reading.scan import Scan
from pipeline.sector import Mask

Pixels = NDArray[np.uint8]

JPEG_SOURCES = ("1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51")
VIDEO_SOURCES = "1.2.840.10008.1.2.4.10"
RAW_SOURCES = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2")
MOST_VIDEO_PIXELS = 1920 * 1088  # H.264 level 4.1


def write_dicom(path: Path, clip: Clip, mask: Mask, key: Key, folder: Path) -> Written:
    """Write `scan.dcm`: header from the allow-list, pixels in the same or an equally lossless form."""
    try:
        with quiet():
            source = read_dataset(path)
            identifiers = identifiers_of_dicom(source, path, constants())
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            if str(source.get("SOPClassUID", "")) not in allow_list().sop_classes:
                raise Withheld("cannot_clean")
            with masked_frames(path, mask) as (scan, frames):
                return _write_dicom(source, digest, scan, frames, clip, key, identifiers, folder)
    except MALFORMED_DICOM as fault:
        raise Withheld("cannot_clean") from fault


def _write_dicom(
    source: Dataset,
    digest: str,
    scan: Scan,
    frames: Iterator[Pixels],
    clip: Clip,
    key: Key,
    identifiers: Identifiers,
    folder: Path,
) -> Written:
    first, frames = _peek(frames)
    picture = _picture_of(source, scan.facts.transfer_syntax or dicom.NATIVE, first, clip)
    header = clean_header(source, digest, key, identifiers, picture)
    target = folder / "scan.dcm"
    with target.open("w+b") as file:
        pixels_from = dicom.write_header(header.dataset, file)
        if picture.transfer_syntax == dicom.H264:
            video = folder / "stream.mp4"
            write_h264(frames, playable_times(clip.frame_times), video, DERIVATIVE)
            dicom.write_stream(video, file)
            video.unlink()
        elif picture.transfer_syntax == dicom.NATIVE:
            dicom.write_native(frames, clip.frames, first.size, file)
        else:
            encoded = dicom.as_jpeg if picture.transfer_syntax == dicom.JPEG_BASELINE else dicom.as_jpeg_ls
            dicom.write_fragments(encoded(frames), clip.frames, file)
    tolerance, step = {
        dicom.H264: (H264, h264_step()),
        dicom.JPEG_BASELINE: (JPEG, f"pixels: JPEG baseline encoded anew, quality {dicom.JPEG_QUALITY}"),
        dicom.NATIVE: (EXACT, "pixels: uncompressed, exact inside the sector"),
        dicom.JPEG_LS: (EXACT, "pixels: JPEG-LS lossless, exact inside the sector"),
    }[picture.transfer_syntax]
    return Written(
        target,
        playable_times(clip.frame_times) if picture.transfer_syntax == dicom.H264 else clip.frame_times,
        tolerance,
        identifiers,
        (f"header: allow-list of {allow_list().edition}", step),
        header.made,
        pixels_from,
        partial(dicom.mark_verified, target, pixels_from),
    )


def _picture_of(source: Dataset, syntax: str, first: Pixels, clip: Clip) -> Picture:
    """Choose how the pixels are written: in the form that they came in, or in one that loses as little."""
    samples = 1 if first.ndim == 2 else 3
    rows, columns = first.shape[:2]
    photometric, chosen, lossy = "RGB" if samples == 3 else "MONOCHROME2", dicom.JPEG_LS, None
    if syntax.startswith(VIDEO_SOURCES):
        if rows * columns > MOST_VIDEO_PIXELS:
            raise Withheld("cannot_clean")
        rows, columns, samples = rows + rows % 2, columns + columns % 2, 3
        photometric, chosen, lossy = "YBR_PARTIAL_420", dicom.H264, "ISO_14496_10"
    elif syntax in JPEG_SOURCES:
        photometric, chosen, lossy = "YBR_FULL_422" if samples == 3 else photometric, dicom.JPEG_BASELINE, "ISO_10918_1"
    elif syntax in RAW_SOURCES and source.get("SamplesPerPixel") == samples:
        chosen = dicom.NATIVE  # a palette would grow threefold: it is written compressed
    return Picture(rows, columns, samples, photometric, chosen, clip.frame_times, lossy)


def _peek(frames: Iterator[Pixels]) -> tuple[Pixels, Iterator[Pixels]]:
    first = next(frames, None)
    if first is None:
        raise Withheld("cannot_clean")

    def again() -> Iterator[Pixels]:
        yield first
        yield from frames

    return first, again()

"""How is the derivative of each kind of file written?"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from pipeline.clip import Clip
from pipeline.deidentify import dicom
from pipeline.deidentify.allow_list import allow_list
from pipeline.deidentify.harvest import identifiers_of_dicom, identifiers_of_picture
from pipeline.deidentify.header import Picture, clean_header
from pipeline.deidentify.identifiers import Identifiers
from pipeline.deidentify.key import Key
from pipeline.deidentify.masking import masked
from pipeline.deidentify.verify import EXACT, H264, JPEG, Tolerance
from pipeline.errors import Withheld
from pipeline.h264 import DERIVATIVE, playable_times, write_h264
from pipeline.reading import open_scan, read_dataset
from pipeline.reading.dataset import MALFORMED_DICOM, quiet
from pipeline.reading.scan import Scan
from pipeline.sector import Mask

Pixels = NDArray[np.uint8]

JPEG_SOURCES = ("1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51")
VIDEO_SOURCES = "1.2.840.10008.1.2.4.10"
RAW_SOURCES = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2")
MOST_VIDEO_PIXELS = 1920 * 1088  # H.264 level 4.1


@dataclass(frozen=True)
class Written:
    """A derivative that is written but not yet checked.

    frame_times: as a reader of it will find them. pixels_from: where its pixels begin, 0 where they may begin anywhere.
    made: texts in its header that the key made. confirm: what is left to do once the checks passed.
    """

    path: Path
    frame_times: tuple[float, ...]
    tolerance: Tolerance
    identifiers: Identifiers
    steps: tuple[str, ...]
    made: frozenset[str] = frozenset()
    pixels_from: int = 0
    confirm: Callable[[], None] = lambda: None


def write_video(path: Path, clip: Clip, mask: Mask, key: Key, folder: Path) -> Written:
    """Write `scan.mp4`: H.264 anew, the picture track alone."""
    del key  # a video holds no patient whose pseudonym could be written
    target, times = folder / "scan.mp4", playable_times(clip.frame_times)
    with _masked_frames(path, mask) as (_, frames):
        write_h264(frames, times, target, DERIVATIVE)
    return Written(target, times, H264, identifiers_of_picture(path, _constants()), (_h264_step(),))


def write_still(path: Path, clip: Clip, mask: Mask, key: Key, folder: Path) -> Written:
    """Write `scan.png`: the pixels and nothing else."""
    del key
    target = folder / "scan.png"
    with _masked_frames(path, mask) as (_, frames):
        (pixels,) = frames
    ordered = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    _, encoded = cv2.imencode(".png", ordered)
    target.write_bytes(encoded.tobytes())
    identifiers = identifiers_of_picture(path, _constants())
    return Written(target, clip.frame_times, EXACT, identifiers, ("pixels: PNG, exact inside the sector",))


def write_dicom(path: Path, clip: Clip, mask: Mask, key: Key, folder: Path) -> Written:
    """Write `scan.dcm`: header from the allow-list, pixels in the same or an equally lossless form."""
    try:
        with quiet():
            source = read_dataset(path)
            identifiers = identifiers_of_dicom(source, path, _constants())
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            if str(source.get("SOPClassUID", "")) not in allow_list().sop_classes:
                raise Withheld("cannot_clean")
            with _masked_frames(path, mask) as (scan, frames):
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
        dicom.H264: (H264, _h264_step()),
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


@contextmanager
def _masked_frames(path: Path, mask: Mask) -> Iterator[tuple[Scan, Iterator[Pixels]]]:
    with open_scan(path) as scan:
        yield scan, masked((frame.pixels for frame in scan.frames()), mask)


def _peek(frames: Iterator[Pixels]) -> tuple[Pixels, Iterator[Pixels]]:
    first = next(frames, None)
    if first is None:
        raise Withheld("cannot_clean")

    def again() -> Iterator[Pixels]:
        yield first
        yield from frames

    return first, again()


def _h264_step() -> str:
    return f"pixels: H.264 encoded anew, crf {DERIVATIVE.crf}, one track, no tags"


def _constants() -> str:
    """Return every text that each released file may hold, one after the other."""
    table = allow_list()
    parts = [table.method, *table.codes, *table.codes.values(), *table.exams, *table.sop_classes]
    for entry in table.attributes:
        parts += [entry.value, *entry.terms]
    parts += ["DERIVED", "PRIMARY", "MONOCHROME2", "RGB", "YBR_FULL_422", "YBR_PARTIAL_420", "IDENTITY", "MODIFIED"]
    parts += ["SONORELAY_1", "YES", "VideoHandler", "JFIF", "isomiso2avc1mp41", "DCM", "SR-"]
    parts += [
        "moov mvhd trak tkhd mdia mdhd minf vmhd dinf dref stbl stsd stts stss stsc stsz stco avcC colr btrt free"
    ]
    return "\n".join(parts)

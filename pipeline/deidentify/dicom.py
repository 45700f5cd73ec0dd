"""How is a released DICOM file written, frame by frame, without ever holding all of them?"""

import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import jpeg_ls
import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.filewriter import dcmwrite

from pipeline.preview import encode_jpeg

Pixels = NDArray[np.uint8]
Samples = NDArray[Any]

NATIVE = "1.2.840.10008.1.2.1"
JPEG_BASELINE = "1.2.840.10008.1.2.4.50"
JPEG_LS = "1.2.840.10008.1.2.4.80"
H264 = "1.2.840.10008.1.2.4.102"
H264_BLU_RAY = "1.2.840.10008.1.2.4.103"
H264_LEVEL_4_2 = "1.2.840.10008.1.2.4.104"
JPEG_QUALITY = 95

IDENTITY_TAG = struct.pack("<HH2sH", 0x0012, 0x0062, b"CS", 4)
_ITEM, _END = struct.pack("<HH", 0xFFFE, 0xE000), struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)


def write_header(dataset: Dataset, to: BinaryIO) -> int:
    """Write preamble (zeros), file meta and data set; return the number of bytes, where the pixels will begin."""
    dcmwrite(to, dataset, enforce_file_format=True)
    return to.tell()


def write_native(frames: Iterable[Samples], frames_expected: int, frame_bytes: int, to: BinaryIO) -> None:
    """Append uncompressed samples of 8 or 16 bits; raises ValueError when the frames are not as announced.

    PS3.5 annex A.2: OB for 8 bits, OW for 16. An explicit length holds no more than 4 GiB.
    """
    length, written = frames_expected * frame_bytes, 0
    start = to.tell()
    to.write(bytes(12))
    for frame in frames:
        ordered = np.ascontiguousarray(frame, frame.dtype.newbyteorder("<"))
        kind = b"OB" if ordered.itemsize == 1 else b"OW"
        written += to.write(ordered.data.cast("B"))
    if written != length or not written:
        raise ValueError("more or fewer pixels than announced")
    to.write(b"\0" * (length % 2))
    end = to.tell()
    to.seek(start)
    to.write(struct.pack("<HH2sHI", 0x7FE0, 0x0010, kind, 0, length + length % 2))
    to.seek(end)


def write_fragments(fragments: Iterable[bytes], frames_expected: int, to: BinaryIO) -> None:
    """Append encapsulated pixels, one fragment a frame, with a basic offset table (PS3.5 annex A.4)."""
    to.write(struct.pack("<HH2sHI", 0x7FE0, 0x0010, b"OB", 0, 0xFFFFFFFF))
    to.write(_ITEM + struct.pack("<I", 4 * frames_expected))
    table = to.tell()
    to.write(b"\0" * (4 * frames_expected))
    start, offsets = to.tell(), []
    for fragment in fragments:
        offsets.append(to.tell() - start)
        to.write(_ITEM + struct.pack("<I", len(fragment) + len(fragment) % 2))
        to.write(fragment + b"\0" * (len(fragment) % 2))
    to.write(_END)
    if len(offsets) != frames_expected:
        raise ValueError("more or fewer frames than announced")
    end = to.tell()
    to.seek(table)
    to.write(struct.pack(f"<{len(offsets)}I", *offsets))
    to.seek(end)


def write_stream(video: Path, to: BinaryIO) -> None:
    """Append a whole video file as one fragment with an empty offset table (PS3.5 section 8.2.7)."""
    size = video.stat().st_size
    to.write(struct.pack("<HH2sHI", 0x7FE0, 0x0010, b"OB", 0, 0xFFFFFFFF) + _ITEM + struct.pack("<I", 0))
    to.write(_ITEM + struct.pack("<I", size + size % 2))
    with video.open("rb") as file:
        while block := file.read(1 << 20):
            to.write(block)
    to.write(b"\0" * (size % 2) + _END)


def as_jpeg(frames: Iterable[Pixels]) -> Iterator[bytes]:
    """Yield each frame as baseline JPEG, 4:2:2 where it is coloured."""
    for frame in frames:
        yield encode_jpeg(frame, quality=JPEG_QUALITY, subsampling="422")


def as_jpeg_ls(frames: Iterable[Samples], bits: int = 8) -> Iterator[bytes]:
    """Yield each frame as lossless JPEG-LS of `bits` (2 to 16), colours interleaved by sample; the sign is a bit."""
    for frame in frames:
        rows, columns, samples = *frame.shape[:2], 1 if frame.ndim == 2 else 3
        unsigned = np.ascontiguousarray(frame).view(f"u{frame.itemsize}") & ((1 << bits) - 1)
        yield bytes(jpeg_ls.encode_buffer(unsigned.tobytes(), rows, columns, samples, bits, interleave_mode=2))


def mark_verified(path: Path, header_bytes: int) -> None:
    """Turn PatientIdentityRemoved from NO to YES in place; raises ValueError when it is not there exactly once."""
    with path.open("r+b") as file:
        header = file.read(header_bytes)
        if header.count(IDENTITY_TAG + b"NO  ") != 1:
            raise ValueError("PatientIdentityRemoved is not where it was written")
        file.seek(header.index(IDENTITY_TAG + b"NO  ") + len(IDENTITY_TAG))
        file.write(b"YES ")

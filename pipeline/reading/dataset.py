"""What does the header of a DICOM file say, read without trusting its lengths?"""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from pydicom import Dataset, FileDataset
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.filereader import _read_file_meta_info, read_dataset, read_partial, read_preamble
from pydicom.uid import DeflatedExplicitVRLittleEndian

from pipeline.errors import NotAScan, Undecodable
from pipeline.reading.inflated import Inflated
from pipeline.reading.limits import MALFORMED

# pydicom's log lines and warnings quote header values
logging.getLogger("pydicom").propagate = False

MALFORMED_DICOM = (*MALFORMED, BytesLengthException, InvalidDicomError)
_UNDEFINED = 0xFFFFFFFF


@dataclass(frozen=True, eq=False)
class PixelElement:
    """Where the pixel data stand in the stream. length: bytes, None for encapsulated code streams."""

    keyword: str
    value_type: str
    start: int
    length: int | None


@dataclass(frozen=True, eq=False)
class Opened:
    """A header, the stream that it was read from, and its pixel element (None where the file ends before one)."""

    header: FileDataset
    stream: BinaryIO
    little_endian: bool
    transfer_syntax: str | None
    pixels: PixelElement | None

    def end(self) -> int:
        """Return the length of the stream in bytes."""
        return self.stream.seek(0, 2)


@contextmanager
def open_dataset(path: Path) -> Iterator[Opened]:
    """Open a DICOM file up to its pixel data.

    Raises Undecodable (`damaged`, `truncated`), NotAScan (`unknown_kind`) or TooLarge.
    """
    with path.open("rb") as file, quiet():
        yield _opened(file)


def read_header(path: Path) -> Dataset:
    """Return the data set of a DICOM file up to its pixel data, with `file_meta`; same errors as `open_dataset`."""
    with open_dataset(path) as opened:
        return opened.header


@contextmanager
def quiet() -> Iterator[None]:
    """Silence warnings, which quote header values."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _opened(file: BinaryIO) -> Opened:
    try:
        stream, header = _read(file)
        implicit, little_endian = header.original_encoding
        syntax = header.file_meta.get("TransferSyntaxUID")
        pixels = _pixel_element(stream, implicit=bool(implicit), order="little" if little_endian else "big")
    except MALFORMED_DICOM:
        raise Undecodable("damaged") from None
    if len(header) == 0:
        raise Undecodable("truncated") if header.preamble else NotAScan("unknown_kind")
    return Opened(header, stream, bool(little_endian), str(syntax) if syntax else None, pixels)


def _read(file: BinaryIO) -> tuple[BinaryIO, FileDataset]:
    """Return the stream, positioned at the pixel data, and the header; deflated data are inflated as far as read."""
    preamble = read_preamble(file, force=True)
    meta = _read_file_meta_info(file)
    if meta.get("TransferSyntaxUID") != DeflatedExplicitVRLittleEndian:
        file.seek(0)
        return file, read_partial(file, _at_pixels, force=True)
    stream = cast(BinaryIO, Inflated(file))
    body = read_dataset(stream, is_implicit_VR=False, is_little_endian=True, stop_when=_at_pixels)
    header = FileDataset(stream, body, preamble, meta, is_implicit_VR=False, is_little_endian=True)
    header.set_original_encoding(is_implicit_vr=False, is_little_endian=True)
    return stream, header


def _at_pixels(tag: int, _value_type: str | None, _length: int) -> bool:
    return tag in (0x7FE00008, 0x7FE00009, 0x7FE00010)


def _pixel_element(stream: BinaryIO, *, implicit: bool, order: str) -> PixelElement | None:
    """Parse the head of the element at which reading stopped; None at the end of the file."""
    head = stream.read(8)
    if len(head) < 8:
        return None
    group, element = (int.from_bytes(head[i : i + 2], order) for i in (0, 2))  # type: ignore[arg-type]
    tag = group << 16 | element
    if not _at_pixels(tag, None, 0):
        return None
    value_type = "OW" if implicit else head[4:6].decode("latin-1")
    raw = head[4:8] if implicit else stream.read(4)
    length = int.from_bytes(raw, order)  # type: ignore[arg-type]
    keyword = {0x7FE00008: "FloatPixelData", 0x7FE00009: "DoubleFloatPixelData"}.get(tag, "PixelData")
    return PixelElement(keyword, value_type, stream.tell(), None if length == _UNDEFINED else length)

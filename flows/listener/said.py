"""What does an object say of itself, read from its beginning only?"""

import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from pydicom.filereader import read_dataset
from pydicom.tag import BaseTag

from pipeline.reading.dataset import MALFORMED_DICOM

HEAD = 64 * 1024
"""Class and instance stand in the first lines of every object (PS3.6: 0008,0016 and 0008,0018)."""
IMPLICIT, BIG_ENDIAN, DEFLATED = "1.2.840.10008.1.2", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"


@dataclass(frozen=True)
class Said:
    """SOP class and instance as they stand in the object, empty where it does not name them."""

    sop_class: str
    instance: str


def said_in(path: Path, skip: int, transfer_syntax: str) -> Said | None:
    """Return what the data set says that begins `skip` bytes into the file; None where those bytes are none."""
    with path.open("rb") as file:
        file.seek(skip)
        head = file.read(HEAD)
    try:
        if transfer_syntax == DEFLATED:
            head = zlib.decompressobj(-zlib.MAX_WBITS).decompress(head, HEAD)
        found = read_dataset(
            BytesIO(head),
            is_implicit_VR=transfer_syntax == IMPLICIT,
            is_little_endian=transfer_syntax != BIG_ENDIAN,
            stop_when=_past_the_instance,
        )
        return Said(*(str(found.get(name, "")).strip() for name in ("SOPClassUID", "SOPInstanceUID")))
    except MALFORMED_DICOM:
        return None


def _past_the_instance(tag: BaseTag, _representation: str | None, _length: int) -> bool:
    return int(tag) > 0x00080018

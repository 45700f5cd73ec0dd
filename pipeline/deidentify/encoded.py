"""How do a released data set and its file meta become bytes?

Explicit VR, little endian, items of explicit length: the bytes that pydicom's writer gives (a test compares them),
without the copies of data sets that it makes for a caller who may not have decided on an encoding yet.
"""

import struct
from collections.abc import Iterable, MutableSequence
from typing import Any

from pydicom import DataElement, Dataset
from pydicom.dataelem import RawDataElement
from pydicom.tag import BaseTag

PREAMBLE = bytes(128) + b"DICM"
VERSION_AND_LENGTH = (0x00020000, 0x00020001)
TEXT = "utf-8"
"""What stays of the input is ASCII, which every character set begins with."""
NUMBERS = {"US": "H", "SS": "h", "UL": "I", "SL": "i", "FL": "f", "FD": "d"}
LONG = {"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"}
ITEM = struct.pack("<HH", 0xFFFE, 0xE000)
MOST_BYTES_OF_SHORT = 0xFFFF

Element = DataElement | RawDataElement


def encoded_file(dataset: Dataset) -> bytes:
    """Return a whole DICOM file up to its pixels; raises ValueError for a value that its type cannot hold."""
    meta = _joined(element for tag, element in dataset.file_meta.items() if tag not in VERSION_AND_LENGTH)
    meta = _element(0x00020001, "OB", b"\0\1") + meta
    return PREAMBLE + _element(0x00020000, "UL", struct.pack("<I", len(meta))) + meta + encoded(dataset)


def encoded(dataset: Dataset) -> bytes:
    """Return the elements of a data set in their order; same error."""
    return _joined(element for _, element in dataset.items())


def _joined(elements: Iterable[Element]) -> bytes:
    placed = sorted((int(element.tag), element) for element in elements)
    return b"".join(_element(tag, str(element.VR), _value(element)) for tag, element in placed)


def _element(tag: int, value_type: str, value: bytes) -> bytes:
    if len(value) > MOST_BYTES_OF_SHORT and value_type not in LONG:
        value_type = "UN"  # PS3.5 6.2.2
    kind = value_type.encode("ascii")
    if value_type in LONG:
        return struct.pack("<HH2sHI", tag >> 16, tag & 0xFFFF, kind, 0, len(value)) + value
    return struct.pack("<HH2sH", tag >> 16, tag & 0xFFFF, kind, len(value)) + value


def _value(element: Element) -> bytes:
    """Return the bytes of a value, of even length."""
    value: Any = element.value
    kind = str(element.VR)
    if isinstance(element, RawDataElement):
        return bytes(value or b"")
    if value is None or value in ("", []):
        return b""
    if kind == "SQ":
        return b"".join(_item(encoded(item)) for item in value)
    if kind in LONG:
        return bytes(value) + bytes(len(value) % 2)
    parts = list(value) if isinstance(value, MutableSequence | tuple) else [value]
    try:
        if kind in NUMBERS:
            return struct.pack(f"<{len(parts)}{NUMBERS[kind]}", *parts)
        if kind == "AT":
            return b"".join(struct.pack("<HH", part >> 16, part & 0xFFFF) for part in map(BaseTag, parts))
    except struct.error as fault:
        raise ValueError("a number that its type cannot hold") from fault
    spell = _digits if kind in ("DS", "IS") else str
    text = "\\".join(map(spell, parts)).encode(TEXT)
    return text + (b"\0" if kind == "UI" else b" ") * (len(text) % 2)


def _item(content: bytes) -> bytes:
    return ITEM + struct.pack("<I", len(content)) + content


def _digits(number: Any) -> str:
    """Return a number as it was spelled, or is to be spelled."""
    return str(getattr(number, "original_string", number))

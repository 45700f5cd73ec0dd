"""Which values does a released header hold, and does one of them name somebody?

The header is read by its own small parser (explicit VR, little endian: the form in which it is written), so that a name
too short to be sought among bytes, or one that is a part of a constant ("Mina" in "ABDOMINAL"), is still seen.
"""

import struct
from collections.abc import Iterator

from pipeline.deidentify.identifiers import STANDARD_UIDS, Identifiers

META_BEGINS = 132
LONG = frozenset((b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"))
TEXTS = frozenset(
    (b"AE", b"AS", b"CS", b"DA", b"DT", b"LO", b"LT", b"PN", b"SH", b"ST", b"TM", b"UC", b"UI", b"UR", b"UT")
)
UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD


def names_somebody(header: bytes, identifiers: Identifiers, harmless: frozenset[str], made: frozenset[str]) -> bool:
    """Return whether a value of the header names somebody; values of `harmless` and those the key made cannot.

    header: a whole file up to its pixels. Raises ValueError where it is not what our writer writes.
    """
    phrases = frozenset(identifiers.kept.split("\n")) - {""}
    for value in texts_in(header):
        if value in harmless or value in made or value.startswith(STANDARD_UIDS):
            continue
        # a part of a word of the vocabulary is nobody's name: "Ana" in "canal"
        words = value.split() if value in phrases else ()
        if any(map(identifiers.is_name, words)) if words else identifiers.inside(value):
            return True
    return False


def texts_in(header: bytes) -> Iterator[str]:
    """Yield each value of the text types, at every depth; raises ValueError where the header cannot be read."""
    if header[META_BEGINS - 4 : META_BEGINS] != b"DICM" or any(header[: META_BEGINS - 4]):
        raise ValueError("not a released header")
    place = META_BEGINS
    while place < len(header):
        tag, value_type, start, length = _head(header, place)
        if value_type == b"SQ" or tag in (ITEM, ITEM_END, SEQUENCE_END):
            place = start  # items are read as a part of the whole
            continue
        if length > len(header) - start:
            raise ValueError("a value leaves the header")
        if value_type in TEXTS:
            yield from _parts(header[start : start + length])
        place = start + length


def _head(header: bytes, place: int) -> tuple[int, bytes, int, int]:
    """Return tag, value representation, start and length of the value of the element at `place`."""
    try:
        group, element, value_type, short = struct.unpack_from("<HH2sH", header, place)
        tag = group << 16 | element
        if tag in (ITEM, ITEM_END, SEQUENCE_END):
            return tag, b"", place + 8, 0
        if value_type not in LONG:
            return tag, value_type, place + 8, short
        (length,) = struct.unpack_from("<I", header, place + 8)
    except struct.error as fault:
        raise ValueError("a value leaves the header") from fault
    if length == UNDEFINED and value_type != b"SQ":
        raise ValueError("a value without a length")
    return tag, value_type, place + 12, length


def _parts(raw: bytes) -> Iterator[str]:
    for part in raw.decode("utf-8", "replace").split("\\"):
        if part.strip(" \0"):
            yield part.strip(" \0")

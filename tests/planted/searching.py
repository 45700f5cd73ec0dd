"""Does a planted identifier stand in a written file? A search of its own, which knows nothing of the one under test.

Plain and slow on purpose: every text in every encoding, in the letters of its case and in both others, in the bytes as
they are and in every stream of them that can be inflated.
"""

import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pydicom
from numpy.typing import NDArray

from tests.planted.marks import Mark

ENCODINGS = ("utf-8", "latin-1", "utf-16-le", "utf-16-be", "iso2022_jp", "shift_jis")
LONG_ENOUGH = 7
"""Bytes from which on a text does not appear by chance among some hundred kilobytes of compressed pixels."""

_FOLDED = bytes(byte + 32 if 65 <= byte <= 90 or 0xC0 <= byte <= 0xDE else byte for byte in range(256))


def surviving(path: Path, marks: Iterable[Mark]) -> list[Mark]:
    """Return the marks that stand in the file or in its name."""
    raw = path.read_bytes()
    whole = b"\n".join(map(_folded, (raw, *inflated(raw), path.name.encode())))
    outside = _folded(without_pixels(path, raw))
    wanted = [(needle, mark) for mark in marks for text in mark.texts for needle in needles(text)]
    beginnings = np.array([_number(needle) for needle, _ in wanted], np.uint64)
    perhaps = np.isin(beginnings, _windows(whole))
    found = []
    for (needle, mark), may_be in zip(wanted, perhaps, strict=True):
        short = len(needle) < LONG_ENOUGH
        if (short and _alone(needle, outside)) or (not short and may_be and needle in whole):
            found.append(mark)
    return list(dict.fromkeys(found))


def seen(raw: bytes, mark: Mark) -> bool:
    """Return whether any text of the mark stands in the bytes."""
    folded = _folded(raw)
    return any(needle in folded for text in mark.texts for needle in needles(text))


@cache
def needles(text: str) -> frozenset[bytes]:
    """Return the bytes of the text, composed and decomposed, in small letters and in capitals, folded."""
    forms = {text, unicodedata.normalize("NFD", text)}
    forms |= {form.lower() for form in forms} | {form.upper() for form in forms}
    found = set()
    for form in forms:
        for code in ENCODINGS:
            try:
                found.add(_folded(form.encode(code)))
            except UnicodeEncodeError:
                continue
    return frozenset(found)


def _folded(raw: bytes) -> bytes:
    return raw.translate(_FOLDED)


def _number(needle: bytes) -> int:
    """Return the first bytes of a needle as a number, as `_windows` counts them."""
    return int.from_bytes(needle[:LONG_ENOUGH].ljust(LONG_ENOUGH, b"\0"), "little")


def _windows(raw: bytes) -> NDArray[np.uint64]:
    """Return the bytes from every place on as numbers: a needle whose beginning is not among them is not there."""
    padded = np.frombuffer(raw + bytes(LONG_ENOUGH), np.uint8).astype(np.uint64)
    windows = np.zeros(len(raw), np.uint64)
    for place in range(LONG_ENOUGH):
        windows |= padded[place : place + len(raw)] << np.uint64(8 * place)
    return windows


def _alone(needle: bytes, raw: bytes) -> bool:
    """Return whether a short text stands by itself: a time of day is also found in the digits of a long number."""
    return re.search(rb"(?<![0-9a-z])" + re.escape(needle) + rb"(?![0-9a-z])", raw) is not None


def inflated(raw: bytes) -> Iterator[bytes]:
    """Yield what the streams of deflate inside the bytes hold: PNG chunks, deflated data sets."""
    for found in re.finditer(rb"\x78[\x01\x5e\x9c\xda]", raw):
        yield _inflate(raw[found.start() :], zlib.MAX_WBITS)
    if raw[128:132] == b"DICM" and b"1.2.840.10008.1.2.1.99" in raw[:1024]:
        for start in range(140, min(len(raw), 1024), 2):
            yield _inflate(raw[start:], -zlib.MAX_WBITS)


def _inflate(raw: bytes, window: int) -> bytes:
    try:
        return zlib.decompressobj(window).decompress(raw, 1 << 22)
    except zlib.error:
        return b""


def without_pixels(path: Path, raw: bytes) -> bytes:
    """Return the bytes of the file but for the pixels, among which short texts appear by chance."""
    if raw[128:132] == b"DICM":
        data_set = pydicom.dcmread(path)
        pixels = data_set.get("PixelData") or b""
        return raw.replace(pixels, b"") if len(pixels) > LONG_ENOUGH else raw
    if raw[4:8] == b"ftyp":
        return b"".join(body for name, body in boxes(raw) if name != b"mdat")
    if raw.startswith(b"\x89PNG"):
        return re.sub(rb"IDAT.*(?=IEND)", b"", raw, flags=re.DOTALL)
    if raw.startswith(b"\xff\xd8"):
        return re.sub(rb"\xff\xda.*", b"", raw, flags=re.DOTALL)
    return raw


def boxes(raw: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield name and content of the outermost boxes of an ISO media file."""
    at = 0
    while at + 8 <= len(raw):
        size = int.from_bytes(raw[at : at + 4], "big")
        if size < 8:
            size = len(raw) - at
        yield raw[at + 4 : at + 8], raw[at + 8 : at + size]
        at += size

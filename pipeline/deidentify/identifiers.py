"""Which words of the input could name a patient, a person or a place, and does any of them stand in a written file?

Harvest: every text, number, UID and date of the input that the allow-list does not keep. Search: in the encodings that
a file could use, whatever the case of the letters.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

SHORTEST = 3
SHORTEST_NUMBER = 5
SHORTEST_AMONG_PIXELS = 7
MOST_IDENTIFIERS = 5000
STANDARD_UIDS = "1.2.840.10008."
ENCODINGS = ("utf-8", "latin-1", "utf-16-le", "utf-16-be")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
CHUNK = 1 << 22

_LOWER = bytes(byte + 32 if 65 <= byte <= 90 else byte for byte in range(256))
_SPLIT = re.compile(r"[\s^=,;/\\|_]+")
_PRINTED = re.compile(r"[0-9A-Za-z\u00c0-\u024f .,'^/_-]{6,256}")


@dataclass(frozen=True)
class Identifiers:
    """Texts that must not appear; `harmless` are the constants that every released file holds."""

    texts: frozenset[str]
    harmless: str = ""

    @cached_property
    def sought(self) -> tuple[str, ...]:
        """The texts worth seeking, in lower case: long enough, and no part of what we write ourselves."""
        kept = {text.strip().lower() for text in self.texts}
        constants = self.harmless.lower()
        return tuple(sorted(text for text in kept if _tells(text) and text not in constants))

    def inside(self, text: str) -> bool:
        """Return whether any of them is a part of `text`."""
        lower = text.lower()
        return any(sought in lower for sought in self.sought)

    def needles(self, *, among_pixels: bool) -> frozenset[bytes]:
        """Return the byte strings to seek; where bytes are pixels, only those too long to appear by chance."""
        found = set()
        for text in self.sought:
            for encoding in ENCODINGS:
                raw = text.encode(encoding, "ignore").translate(_LOWER)
                varied = len(set(text)) >= 3
                if len(raw) >= (SHORTEST_AMONG_PIXELS if among_pixels else SHORTEST) and (varied or not among_pixels):
                    found.add(raw)
        return frozenset(found)


def spellings(day: date) -> Iterator[str]:
    """Yield the ways in which people and devices write a date."""
    y, m, d = f"{day.year:04}", f"{day.month:02}", f"{day.day:02}"
    yield y + m + d
    yield d + m + y
    for mark in "-/. ":
        yield mark.join((y, m, d))
        yield mark.join((d, m, y))
        yield mark.join((m, d, y))
        yield mark.join((d, MONTHS[day.month - 1], y))
    yield f"{day.day}/{day.month}/{y}"
    yield f"{day.month}/{day.day}/{y}"
    yield f"{MONTHS[day.month - 1]} {day.day}, {y}"


def words(text: str) -> Iterator[str]:
    """Yield the text and its parts that could stand alone: names, numbers."""
    yield text
    yield from (part for part in _SPLIT.split(text) if part)


def telling_words(text: str) -> Iterator[str]:
    """Yield the text and those of its parts that hold a number of five digits or more: record numbers, dates."""
    yield text
    yield from (part for part in _SPLIT.split(text) if sum(map(str.isdigit, part)) >= SHORTEST_NUMBER)


def printed(raw: bytes) -> Iterator[str]:
    """Yield the readable runs of bytes whose meaning is unknown, read as 8 bit and as 16 bit text."""
    for encoding in ("latin-1", "utf-16-le", "utf-16-be"):
        for run in _PRINTED.findall(raw.decode(encoding, "ignore")):
            yield from telling_words(run.strip())


def appears(needles: Iterable[bytes], data: memoryview) -> bool:
    """Return whether any of `needles` (lower case) stands in `data`, ASCII letters compared without case.

    A table of first and second byte pairs leaves one place in some thousands to look at, so that 100 MB of pixels
    take about a second whatever the number of needles.
    """
    wanted = tuple(needle for needle in needles if needle)
    if not wanted or not len(data):
        return False
    longest = max(map(len, wanted))
    short = tuple(needle for needle in wanted if len(needle) < 4)
    first, second = np.zeros(65536, bool), np.zeros(65536, bool)
    by_start: dict[bytes, list[bytes]] = {}
    for needle in wanted:
        if len(needle) >= 4:
            first[int.from_bytes(needle[:2], "little")] = second[int.from_bytes(needle[2:4], "little")] = True
            by_start.setdefault(needle[:4], []).append(needle)
    for start in range(0, len(data), CHUNK):
        chunk = bytes(data[start : start + CHUNK + longest]).translate(_LOWER)
        if any(needle in chunk for needle in short) or _appears_long(by_start, chunk, first, second):
            return True
    return False


def _appears_long(by_start: dict[bytes, list[bytes]], chunk: bytes, first: np.ndarray, second: np.ndarray) -> bool:
    values = np.frombuffer(chunk, np.uint8).astype(np.uint16)
    if len(values) < 4 or not by_start:
        return False
    pairs = values[:-1] | (values[1:] << 8)
    places = np.flatnonzero(first[pairs[:-2]])
    places = places[second[pairs[places + 2]]]
    for place in places.tolist():
        for needle in by_start.get(chunk[place : place + 4], ()):
            if chunk.startswith(needle, place):
                return True
    return False


def _tells(text: str) -> bool:
    """Return whether a text is long enough to point at somebody: three letters, or five digits."""
    if len(text) < SHORTEST or len(set(text)) < 2:
        return False
    return any(map(str.isalpha, text)) or sum(map(str.isdigit, text)) >= SHORTEST_NUMBER

"""Which words of the input could name a patient, a person or a place, and does any of them stand in a written file?

Search: in the encodings that a file could use, whatever the case of the letters.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pipeline.deidentify.spelled import needles_of
from pipeline.deidentify.vocabulary import folded, words_of

SHORTEST = 3
SHORTEST_NUMBER = 5
SHORTEST_WHOLE_NUMBER = 3
SHORTEST_AMONG_PIXELS = 7
MOST_IDENTIFIERS = 5000
STANDARD_UIDS = "1.2.840.10008."
CHUNK = 1 << 22
FEW_BYTES = 64
IDEOGRAPHS = "\u2e80"
"""From here on one letter says as much as two of an alphabet."""

_LOWER = bytes(byte + 32 if 65 <= byte <= 90 else byte for byte in range(256))
_NO_DIGITS = str.maketrans({code: None for code in range(128) if not chr(code).isdigit()})
_SPLIT = re.compile(r"[\s^=,;/\\|_]+")
_PRINTED = re.compile(r"[0-9A-Za-z\u00c0-\u024f .,'^/_-]{6,256}")
_PRINTED_IN_FEW = re.compile(r"[0-9A-Za-z\u00c0-\u024f .,'^/_-]{3,256}")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_NOT_PACKED = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Identifiers:
    """Texts that must not appear.

    texts: who and when: names, numbers, dates, UIDs, places. others: what else the input says. harmless: the constants
    that every released file holds. kept: the phrases that stay in this file. encodings: those it declares.
    """

    texts: frozenset[str]
    harmless: str = ""
    others: frozenset[str] = frozenset()
    kept: str = ""
    encodings: tuple[str, ...] = ()

    @cached_property
    def sought(self) -> tuple[str, ...]:
        """The texts worth seeking, in lower case: long enough, and no part of what we write ourselves."""
        ours = f"{self.harmless}\n{self.kept}".lower()
        lower = {text.strip().lower() for text in self.others}
        telling = self._telling.union(text for text in lower if _tells(text))
        return tuple(sorted(text for text in telling if text not in ours))

    @cached_property
    def short(self) -> frozenset[str]:
        """The names and numbers too short to be sought among bytes: sought as a word of a value."""
        brief = (text.strip() for text in self.texts if len(text) < 16)
        lower = {folded(text) for text in brief if len(text) < SHORTEST_NUMBER}
        return frozenset(text for text in lower if not _tells(text) and _tells_alone(text))

    @cached_property
    def _telling(self) -> frozenset[str]:
        lower = {text.strip().lower() for text in self.texts}
        return frozenset(text for text in lower if _tells(text))

    @cached_property
    def _folded(self) -> frozenset[str]:
        return self._telling | {folded(text) for text in self._telling if not text.isascii()}

    def inside(self, text: str) -> bool:
        """Return whether a name or number is a part of `text`, or a short one a word of it."""
        plain = folded(text)
        if any(sought in plain for sought in self._folded):
            return True
        return bool(self.short) and not self.short.isdisjoint((*words_of(text), *_SPLIT.split(plain)))

    def is_name(self, word: str) -> bool:
        """Return whether a word is a name or number, and not only a part of one or around one."""
        plain = folded(word)
        return plain in self._folded or plain in self.short

    def needles(self, *, among_pixels: bool) -> frozenset[bytes]:
        """Return the byte strings to seek; where bytes are pixels, only those too long to appear by chance."""
        if not among_pixels:
            return frozenset(raw for raw in self._needles if len(raw) >= SHORTEST)
        varied = [text for text in self.sought if len(set(text)) >= 3]
        needles = self._needles if len(varied) == len(self.sought) else needles_of(varied, self.encodings)
        return frozenset(raw for raw in needles if len(raw) >= SHORTEST_AMONG_PIXELS)

    @cached_property
    def _needles(self) -> set[bytes]:
        return needles_of(self.sought, self.encodings)


def words(text: str) -> Iterator[str]:
    """Yield the text and its parts that could stand alone: names, numbers, also without what separates them."""
    yield text
    yield from (part for part in _SPLIT.split(text) if part)
    if any(map(str.isdigit, text)):
        for part in (text, *_SPLIT.split(text)):
            packed = _NOT_PACKED.sub("", part)
            if packed != part and sum(map(str.isdigit, packed)) >= SHORTEST_NUMBER:
                yield packed
        yield from (run for run in re.findall(r"\d+", text) if len(run) >= SHORTEST_NUMBER)


def telling_words(text: str) -> Iterator[str]:
    """Yield the text and those of its parts that hold a number of five digits or more: record numbers, dates."""
    yield text
    if sum(map(text.count, "0123456789")) >= SHORTEST_NUMBER:
        yield from (part for part in _SPLIT.split(text) if sum(map(str.isdigit, part)) >= SHORTEST_NUMBER)


def printed(raw: bytes) -> Iterator[str]:
    """Yield the readable runs of bytes whose meaning is unknown, read as 8 bit and as 16 bit text.

    From six letters on, in a value of a few bytes from three; with the accented letters around it, which may be no
    letters but what stands beside, and without.
    """
    readable = _PRINTED if len(raw) > FEW_BYTES else _PRINTED_IN_FEW
    for encoding in ("latin-1", "utf-16-le", "utf-16-be"):
        for run in readable.findall(raw.decode(encoding, "ignore")):
            yield from telling_words(run.strip())
            if not run.isascii():
                for part in _NOT_ASCII.split(run):
                    yield from telling_words(part.strip())


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
    """Return whether a text is long enough to point at somebody among bytes: three letters, or five digits."""
    if text.isascii():
        if len(text) < SHORTEST or text.count(text[0]) == len(text):
            return False
        return text.upper() != text.lower() or len(text.translate(_NO_DIGITS)) >= SHORTEST_NUMBER
    weight = sum(2 if letter >= IDEOGRAPHS else 1 for letter in text[:SHORTEST])
    return weight >= SHORTEST and len(set(text)) > 1 and any(map(str.isalnum, text))


def _tells_alone(text: str) -> bool:
    """Return whether a text points at somebody where it is a whole word: two letters, an ideograph, three digits."""
    if text.isdecimal():
        return len(text) >= SHORTEST_WHOLE_NUMBER and len(set(text)) > 1
    return any(map(str.isalpha, text)) and (len(text) > 1 or text >= IDEOGRAPHS)

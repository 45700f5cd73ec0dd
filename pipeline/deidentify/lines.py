"""Which of the lines that were read on the pictures of a scan are writing?

What withholds is a line of three letters or digits, unless it is a measure: a number of at most three digits (or two
and two around a point), alone, with a unit or after the name of a measurement, as calipers, depth and time marks and
gains are. Four digits in a row (a record number, a year), a date or two signs of it around a stroke, a time of day, a
word, initials with a number: these withhold. One or two signs (the letter of orientation, R, LV, a mark) do not.

A line need not be read surely where several pictures show signs in the same place: handwriting is read as nonsense, but
on every picture. Echoes are read on one. Digits that only the distance parts are one number, and three digits at the
outline may be the rest of one.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from pipeline.sector import Mask

Corners = tuple[tuple[float, float], ...]

LONG_LINE = 5
"""Letters and digits from which on echoes are hardly ever taken for a line, so that an unsure reading is enough."""
SURE = 0.8
"""How sure the reading of what is less than a line must be: of a piece of a number or of a date."""
SEEN_AGAIN = ((3, 0.2), (2, 0.3))
"""On how many pictures, and how surely on each, signs of FEWEST_SEEN_AGAIN are read in one place to be writing."""
FEWEST_SEEN_AGAIN = 4
WIDEST_GAP = 2.5
"""Between digits of one number, in heights of a line."""
SAME_LINE, SAME_HEIGHT = 0.5, 1.6

_UNIT = (
    r"(?:cm[²³23]?|mm[²³23]?|m?l|[cm]?m/s|m?s|min|mhz|khz|hz|db|%|bpm|fps|kg|g|°c?|w|d"
    r"|c|m|mh|h|k|kh|b|bp|f|fp|cm/|m/)"  # cut by the sector's edge
)
_LABEL = (
    r"(?:a[cfo]|afi|bpd|crl|dr|e[fv]|efw|f[lrs]|g[an]|hc|hr|ivc|l[av]|mi|p[i]|prf|ri|sd|ti[bcs]?|wf|vol|freq|depth|gain"
    r"|dist|d|[a-z]\d)"
)
_WHOLE, _BROKEN = r"\d{1,3}", r"\d{0,2}[.,]\d{1,2}"
_SIGN = r"[-+<>=~±]?"
SCALE = re.compile(
    rf"{_SIGN}(?:{_WHOLE}|{_BROKEN})[-x]?{_UNIT}?|{_SIGN}\d{{1,2}}[.,]{_UNIT}"
    rf"|[-+x]?{_LABEL}[:=]?{_SIGN}(?:{_WHOLE}|{_BROKEN}){_UNIT}?"
    rf"|[-+x]?[a-z]{{1,2}}[:=]?{_SIGN}(?:{_BROKEN}{_UNIT}?|{_WHOLE}{_UNIT})",
    re.IGNORECASE,
)
"""Depth and time marks, gains and calipers, spaces left out."""
PART_OF_A_DATE = re.compile(r"\d/\d")


@dataclass(frozen=True)
class Word:
    """One line as it was read: the text, how sure the recogniser is (0-1), its four corners (x, y) in pixels."""

    text: str
    confidence: float
    corners: Corners

    @property
    def packed(self) -> str:
        """The text without spaces."""
        return "".join(self.text.split())

    @property
    def characters(self) -> int:
        """How many letters and digits there are."""
        return sum(map(str.isalnum, self.text))

    @property
    def height(self) -> float:
        """Height of the line in pixels."""
        (x0, y0), (x1, y1) = self.corners[0], self.corners[-1]
        return float(np.hypot(x1 - x0, y1 - y0))

    @property
    def centre(self) -> tuple[float, float]:
        """Middle of the line."""
        x, y = np.mean(self.corners, axis=0)
        return float(x), float(y)

    def moved(self, right: float, down: float) -> "Word":
        """Return the line in a picture that begins further left and up."""
        return replace(self, corners=tuple((x + right, y + down) for x, y in self.corners))

    def covers(self, other: "Word") -> bool:
        """Whether the middle of the other line lies on this one."""
        outline = np.array(self.corners, np.float32)
        return bool(cv2.pointPolygonTest(outline, other.centre, measureDist=False) >= 0)


def seen_again(pictures: Sequence[Sequence[Word]]) -> Iterator[Word]:
    """Yield the lines of four signs and more, no scales, that several pictures show in the same place."""
    for number, words in enumerate(pictures):
        for word in filter(_could_be_writing, words):
            best = [word.confidence] + [
                max((other.confidence for other in others if _same_place(word, other)), default=0.0)
                for again, others in enumerate(pictures)
                if again != number
            ]
            if any(sum(sure >= least for sure in best) >= count for count, least in SEEN_AGAIN):
                yield word


def _could_be_writing(word: Word) -> bool:
    return word.characters >= FEWEST_SEEN_AGAIN and not SCALE.fullmatch(word.packed)


def _same_place(word: Word, other: Word) -> bool:
    return _could_be_writing(other) and (word.covers(other) or other.covers(word))


def numbers_in_pieces(words: Iterable[Word]) -> Iterator[Word]:
    """Yield the numbers of four digits and more that were read as two pieces of one line."""
    pieces = sorted((one for one in words if re.fullmatch(r"\d{2,}", one.packed)), key=lambda one: one.centre)
    pieces = [one for one in pieces if one.confidence >= SURE]
    for number, left in enumerate(pieces):
        for right in pieces[number + 1 :]:
            gap = min(x for x, _ in right.corners) - max(x for x, _ in left.corners)
            tall, small = max(left.height, right.height), min(left.height, right.height)
            level = abs(left.centre[1] - right.centre[1]) <= SAME_LINE * small
            if level and tall <= SAME_HEIGHT * small and 0 <= gap <= WIDEST_GAP * small:
                corners = (left.corners[0], right.corners[1], right.corners[2], left.corners[3])
                yield Word(f"{left.packed} {right.packed}", min(left.confidence, right.confidence), corners)


def cut_numbers(words: Iterable[Word], kept: Mask) -> Iterator[Word]:
    """Yield the three digits that the outline of the kept area (rows, columns) may have cut from a longer number."""
    for word in words:
        if re.fullmatch(r"\d{3}", word.packed) and word.confidence >= SURE and not _wholly_in(word, kept):
            yield word


def _wholly_in(word: Word, kept: Mask) -> bool:
    box = np.zeros(kept.shape, np.uint8)
    cv2.fillPoly(box, [np.rint(word.corners).astype(np.int32)], 1)
    return bool(kept[box > 0].all())

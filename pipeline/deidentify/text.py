"""Is there still writing in the picture?

The detector only checks: it never decides what is removed. DBNet finds the lines, a recogniser reads them (PP-OCRv4 in
rapidocr-onnxruntime, the models are part of the package), and what was read decides. Echoes that the detector takes for
a line are read as one sign or none, or unsurely.

What withholds is a line of three letters or digits, unless it is a measure: a number of at most three digits (or two
and two around a point), alone, with a unit or after the name of a measurement, as calipers, depth and time marks and
gains are. Four digits in a row (a record number, a year), a date, a time of day, a word, initials with a number: these
withhold. One or two signs (the letter of orientation, R, LV, a mark) do not.
"""

import re
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from pipeline.clip import Luminance
from pipeline.deidentify.layout_memory import LayoutMemory, StillLayout
from pipeline.deidentify.strokes import Watch
from pipeline.deidentify.views import changing_pictures, still_pictures

if TYPE_CHECKING:
    from rapidocr_onnxruntime import RapidOCR

Corners = tuple[tuple[float, float], ...]

READER_VERSION = "3"
LONGEST_SIDE = 1280
"""Longest side in pixels that the detector sees: its memory grows with the area."""
ENLARGED = 3.0
"""Letters of nine pixels are found when they are enlarged; twice is too little for faint ones."""
BOX_SCORE = 0.3
"""How sure the detector must be; the usual .5 loses faint lines, and what echoes give is told apart by reading it."""
LONG_LINE = 5
"""Letters and digits from which on echoes are hardly ever taken for a line, so that an unsure reading is enough."""

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
    rf"{_SIGN}(?:{_WHOLE}|{_BROKEN})[-x]?{_UNIT}?"
    rf"|[-+x]?{_LABEL}[:=]?{_SIGN}(?:{_WHOLE}|{_BROKEN}){_UNIT}?"
    rf"|[-+x]?[a-z]{{1,2}}[:=]?{_SIGN}(?:{_BROKEN}{_UNIT}?|{_WHOLE}{_UNIT})",
    re.IGNORECASE,
)
"""Depth and time marks, gains and calipers, spaces left out."""


@dataclass(frozen=True)
class Word:
    """One line as it was read: the text, how sure the recogniser is (0-1), its four corners (x, y) in pixels."""

    text: str
    confidence: float
    corners: Corners

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


@dataclass(frozen=True)
class TextReader:
    """How sure the recogniser must be, of short and of long lines, and how many letters and digits are writing.

    memory: layouts in which this reader found nothing before; without one every scan is read.
    The model itself is loaded at the first reading, once a process; this value may be sent to another process.
    """

    confidence: float = 0.6
    confidence_of_long: float = 0.35
    fewest_characters: int = 3
    memory: LayoutMemory | None = None

    @classmethod
    def with_memory_in(cls, folder: Path | None) -> "TextReader":
        """Return the usual reader; with a folder, layouts of which it remembers over runs and processes."""
        return cls(memory=None if folder is None else LayoutMemory(folder))

    @property
    def name(self) -> str:
        """Name and version of the detector and its settings, for the record."""
        return (
            f"rapidocr-onnxruntime {version('rapidocr-onnxruntime')}, reading {READER_VERSION},"
            f" confidence {self.confidence}/{self.confidence_of_long}, {self.fewest_characters} characters"
        )

    def read(self, picture: Luminance) -> tuple[Word, ...]:
        """Return every line found in a grey picture (rows, columns), whatever the confidence, top to bottom."""
        scale = min(ENLARGED, LONGEST_SIDE / max(picture.shape))
        way = cv2.INTER_LINEAR if scale > 1 else cv2.INTER_AREA
        seen = cv2.resize(np.ascontiguousarray(picture), None, fx=scale, fy=scale, interpolation=way)
        lines, _ = _engine()(cv2.cvtColor(seen, cv2.COLOR_GRAY2BGR))
        return tuple(
            Word(str(text), float(sure), tuple((float(x) / scale, float(y) / scale) for x, y in corners))
            for corners, text, sure in lines or ()
        )

    def writing(self, picture: Luminance) -> tuple[Word, ...]:
        """Return the lines that could name somebody: read, long enough, and no scale."""
        return tuple(word for word in self.read(picture) if self.is_writing(word))

    def writing_in(self, watch: Watch) -> tuple[Word, ...]:
        """Return the writing in the kept area of a scan that was watched, corners in pixels of the whole picture.

        What stands still is not read where the memory knows the layout; what comes and goes is always read.
        """
        layout = StillLayout.of(watch) if self.memory and watch.can_tell else None
        known = self.memory is not None and layout is not None and self.memory.knows(layout, self.name)
        found: list[Word] = []
        for picture, right, down in (*(() if known else still_pictures(watch)), *changing_pictures(watch)):
            words = (word.moved(right, down) for word in self.writing(picture))
            found += (word for word in words if not any(_same(word, other) for other in found))
        if self.memory and layout and not known and not found:
            self.memory.remember(layout, self.name)
        return tuple(found)

    def is_writing(self, word: Word) -> bool:
        """Return whether a line is more than marks, an orientation letter or the number of a scale."""
        packed = "".join(word.text.split())
        characters = sum(map(str.isalnum, packed))
        sure = self.confidence if characters < LONG_LINE else self.confidence_of_long
        return word.confidence >= sure and characters >= self.fewest_characters and not SCALE.fullmatch(packed)


def _same(word: Word, other: Word) -> bool:
    """Whether the middle of one line lies on the other."""
    outline = np.array(other.corners, np.float32)
    return bool(cv2.pointPolygonTest(outline, word.centre, measureDist=False) >= 0)


def load_models() -> None:
    """Load the models now, so that processes that are forked from this one have them."""
    _engine()


@cache
def _engine() -> "RapidOCR":
    """Load the models, one thread each: the same picture gives the same lines whatever the machine."""
    from rapidocr_onnxruntime import RapidOCR

    cv2.setNumThreads(1)
    return RapidOCR(
        text_score=0.0,
        use_cls=False,
        max_side_len=2 * LONGEST_SIDE,
        det_limit_type="min",
        det_limit_side_len=32,
        det_box_thresh=BOX_SCORE,
        intra_op_num_threads=1,
        inter_op_num_threads=1,
    )

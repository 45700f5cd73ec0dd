"""Is there still writing in the picture?

The detector only checks: it never decides what is removed. DBNet finds the lines, a recogniser reads them
(PP-OCRv4 in rapidocr-onnxruntime, the models are part of the package), and what it read decides whether it is writing
that could name somebody or a scale that cannot.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.clip import Luminance

if TYPE_CHECKING:
    from rapidocr_onnxruntime import RapidOCR

Corners = tuple[tuple[float, float], ...]

WORKING_SIDE = 960
"""Longest side in pixels that the detector sees: its memory grows with the area."""

_NUMBER = r"[-+<>=~±]?(?:\d{1,3}|\d{0,2}[.,]\d{1,2})"
_UNIT = r"(?:cm[²³]?|mm[²³]?|ml|[cm]?m/s|ms|s|mhz|khz|hz|db|%|bpm|fps|°|[a-z]{1,2})"
SCALE = re.compile(rf"{_NUMBER}[-x]?{_UNIT}?|[-+x]?(?:[a-z]{{1,2}}\d?[:=]?){_NUMBER}{_UNIT}", re.IGNORECASE)
"""Depth and time marks and calipers: at most three digits (a record number, a year, a date has more), or two and two
around a point; then a unit or two letters (a unit cut by the sector's edge); letters in front only with both."""


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


@dataclass(frozen=True)
class TextReader:
    """How sure the recogniser must be, and from how many letters and digits on a line counts as writing.

    The model itself is loaded at the first reading, once a process; this value may be sent to another process.
    """

    confidence: float = 0.5
    fewest_characters: int = 3

    @property
    def name(self) -> str:
        """Name and version of the detector, for the record."""
        return f"rapidocr-onnxruntime {version('rapidocr-onnxruntime')}, confidence {self.confidence}"

    def read(self, picture: Luminance) -> tuple[Word, ...]:
        """Return every line found in a grey picture (rows, columns), whatever the confidence, top to bottom."""
        scale = min(1.0, WORKING_SIDE / max(picture.shape))
        seen = picture if scale == 1.0 else cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        lines, _ = _engine()(cv2.cvtColor(np.ascontiguousarray(seen), cv2.COLOR_GRAY2BGR))
        return tuple(
            Word(str(text), float(sure), tuple((float(x) / scale, float(y) / scale) for x, y in corners))
            for corners, text, sure in lines or ()
        )

    def writing(self, picture: Luminance) -> tuple[Word, ...]:
        """Return the lines that could name somebody: read with confidence, long enough, and no scale."""
        return tuple(word for word in self.read(picture) if self.is_writing(word))

    def is_writing(self, word: Word) -> bool:
        """Return whether a line is more than marks, an orientation letter or the number of a scale."""
        packed = "".join(word.text.split())
        characters = sum(map(str.isalnum, packed))
        return (
            word.confidence >= self.confidence and characters >= self.fewest_characters and not SCALE.fullmatch(packed)
        )


def static_layout(keyframes: NDArray[np.uint8]) -> tuple[Luminance, ...]:
    """Return what (k, rows, columns) keyframes show all the time (median), and what they ever show (maximum)."""
    if len(keyframes) == 1:
        return (keyframes[0],)
    return (np.median(keyframes, axis=0).astype(np.uint8), keyframes.max(axis=0))


@cache
def _engine() -> "RapidOCR":
    """Load the models, one thread each: the same picture gives the same lines whatever the machine."""
    from rapidocr_onnxruntime import RapidOCR

    cv2.setNumThreads(1)
    return RapidOCR(text_score=0.0, use_cls=False, intra_op_num_threads=1, inter_op_num_threads=1)

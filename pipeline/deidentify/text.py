"""Is there still writing in the picture?

The detector only checks: it never decides what is removed. DBNet finds the lines, a recogniser reads them (PP-OCRv4 in
rapidocr-onnxruntime, the models are part of the package), and what was read decides. Echoes that the detector takes for
a line are read as one sign or none, or unsurely (`lines` says what counts).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from pipeline.clip import Luminance
from pipeline.deidentify.layout_memory import LayoutMemory, StillLayout
from pipeline.deidentify.lines import (
    LONG_LINE,
    PART_OF_A_DATE,
    SCALE,
    SURE,
    Word,
    cut_numbers,
    numbers_in_pieces,
    seen_again,
)
from pipeline.deidentify.strokes import Watch
from pipeline.deidentify.views import changing_pictures, still_pictures
from pipeline.sector import Mask

if TYPE_CHECKING:
    from rapidocr_onnxruntime import RapidOCR

READER_VERSION = "3"
LONGEST_SIDE = 1280
"""Longest side in pixels that the detector sees: its memory grows with the area."""
ENLARGED = 3.0
"""Letters of nine pixels are found when they are enlarged; twice is too little for faint ones."""
BOX_SCORE = 0.3
"""How sure the detector must be; the usual .5 loses faint lines, and what echoes give is told apart by reading it."""


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
        pictures = [
            [word.moved(right, down) for word in self.read(picture)]
            for picture, right, down in (*(() if known else still_pictures(watch)), *changing_pictures(watch))
        ]
        found: list[Word] = []
        for word in self._writing_on(pictures, watch.mask):
            if not any(other.covers(word) for other in found):
                found.append(word)
        if self.memory and layout and not known and not found:
            self.memory.remember(layout, self.name)
        return tuple(found)

    def _writing_on(self, pictures: Sequence[Sequence[Word]], kept: Mask) -> Iterator[Word]:
        for words in pictures:
            yield from filter(self.is_writing, words)
            yield from numbers_in_pieces(words)
            yield from cut_numbers(words, kept)
        yield from seen_again(pictures)

    def is_writing(self, word: Word) -> bool:
        """Return whether a line is more than marks, an orientation letter or the number of a scale."""
        if PART_OF_A_DATE.search(word.packed) and word.confidence >= SURE:
            return True
        unsure_is_enough = word.characters >= LONG_LINE and not word.packed.isdigit()
        sure = self.confidence_of_long if unsure_is_enough else self.confidence
        return (
            word.confidence >= sure and word.characters >= self.fewest_characters and not SCALE.fullmatch(word.packed)
        )


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

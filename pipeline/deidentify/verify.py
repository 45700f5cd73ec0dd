"""Is the written file what it should be? Looked at by decoding it again, knowing nothing of how it was written."""

import mmap
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from pipeline.deidentify.identifiers import Identifiers, appears
from pipeline.deidentify.lines import Word
from pipeline.deidentify.masking import grown, padded
from pipeline.deidentify.strokes import Watch
from pipeline.deidentify.text import TextReader
from pipeline.errors import Withheld
from pipeline.reading import Frame
from pipeline.reading.scan import grey_of
from pipeline.sector import Mask

Pixels = NDArray[np.uint8]

SHOWS_TIME_SECONDS = 1e-3


@dataclass(frozen=True)
class Tolerance:
    """How far from the sector, in pixels, and how bright, of 255, a compressed picture may ring."""

    margin: int
    brightest: int


EXACT = Tolerance(0, 0)
JPEG = Tolerance(17, 2)  # one 4:2:2 block and its upsampled neighbour
H264 = Tolerance(20, 0)  # one macroblock, the reach of its deblocking and two pixels of chroma


def sum_of(pixels: Pixels) -> int:
    """Return a sum over the pixels of a frame; equal frames have equal sums."""
    return zlib.crc32(np.ascontiguousarray(pixels).data)


@dataclass
class Inspection:
    """Frames pass through and are looked at; what was seen is asked for at the end.

    shown: `sum_of` each frame of the input, black outside the mask, where the written pixels are exact; else empty.
    """

    mask: Mask
    keyframe_numbers: tuple[int, ...]
    times: tuple[float, ...]
    tolerance: Tolerance
    frames: int = 0
    brightest_outside: int = 0
    watch: Watch | None = None
    shown: Sequence[int] = ()
    poster: list[Pixels] = field(default_factory=list)

    def through(self, frames: Iterable[Frame]) -> Iterator[Pixels]:
        """Yield the pixels of every frame; raises Withheld at the first that is not black outside, or out of time."""
        outside: Pixels | None = None
        left: MatLike | None = None
        for frame in frames:
            pixels = frame.pixels
            if outside is None or self.watch is None:
                mask = padded(self.mask, *pixels.shape[:2])
                outside = np.ascontiguousarray(~grown(mask, self.tolerance.margin), np.uint8)
                self.watch = Watch(mask)
            if frame.damaged or self.frames >= len(self.times):
                raise Withheld("cannot_clean")
            if self.shown and self.shown[self.frames] != sum_of(pixels):  # what is exact must look as it did
                raise Withheld("cannot_clean")
            if abs(frame.seconds - self.times[self.frames]) > SHOWS_TIME_SECONDS:
                raise Withheld("cannot_clean")
            left = cv2.copyTo(pixels, outside, left)  # inside it stays black: nothing is ever written there
            self.brightest_outside = max(self.brightest_outside, int(left.max()))
            if self.brightest_outside > self.tolerance.brightest:
                raise Withheld("cannot_clean")
            self.watch.add(grey_of(pixels))
            if self.frames == len(self.times) // 2:
                self.poster.append(pixels.copy())
            self.frames += 1
            yield pixels
        if self.frames != len(self.times):
            raise Withheld("cannot_clean")


def read_inside(inspection: Inspection, reader: TextReader) -> tuple[Word, ...]:
    """Return the writing that stands in the kept area on any frame that passed through the inspection.

    Its corners are in pixels of the whole picture.
    """
    return () if inspection.watch is None else reader.writing_in(inspection.watch)


def search_bytes(path: Path, identifiers: Identifiers, made: frozenset[str], header_bytes: int) -> bool:
    """Return whether an identifier stands in the file, be it as short as a name in its first `header_bytes`.

    What the key made (`made`) is blanked before the header is searched: its letters are random.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if path.suffix == ".mp4":
            header_bytes = max(0, data.find(b"mdat"))
        header = data[:header_bytes]
        for text in sorted(made, key=len, reverse=True):
            header = header.replace(text.encode("latin-1"), b"\n" * len(text))
        if appears(identifiers.needles(among_pixels=False), memoryview(header)):
            return True
        with memoryview(data) as whole:
            return appears(identifiers.needles(among_pixels=True), whole[header_bytes:])

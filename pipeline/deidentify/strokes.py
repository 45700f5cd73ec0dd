"""Does anything in a cine look written: steep strokes that stand still while tissue moves, or that come and go?

A cheap and sensitive look at every frame, in a memory that does not grow with their number. It never clears a scan by
what it cannot see: it chooses which pictures the reader of text is given, and tells a layout that was read before from
one that was not (`layout_memory`).

A steep stroke is thin sideways and at least STROKE grey levels above or below what is left and right of it; a text
window is as tall as small letters and as wide as three of them. On planted texts (contrast 40 and more, 10 pixels and
taller) the windows held at least 58 strokes; echoes spread sideways, flicker, and hold fewer.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.clip import Luminance
from pipeline.sector import Mask

STROKES_VERSION = "1"

WIDEST_STROKE = np.ones((1, 13), np.uint8)
STROKE = 20
NOVEL_STROKE = 24
WINDOW = (32, 12)
"""Columns and rows of a text window."""
TEXT_LIKE = 36
"""Pixels of strokes in one window from which on it may hold writing."""
STEADY = 8
STEADIER_THAN_AROUND = 0.5
AROUND = (25, 25)
EDGE = np.ones((5, 5), np.uint8)
"""The outline of the sector is a steep stroke itself."""
FEWEST_FRAMES = 8
"""Over fewer frames echoes do not move enough to be told from writing."""
CELL = 4
LAYERS = 2
MARGIN = 4
"""Cells around all changes that the reader sees with them."""
AROUND_WINDOW = np.ones((3, 5), np.uint8)
"""In cells: what is taken with a text window."""

Floats = NDArray[np.float32]
Window = tuple[slice, slice]


@dataclass(eq=False)
class Changes:
    """The changes that held the most new strokes, each place at its own time, side by side in one picture."""

    picture: Luminance
    cells: tuple[int, int]

    def __post_init__(self) -> None:
        """Begin with no change."""
        self.counted = np.zeros(self.cells[::-1], np.float32)

    def take(self, change: Luminance, counted: Floats) -> tuple[Luminance, Floats]:
        """Take over where `change` (rows, columns) has more strokes by cell; return what had to give way to it."""
        more = counted > self.counted
        if not more.any():
            return change, counted
        there = cv2.resize(more.astype(np.uint8), self.picture.shape[::-1], interpolation=cv2.INTER_NEAREST)
        given_way = change.copy()
        cv2.copyTo(self.picture, there, given_way)
        left = np.where(more, self.counted, counted)
        cv2.copyTo(change, there, self.picture)
        np.copyto(self.counted, counted, where=more)
        return given_way, left


def steep_strokes(picture: Luminance) -> Luminance:
    """Return how far each pixel stands out, brighter or darker, from what is left and right of it."""
    bright = cv2.morphologyEx(picture, cv2.MORPH_TOPHAT, WIDEST_STROKE)
    return np.asarray(cv2.max(bright, cv2.morphologyEx(picture, cv2.MORPH_BLACKHAT, WIDEST_STROKE)), np.uint8)


def in_windows(strokes: Mask) -> Floats:
    """Return for every pixel how many strokes the text window around it holds."""
    counted = cv2.boxFilter(strokes.astype(np.float32), -1, WINDOW, normalize=False, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(counted, np.float32)


def bounds(mask: Mask) -> Window:
    """Return the rows and columns between which `mask` is True."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _wider(cells: slice, length: int) -> slice:
    return slice(max(0, CELL * (cells.start - MARGIN)), min(length, CELL * (cells.stop + MARGIN) + CELL))


@dataclass
class Watch:
    """Frames are added one after the other; what stood still and what came and went is asked for at the end."""

    mask: Mask
    """The kept area, (rows, columns) bool."""
    frames: int = 0
    novelty: float = 0.0
    """The most new strokes that any window held between any two successive frames."""

    def __post_init__(self) -> None:
        """Look at the smallest window around the kept area only."""
        self.window = bounds(self.mask)
        self.inside = np.ascontiguousarray(self.mask[self.window])
        rows, columns = self.inside.shape
        self._inner = cv2.erode(255 * self.inside.astype(np.uint8), EDGE, borderType=cv2.BORDER_CONSTANT, borderValue=0)
        self._cells = max(1, columns // CELL), max(1, rows // CELL)
        self._sum = np.zeros((rows, columns), np.float32)
        self._changes = [Changes(np.zeros((rows, columns), np.uint8), self._cells) for _ in range(LAYERS)]

    def add(self, frame: Luminance) -> None:
        """Look at the next frame, (rows, columns) of the whole picture."""
        seen = np.ascontiguousarray(frame[self.window])
        cv2.accumulate(seen, self._sum)
        if self.frames == 0:
            self.lowest, self.highest, self._last = seen.copy(), seen.copy(), seen.copy()
        else:
            cv2.min(self.lowest, seen, dst=self.lowest)
            cv2.max(self.highest, seen, dst=self.highest)
            self._compare(seen)
        self.frames += 1

    def _compare(self, seen: Luminance) -> None:
        came = cv2.morphologyEx(cv2.subtract(seen, self._last), cv2.MORPH_TOPHAT, WIDEST_STROKE)
        went = cv2.morphologyEx(cv2.subtract(self._last, seen), cv2.MORPH_TOPHAT, WIDEST_STROKE)
        _, new = cv2.threshold(cv2.max(came, went), NOVEL_STROKE - 1, 255, cv2.THRESH_BINARY)
        share = cv2.resize(cv2.min(new, self._inner), self._cells, interpolation=cv2.INTER_AREA)
        size = WINDOW[0] // CELL, WINDOW[1] // CELL
        summed = cv2.boxFilter(share, cv2.CV_32F, size, normalize=False, borderType=cv2.BORDER_CONSTANT)
        counted = np.asarray(summed, np.float32) * np.float32(CELL * CELL / 255)
        most = float(counted.max())
        self.novelty = max(self.novelty, most)
        if most >= TEXT_LIKE:
            change = np.asarray(cv2.absdiff(seen, self._last), np.uint8)
            counted = np.asarray(cv2.dilate(np.where(counted >= TEXT_LIKE, counted, 0), AROUND_WINDOW), np.float32)
            for layer in self._changes:
                change, counted = layer.take(change, counted)
        np.copyto(self._last, seen)

    def changes(self) -> tuple[Luminance, ...]:
        """Return pictures of all that came or went and could be writing: what held the most strokes, and the next."""
        return tuple(layer.picture for layer in self._changes if layer.counted.any())

    def changing(self) -> Window:
        """Return where in the window anything came or went, with a margin."""
        rows, columns = bounds(self._changes[0].counted > 0)
        return _wider(rows, self.inside.shape[0]), _wider(columns, self.inside.shape[1])

    @property
    def mean(self) -> Luminance:
        """Return the mean of all frames in the window, grey levels."""
        return np.rint(self._sum / max(1, self.frames)).astype(np.uint8)

    @property
    def can_tell(self) -> bool:
        """Whether there are frames enough to tell what stands still."""
        return self.frames >= FEWEST_FRAMES

    def still_strokes(self) -> Mask:
        """Return which pixels of the window are steep strokes that stand still, at least more than what is around."""
        moved = cv2.subtract(self.highest, self.lowest)
        kept = self.inside.astype(np.float32)
        around = cv2.blur(moved * kept, AROUND) / np.maximum(cv2.blur(kept, AROUND), 1e-3)
        steady = (moved <= STEADY) | (moved <= STEADIER_THAN_AROUND * around)
        strokes: Mask = steady & (steep_strokes(self.mean) >= STROKE) & (self._inner > 0)
        return strokes

"""Which frames of a clip are looked at in full, when its length may be unknown or a lie?"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import cv2
import numpy as np

from pipeline.clip import MOST_KEYFRAMES, PROXY_LONGEST_SIDE, Luminance
from pipeline.errors import TooLarge
from pipeline.reading.limits import MOST_FRAMES
from pipeline.reading.scan import Picture, Pixels

COLOURED_ABOVE = 24  # difference of the largest and smallest of R, G, B (0-255) from which a pixel counts as coloured


@dataclass(eq=False)
class Keyframes:
    """Evenly spaced frames at full size; memory does not grow with the clip.

    With a believable `expected` number of frames exactly the wanted ones are taken. Otherwise, or when more frames
    come than expected, twice as many are kept as needed and every second one is dropped whenever they are full.
    """

    expected: int | None
    numbers: list[int] = field(default_factory=list)
    luminances: list[Luminance] = field(default_factory=list)
    colours: list[Luminance] = field(default_factory=list)
    coloured: list[float] = field(default_factory=list)
    stride: float = 1.0
    taken: int = 0

    def __post_init__(self) -> None:
        """Spread the keyframes from the first to the last expected frame."""
        if self.expected is not None and self.expected > MOST_KEYFRAMES:
            self.stride = (self.expected - 1) / (MOST_KEYFRAMES - 1)

    def offer(self, number: int, luminance: Luminance, picture: Picture) -> None:
        """Take frame `number` when it is the next of the wanted ones."""
        if number < round(self.taken * self.stride):
            return
        self.taken += 1
        pixels = picture.pixels()
        if pixels.ndim == 3:
            spread = spread_of(pixels)
            self.coloured.append(float(np.count_nonzero(spread > COLOURED_ABOVE) / spread.size))
            small = shrink(spread)
        else:
            self.coloured.append(0.0)
            small = np.zeros(proxy_shape(*luminance.shape), np.uint8)
        self.numbers.append(number)
        self.luminances.append(luminance.copy())
        self.colours.append(small)
        if len(self.numbers) == 2 * MOST_KEYFRAMES:
            self._keep(range(0, 2 * MOST_KEYFRAMES, 2))
            self.stride *= 2
            self.taken = MOST_KEYFRAMES

    def finish(self) -> None:
        """Drop what is more than 12, as evenly as possible."""
        if len(self.numbers) > MOST_KEYFRAMES:
            last = len(self.numbers) - 1
            self._keep(round(i * last / (MOST_KEYFRAMES - 1)) for i in range(MOST_KEYFRAMES))

    def _keep(self, indices: Iterable[int]) -> None:
        kept = list(indices)
        for name in ("numbers", "luminances", "colours", "coloured"):
            values = getattr(self, name)
            setattr(self, name, [values[i] for i in kept])


@dataclass(eq=False)
class Proxies:
    """Every frame, small, in one array that doubles when it is full."""

    expected: int | None
    count: int = 0
    store: Luminance | None = None

    def add(self, small: Luminance) -> None:
        """Append one small frame; raises TooLarge (`too_large`) beyond twenty minutes of frames."""
        if self.count >= MOST_FRAMES:
            raise TooLarge("too_large")
        if self.store is None:
            room = min(self.expected or 64, 4096)
            self.store = np.empty((max(room, 1), *small.shape), np.uint8)
        elif self.count == len(self.store):
            bigger = np.empty((2 * self.count, *small.shape), np.uint8)
            bigger[: self.count] = self.store
            self.store = bigger
        self.store[self.count] = small
        self.count += 1

    def array(self) -> Luminance:
        """Return (frames, proxy_rows, proxy_columns); needs at least one frame."""
        if self.store is None:
            raise ValueError("no frame was added")
        exact = self.count == len(self.store)
        return self.store if exact else self.store[: self.count].copy()


def proxy_shape(rows: int, columns: int) -> tuple[int, int]:
    """Return rows and columns of the proxy: longest side at most 160 pixels, never enlarged."""
    scale = min(1.0, PROXY_LONGEST_SIDE / max(rows, columns))
    return max(1, round(rows * scale)), max(1, round(columns * scale))


def shrink(luminance: Luminance) -> Luminance:
    """Return the area-averaged proxy of a frame."""
    rows, columns = proxy_shape(*luminance.shape)
    if (rows, columns) == luminance.shape:
        return luminance.copy()
    return np.asarray(cv2.resize(luminance, (columns, rows), interpolation=cv2.INTER_AREA), np.uint8)


def spread_of(pixels: Pixels) -> Luminance:
    """Return the difference of the largest and the smallest of R, G, B as (rows, columns)."""
    red, green, blue = cv2.split(pixels)
    largest = cv2.max(cv2.max(red, green), blue)
    smallest = cv2.min(cv2.min(red, green), blue)
    return np.asarray(cv2.subtract(largest, smallest), np.uint8)

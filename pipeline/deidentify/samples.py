"""What is black among the samples of a scan, and how does a frame look in which all but the mask is black?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np

from pipeline.deidentify.header import Palette
from pipeline.deidentify.verify import sum_of
from pipeline.reading.native import Development, Layout, Samples
from pipeline.reading.stored import Stored
from pipeline.sector import Mask


@dataclass(frozen=True, eq=False)
class Blackened:
    """Samples of one kind that are black outside the mask: their layout, how they are shown, their frames.

    shown: fills up with a sum over each frame that was taken, as the input shows it, black outside the mask.
    """

    layout: Layout
    development: Development
    frames: Iterable[Samples]
    shown: list[int]
    palette: Palette | None = None


def blackened(stored: Stored, mask: Mask) -> Blackened:
    """Return the stored samples, exact where `mask` is True and black elsewhere.

    Where black cannot be said in them (a window that shows the lowest value grey, a palette that is full and has no
    black), it is what they show, in 8 bits of grey or RGB. Raises ValueError for a frame of another size.
    """
    layout, development = _as_decoded(stored), stored.development
    if development.palette is not None:
        return _indexed(stored, development.palette, mask) or _as_shown(stored, mask)
    black = _black(layout, development)
    if black is None or not _can_be_written(layout, development):
        return _as_shown(stored, mask)
    shown: list[int] = []
    return Blackened(layout, replace(development, layout=layout), _frames(stored, mask, black, shown), shown)


def on_black(samples: Samples, mask: Mask, black: Samples) -> Samples:
    """Return the samples where `mask` is True, and elsewhere `black`, one value for each sample of a pixel."""
    blackened = np.full(_of_size(samples, mask).shape, black, samples.dtype)
    cv2.copyTo(np.ascontiguousarray(samples), mask.view(np.uint8), blackened)
    return blackened


def _frames(stored: Stored, mask: Mask, black: Samples, shown: list[int]) -> Iterator[Samples]:
    for samples, is_rgb in stored.frames():
        pixels = on_black(samples, mask, black)
        seen = stored.development.develop(samples, is_rgb=is_rgb)
        is_shown_so = seen is samples and not black.any()
        shown.append(sum_of(pixels if is_shown_so else on_black(seen, mask, np.array(0))))
        yield pixels


def _of_size(samples: Samples, mask: Mask) -> Samples:
    if samples.shape[:2] != mask.shape:
        raise ValueError("a frame has another size")
    return samples


def _range(layout: Layout) -> tuple[int, int]:
    """Return the lowest value that a sample may have, and how many values there are."""
    levels = 1 << layout.bits_stored
    return -levels // 2 if layout.is_signed else 0, levels


def _as_decoded(stored: Stored) -> Layout:
    """Return the layout of the samples as they come from the decoder: colours by pixel, not subsampled."""
    layout = stored.layout
    photometric = "RGB" if layout.samples == 3 else "MONOCHROME2"
    if layout.samples == 1 and layout.photometric in ("MONOCHROME1", "PALETTE COLOR"):
        photometric = layout.photometric
    elif layout.samples == 3 and layout.photometric.startswith("YBR_FULL"):
        _, is_rgb = next(iter(stored.frames()))
        photometric = "RGB" if is_rgb else "YBR_FULL"
    return replace(layout, photometric=photometric, is_planar=False, high_bit=layout.bits_stored - 1)


def _can_be_written(layout: Layout, development: Development) -> bool:
    """Return whether a window is made of plain numbers: none too large, none longer than seven digits."""
    if development.window is None or layout.samples == 3 or layout.bits_stored <= 8:
        return True
    numbers = (*development.window, development.slope, development.intercept)
    return all(abs(number) <= 1 << 17 and float(f"{number:.7g}") == number for number in numbers)


def _black(layout: Layout, development: Development) -> Samples | None:
    """Return the sample or samples that are shown black: the lowest value, or the highest where grey is inverted."""
    (lowest, levels), kind = _range(layout), np.int32
    if layout.photometric == "YBR_FULL":
        neutral = lowest + levels // 2
        candidates = [np.array([lowest, neutral, neutral], kind)]
    elif layout.samples == 3:
        candidates = [np.array([lowest] * 3, kind)]
    else:
        candidates = [np.array(value, kind) for value in (lowest, lowest + levels - 1)]
    for black in candidates:
        shown = replace(development, layout=layout).develop(black.reshape(1, 1, *black.shape))
        if not shown.any():
            return black
    return None


def _indexed(stored: Stored, palette: Samples, mask: Mask) -> Blackened | None:
    """Return the indices with a palette that holds what is shown inside the mask, black, and nothing else.

    Entries that no kept pixel shows are emptied: nobody sees them, and anything could be written there.
    """
    development, layout = stored.development, stored.layout
    wide = palette.astype(np.uint16)
    if wide.max(initial=0) <= 255:
        wide = wide * 257
    used, highest = np.zeros(len(wide), bool), development.first
    for samples, _ in stored.frames():
        kept = _of_size(samples, mask)[mask]
        used[np.unique(development.entries(kept))] = True
        highest = max(highest, int(kept.max(initial=highest)))
    table = np.where(used[:, None], wide, 0).astype(np.uint16)
    if table.max(initial=0) <= 255:  # all of it is shown black, and must not be taken for entries of 8 bits
        table[:] = 0
    if table.any(axis=1).all() and highest < development.first + len(table):
        table = np.vstack([table, np.zeros((1, 3), np.uint16)])
    free = np.flatnonzero(~table.any(axis=1))
    lowest, levels = _range(layout)
    if not len(free) or not lowest <= free[0] + development.first < lowest + levels:
        return None
    black, shown = np.array(int(free[0]) + development.first), list[int]()
    table = table[: 1 + max(int(free[0]), int(np.flatnonzero(used).max(initial=0)))]
    red, green, blue = (table[:, channel].astype("<u2").tobytes() for channel in range(3))
    plain = replace(layout, is_planar=False, high_bit=layout.bits_stored - 1)
    seen, frames = replace(development, palette=table), _frames(stored, mask, black, shown)
    return Blackened(plain, seen, frames, shown, Palette(development.first, (red, green, blue)))


def _as_shown(stored: Stored, mask: Mask) -> Blackened:
    """Return what the reader shows, in 8 bits."""
    development = stored.development
    colours = 3 if development.palette is not None or stored.layout.samples == 3 else 1
    layout = replace(
        stored.layout,
        samples=colours,
        bits_allocated=8,
        bits_stored=8,
        is_signed=False,
        is_planar=False,
        photometric="RGB" if colours == 3 else "MONOCHROME2",
        high_bit=7,
    )

    shown: list[int] = []

    def frames() -> Iterator[Samples]:
        for samples, is_rgb in stored.frames():
            seen = on_black(development.develop(samples, is_rgb=is_rgb), mask, np.array(0))
            shown.append(sum_of(seen))
            yield seen

    return Blackened(layout, Development(layout, None, 0, 1.0, 0.0, None), frames(), shown)

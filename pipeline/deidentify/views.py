"""Which pictures of the kept area are given to the reader of text?

No one picture shows every text. Bright writing drowns in bright tissue, from which a raised local contrast, the strokes
alone and a flattened background each bring it out in another way. On a cine, drawn pixels keep their value while echoes
change (`unmoving`), and what is shown for a moment is left in the highest value of each pixel. On a still from a
lossless source drawn pixels share one value that is rare around them (`drawn`). The black around the kept area is
filled with the grey levels of its edge, for the detector takes the outline for a stroke.
"""

from collections import deque

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.clip import Luminance
from pipeline.deidentify.strokes import Watch
from pipeline.sector import Mask

Placed = tuple[Luminance, int, int]
"""A part of the picture, and how many columns and rows it begins right of and below the whole."""

LOCAL_CONTRAST, TILES = 3.0, (8, 8)
HAT = np.ones((9, 9), np.uint8)
HAT_GAIN = 2.0
SIDEWAYS_HAT = np.ones((1, 9), np.uint8)
SIDEWAYS_GAIN = 2.5
BRIGHT_HAT = np.ones((7, 7), np.uint8)
BRIGHT_GAIN = 4.0
MIDDLE = 128
SOFT_EDGE = np.ones((3, 3), np.uint8)
FILL, BACKGROUND, SPREAD, MOTION = 6.0, 9.0, 15.0, 10.0
"""Widths in pixels (standard deviations) over which the background, its spread and its motion are averaged."""
SPREAD_GAIN, LEAST_SPREAD = 50.0, 6.0
MOTION_GAIN, LEAST_MOTION = 160.0, 4.0
LINE = (41, 17)
"""Columns and rows around a pixel in which drawn pixels of its value are counted."""
TOLERANCE, NEIGHBOURS = 2, 3
"""Grey levels that count as the same value, and how many on either side say how common it would be by chance."""
DARKEST_DRAWN = 3
LARGEST_DRAWN = 900
"""Longest side in pixels up to which every pixel is counted; letters of larger pictures are larger."""
RARITY_GAIN, RARITY_FLOOR = 20.0, 60.0

Floats = NDArray[np.floating]
Kernel = NDArray[np.uint8]


def still_pictures(watch: Watch) -> tuple[Placed, ...]:
    """Return the pictures of what stands on all frames, and of what a cine shows at its brightest."""
    rows, columns = watch.window
    mean = filled(watch.mean, watch.inside)
    pictures = [clearer(mean), strokes_alone(mean), flattened(mean), sideways_strokes(mean)]
    if watch.can_tell:
        pictures.append(unmoving(watch))
    else:
        pictures += [bright_strokes(mean), drawn(watch.mean, watch.inside)]
    if watch.frames > 1:
        pictures.append(clearer(filled(watch.highest, watch.inside)))
    return tuple((picture, columns.start, rows.start) for picture in pictures)


def changing_pictures(watch: Watch) -> tuple[Placed, ...]:
    """Return the pictures of what came and went, none where nothing looks like writing."""
    changes = watch.changes()
    if not changes:
        return ()
    rows, columns = watch.changing()
    right, down = watch.window[1].start + columns.start, watch.window[0].start + rows.start
    return tuple((clearer(np.ascontiguousarray(picture[rows, columns])), right, down) for picture in changes)


def clearer(picture: Luminance) -> Luminance:
    """Return the picture with its local contrast raised (CLAHE; Zuiderveld 1994)."""
    return np.asarray(cv2.createCLAHE(LOCAL_CONTRAST, TILES).apply(picture), np.uint8)


def strokes_alone(picture: Luminance, hat: Kernel = HAT, gain: float = HAT_GAIN) -> Luminance:
    """Return thin bright and thin dark strokes about a middle grey, whatever lies behind them."""
    bright = cv2.morphologyEx(picture, cv2.MORPH_TOPHAT, hat).astype(np.float32)
    dark = cv2.morphologyEx(picture, cv2.MORPH_BLACKHAT, hat).astype(np.float32)
    return _grey(MIDDLE + gain * (bright - dark))


def sideways_strokes(picture: Luminance) -> Luminance:
    """Return strokes that are thin from left to right, which echoes of layers and muscle are not."""
    return strokes_alone(picture, SIDEWAYS_HAT, SIDEWAYS_GAIN)


def bright_strokes(picture: Luminance) -> Luminance:
    """Return thin bright strokes on black."""
    return _grey(np.float32(BRIGHT_GAIN) * cv2.morphologyEx(picture, cv2.MORPH_TOPHAT, BRIGHT_HAT))


def flattened(picture: Luminance) -> Luminance:
    """Return how far each pixel is from the background around it, in the spread that is usual there."""
    values = picture.astype(np.float32)
    away = values - _blurred(values, BACKGROUND)
    spread = np.maximum(np.sqrt(_blurred(away * away, SPREAD)), LEAST_SPREAD)
    return _grey(MIDDLE + SPREAD_GAIN * away / spread)


def unmoving(watch: Watch) -> Luminance:
    """Return, bright on grey, what keeps its value over the frames more than what is around it."""
    kept = watch.inside.astype(np.float32)
    moved = np.asarray(cv2.subtract(watch.highest, watch.lowest), np.float32)
    around = _blurred(moved * kept, MOTION) / np.maximum(_blurred(kept, MOTION), 1e-3)
    still = _grey(255 - MOTION_GAIN * moved / np.maximum(around, LEAST_MOTION))
    still[~watch.inside] = 255 - MOTION_GAIN
    return still


def drawn(picture: Luminance, kept: Mask) -> Luminance:
    """Return, bright on grey, the pixels whose value is commoner around them than the values beside it."""
    step = 1 + max(picture.shape) // LARGEST_DRAWN
    rarity = _rarity(picture[::step, ::step], kept[::step, ::step])
    return cv2.resize(
        _grey(RARITY_FLOOR + RARITY_GAIN * rarity), picture.shape[::-1], interpolation=cv2.INTER_NEAREST
    ).astype(np.uint8)


def _rarity(picture: Luminance, kept: Mask) -> Floats:
    reach = TOLERANCE + NEIGHBOURS
    counts = deque((_around(picture, kept, value) for value in range(-reach, reach)), maxlen=2 * reach + 1)
    rarity = np.zeros(picture.shape, np.float32)
    for value in range(256):
        counts.append(_around(picture, kept, value + reach))
        there = (picture == value) & kept
        if value < DARKEST_DRAWN or not there.any():
            continue
        near = np.stack([count[there] for count in counts])
        same = near[NEIGHBOURS:-NEIGHBOURS].sum(axis=0)
        chance = (near.sum(axis=0) - same) * np.float32((2 * TOLERANCE + 1) / (2 * NEIGHBOURS))
        rarity[there] = (same - chance) / np.sqrt(chance + 2)
    return rarity


def _around(picture: Luminance, kept: Mask, value: int) -> Floats:
    """Return how many pixels of this value are kept in the LINE around each."""
    found = ((picture == value) & kept).view(np.uint8)
    return np.asarray(cv2.boxFilter(found, cv2.CV_32F, LINE, normalize=False, borderType=cv2.BORDER_CONSTANT))


def filled(picture: Luminance, kept: Mask) -> Luminance:
    """Return the picture with what is around the kept area, and its very edge, as grey as the area is near there."""
    share = kept.astype(np.float32)
    inner = cv2.erode(kept.astype(np.uint8), SOFT_EDGE, borderType=cv2.BORDER_CONSTANT, borderValue=0).astype(bool)
    values = picture.astype(np.float32) * share
    usual = np.float32(values.sum() / max(1.0, float(share.sum())))
    around = (_blurred(values, FILL) + 1e-4 * usual) / (_blurred(share, FILL) + 1e-4)
    return np.where(inner, picture, _grey(around))


def _blurred(values: Floats, width: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), width))


def _grey(values: Floats) -> Luminance:
    return np.clip(values, 0, 255).astype(np.uint8)

"""What does the whole picture show at the size in which the sector is searched, and what of it cannot be echoes?"""

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.clip import Clip, Luminance
from pipeline.sector import Mask

FAINT = 3
"""Grey levels above the background up to which nothing is said to be lit."""

READABLE = 40
"""Grey levels above the background from which on writing can be read."""

SATURATED = 250
RINGING = 0.17
REACH = 17
SOFT = 5
BARE = 3
FLICKER = 8
FLICKER_SHARE = 0.12
GRAIN = 3
GRAIN_COLUMNS = 7
STROKE = 9


@dataclass(frozen=True, eq=False)
class Screen:
    """The picture at working size; every field is (rows, columns).

    light: grey levels above the background, the maximum over the keyframes. steady: not the codec's ringing.
    lit: more than faint, also beside what is much brighter. still: readable, and the same in all keyframes.
    smooth: still, not saturated, and without grain sideways. strokes: readable, with the bare background close by.
    """

    light: Luminance
    steady: Mask
    lit: Mask
    still: Mask
    smooth: Mask
    strokes: Mask
    is_cine: bool

    def part(self, down: slice, across: slice) -> "Screen":
        """Return a rectangle of the screen."""
        masks = (self.steady, self.lit, self.still, self.smooth, self.strokes)
        steady, lit, still, smooth, strokes = (mask[down, across] for mask in masks)
        return Screen(self.light[down, across], steady, lit, still, smooth, strokes, self.is_cine)


def screen_of(clip: Clip, scale: float) -> Screen:
    """Return the screen of `clip`, shrunk to `scale` of its size.

    The ringing of JPEG, MPEG-4 and H.264 stays within a block (8 pixels) of an edge and far below its height (97 % of
    it under .16 of it, measured), so what is much darker than its brightest neighbour does not tell where echoes end,
    provided that it borders on the bare background too.
    """
    brightest, darkest = _shrunk(clip.brightest, scale), _shrunk(clip.keyframes.min(axis=0), scale)
    dark = np.full_like(brightest, _level_at(brightest, 0.02))
    light = np.asarray(cv2.subtract(brightest, dark), np.uint8)
    reach = 2 * round(REACH * scale / 2) + 1
    around = np.ones((reach, reach), np.uint8)
    bare = cv2.erode(cv2.blur(light, (SOFT, SOFT)), around) <= BARE
    distinct = light >= RINGING * cv2.dilate(light, around)
    readable = light > READABLE
    still = readable & (brightest - darkest <= FLICKER + FLICKER_SHARE * light)
    row = np.ones((1, GRAIN_COLUMNS), np.uint8)
    even = cv2.dilate(light, row) - cv2.erode(light, row) <= GRAIN
    smooth = cv2.dilate(even.astype(np.uint8), row).astype(bool) & still & (light < SATURATED)
    strokes = readable & (cv2.erode(light, np.ones((STROKE, STROKE), np.uint8)) <= FAINT)
    return Screen(light, distinct | ~bare, distinct & (light > FAINT), still, smooth, strokes, not clip.is_still)


def _level_at(picture: Luminance, share: float) -> int:
    """Return the grey level below or at which `share` (0-1) of the pixels lie; a histogram costs less than sorting."""
    counts = cv2.calcHist([picture], [0], None, [256], [0, 256])[:, 0]
    return int(np.searchsorted(np.cumsum(counts), share * picture.size))


def _shrunk(picture: Luminance, scale: float) -> Luminance:
    if scale == 1.0:
        return picture
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)

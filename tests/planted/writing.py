"""How is a text written on a picture, and which pixels are then its ink?"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pipeline.sector import Mask
from tests.planted.marks import Ink, plain_letters
from tests.planted.pictures import Pixels

HERSHEY = {
    "simplex": cv2.FONT_HERSHEY_SIMPLEX,
    "plain": cv2.FONT_HERSHEY_PLAIN,
    "duplex": cv2.FONT_HERSHEY_DUPLEX,
    "complex": cv2.FONT_HERSHEY_COMPLEX,
    "triplex": cv2.FONT_HERSHEY_TRIPLEX,
    "complex small": cv2.FONT_HERSHEY_COMPLEX_SMALL,
    "script": cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
    "italic": cv2.FONT_HERSHEY_COMPLEX | cv2.FONT_ITALIC,
}
OUTLINE = "outline"  # a font of curves, as screens draw them
FONTS = (*HERSHEY, OUTLINE)
HEIGHTS = (9, 11, 13, 16, 20, 26)
CONTRASTS = (40, 70, 110, 160, 255)
CLEAR = 3
"""Pixels between a text that is said to be inside (or outside) and the edge of the sector."""
TRIES = 200


class Place(StrEnum):
    """Where a text stands against the true sector."""

    INSIDE = "inside"
    EDGE = "edge"
    OUTSIDE = "outside"


@dataclass(frozen=True)
class Style:
    """How a text is written. height: of a capital in pixels; contrast: grey levels against what is below.

    boxed: dark letters in a light box. some_frames: shown in a part of the clip only.
    """

    font: str
    height: int
    contrast: int
    boxed: bool = False
    some_frames: bool = False


@dataclass(frozen=True, eq=False)
class Written:
    """One text on a clip: its style, its place, and what it added to each frame it is shown on.

    window: rows and columns of the picture. added: (frames, rows, columns) of the window, zero where it is not shown.
    letters: (rows, columns) of the window, the number of the letter that each pixel belongs to.
    """

    text: str
    style: Style
    place: Place
    window: tuple[slice, slice]
    added: NDArray[np.float32]
    letters: NDArray[np.intp]


def any_style(rng: np.random.Generator) -> Style:
    """Return a style by chance: every font, height and contrast is as likely as another."""
    return Style(
        FONTS[int(rng.integers(len(FONTS)))],
        HEIGHTS[int(rng.integers(len(HEIGHTS)))],
        CONTRASTS[int(rng.integers(len(CONTRASTS)))],
        boxed=bool(rng.random() < 0.2),
        some_frames=bool(rng.random() < 0.25),
    )


def any_text(rng: np.random.Generator) -> str:
    """Return a name, a record number or a birth date as a screen shows them."""
    ink = Ink(rng)
    way = int(rng.integers(3))
    if way == 0:
        return plain_letters(ink.word()).upper()[:12]
    return ink.number("screen") if way == 1 else ink.written_day("screen")[:11]


def coverage(text: str, font: str, height: int) -> NDArray[np.float32]:
    """Return how much ink lies on each pixel, 0 to 1, trimmed to the text."""
    drawn = _outline(text, height) if font == OUTLINE else _hershey(text, font, height)
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    inked = drawn[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return inked.astype(np.float32) / 255


def _hershey(text: str, font: str, height: int) -> Pixels:
    face = HERSHEY[font]
    scale = height / cv2.getTextSize("H", face, 1.0, 1)[0][1]
    (wide, high), low = cv2.getTextSize(text, face, scale, 1)
    canvas = np.zeros((high + low + 12, wide + 16), np.uint8)
    cv2.putText(canvas, text, (6, high + 4), face, scale, 255, 1 if height < 18 else 2, cv2.LINE_AA)
    return canvas


@cache
def _face(height: int) -> "ImageFont.FreeTypeFont | ImageFont.ImageFont":
    return ImageFont.load_default(round(height * 1.4))


def _outline(text: str, height: int) -> Pixels:
    canvas = Image.new("L", (height * (len(text) + 2), height * 3))
    ImageDraw.Draw(canvas).text((4, height // 2), text, fill=255, font=_face(height))
    return np.asarray(canvas)


def write(
    frames: Pixels, sector: Mask, text: str, style: Style, place: Place, rng: np.random.Generator
) -> Written | None:
    """Write the text on the grey frames, in place; None where it finds no room."""
    inked = coverage(text, style.font, style.height)
    spare = 2 if style.boxed else 0
    inked = np.pad(inked, spare)
    window = _window(sector, inked.shape, place, rng)
    if window is None:
        return None
    shown = _shown(len(frames), rng, some=style.some_frames)
    below = frames[:, *window].astype(np.float32)
    paper = below.copy()
    if style.boxed:
        paper[shown] = 255
    level = float(paper[shown].mean())
    ink = np.clip(level - style.contrast if style.boxed or level > 160 else level + style.contrast, 0, 255)
    above = paper.copy()
    above[shown] = paper[shown] * (1 - inked) + ink * inked
    frames[:, *window] = np.rint(above).astype(np.uint8)
    letters = np.minimum(np.arange(inked.shape[1]) * len(text) // inked.shape[1], len(text) - 1)
    added = np.rint(above).astype(np.float32) - np.rint(paper)
    return Written(text, style, place, window, added, np.broadcast_to(letters, inked.shape))


def _shown(count: int, rng: np.random.Generator, *, some: bool) -> slice:
    """Return the frames that the text is shown on: all, or a run of up to a third of them."""
    if not some or count < 4:
        return slice(0, count)
    length = int(rng.integers(1, count // 3 + 1))
    first = int(rng.integers(0, count - length + 1))
    return slice(first, first + length)


def _window(sector: Mask, shape: tuple[int, ...], place: Place, rng: np.random.Generator) -> tuple[slice, slice] | None:
    """Return rows and columns at which a block of this shape is inside, outside or across the edge of the sector."""
    kernel = np.ones((2 * CLEAR + 1, 2 * CLEAR + 1), np.uint8)
    near = cv2.dilate(sector.astype(np.uint8), kernel).astype(bool)
    deep = cv2.erode(sector.astype(np.uint8), kernel).astype(bool)
    high, wide = shape
    rows, columns = sector.shape
    if high >= rows or wide >= columns:
        return None
    for _ in range(TRIES):
        top, left = int(rng.integers(0, rows - high)), int(rng.integers(0, columns - wide))
        window = slice(top, top + high), slice(left, left + wide)
        share = float(sector[window].mean())
        fits = {
            Place.INSIDE: bool(deep[window].all()),
            Place.OUTSIDE: not near[window].any(),
            Place.EDGE: 0.25 <= share <= 0.75,
        }
        if fits[place]:
            return window
    return None

"""Writing put into a clip by seed: which words, in which letters, how tall, how clear, on which frames, and where."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pipeline.clip import Luminance
from pipeline.sector import Mask

Coverage = NDArray[np.float32]

TEXTS = (
    "MBEKI THANDI", "Dr Kalala", "Mukendi J.", "KLINIEK X", "HGR PANZI", "Tshala 34A", "NGUYEN", "Amina Diallo",
    "7741902", "ID 20331", "MRN 00418", "29/08/1951", "12.03.2024", "2024-03-12", "14:05 12/03/24", "03-APR-1988",
    "REC-5512", "Ward 7 Bed 12", "Okafor, C", "DOB 03/04/88",
)  # fmt: skip
HERSHEY = {
    "hershey simplex": cv2.FONT_HERSHEY_SIMPLEX,
    "hershey plain": cv2.FONT_HERSHEY_PLAIN,
    "hershey duplex": cv2.FONT_HERSHEY_DUPLEX,
    "hershey complex": cv2.FONT_HERSHEY_COMPLEX,
    "hershey triplex": cv2.FONT_HERSHEY_TRIPLEX,
}
TRUETYPE = (
    "dejavu/DejaVuSans.ttf", "dejavu/DejaVuSansMono.ttf", "dejavu/DejaVuSerif-Bold.ttf",
    "liberation/LiberationSans-Regular.ttf", "liberation/LiberationSansNarrow-Regular.ttf",
)  # fmt: skip
FONT_FOLDER = Path(os.environ.get("SONORELAY_FONTS", "/usr/share/fonts/truetype"))
BITMAP = "bitmap"
HEIGHTS = (8, 10, 11, 12, 14, 16, 20, 26, 34, 40)
CONTRASTS = (40, 60, 90, 140, 255)
MOST_OF_THE_WIDTH = 0.9


@dataclass(frozen=True)
class Style:
    """How a text is drawn. height: of its capitals, in pixels; contrast: grey levels over the mean around it;
    turned: degrees counter-clockwise; frames: None for all of them, else how many successive ones; at_edge: cut by the
    outline of the sector.
    """

    text: str
    font: str
    height: int
    contrast: int
    dark: bool = False
    turned: int = 0
    frames: int | None = None
    at_edge: bool = False


@dataclass(frozen=True)
class Planted:
    """Where a text came to stand: box (left, top, right, bottom), frames from `first` up to `last`, what it is."""

    style: Style
    box: tuple[int, int, int, int]
    first: int
    last: int
    shown: int
    """Grey levels between the letters and the mean around them, as they could be drawn."""


def fonts() -> tuple[str, ...]:
    """Return the fonts that are there: five of OpenCV, one of bitmaps, and TrueType where the machine has them."""
    return (*HERSHEY, BITMAP, *(name for name in TRUETYPE if (FONT_FOLDER / name).is_file()))


def style_of(rng: np.random.Generator, frames: int) -> Style:
    """Draw a style; half of them stand on all frames, a sixth on one frame only, one in eight is dark."""
    on: int | None = None
    if frames > 2 and rng.random() < 0.5:
        on = int(rng.choice([1, 3, max(2, frames // 4), max(2, frames // 2)]))
    return Style(
        text=str(rng.choice(TEXTS)),
        font=str(rng.choice(fonts())),
        height=int(rng.choice(HEIGHTS)),
        contrast=int(rng.choice(CONTRASTS)),
        dark=bool(rng.random() < 0.25),
        frames=on,
        at_edge=bool(rng.random() < 0.15),
    )


def plant(frames: Luminance, mask: Mask, seed: int, /, **fixed: object) -> tuple[Luminance, Planted]:
    """Return a copy of (n, rows, columns) frames with one text in it, and the truth; `fixed` overrides the style.

    The text shrinks where the sector is too small for it, and turns bright where the tissue is too dark for dark text.
    """
    rng = np.random.default_rng([seed, 31])
    style = replace(style_of(rng, len(frames)), **fixed)
    cover = drawn(style)
    while (place := _place(cover, mask, style, rng)) is None:
        smaller = max(8, int(style.height * 0.8))
        shorter = style.text if smaller < style.height else style.text[: max(5, len(style.text) - 2)].strip()
        if (smaller, shorter) == (style.height, style.text):
            raise ValueError("no room for any text")
        style = replace(style, height=smaller, text=shorter)
        cover = drawn(style)
    top, left = place
    window = slice(top, top + cover.shape[0]), slice(left, left + cover.shape[1])
    count = len(frames) if style.frames is None else min(style.frames, len(frames))
    first = int(rng.integers(0, len(frames) - count + 1))
    around = float(frames[first : first + count, window[0], window[1]][:, mask[window]].mean())
    dark = style.dark and around >= 40
    level = float(np.clip(around + (-style.contrast if dark else style.contrast), 0, 255))
    out = frames.copy()
    part = cover * mask[window]
    for number in range(first, first + count):
        patch = out[number][window]
        out[number][window] = np.rint(patch * (1 - part) + level * part).astype(np.uint8)
    box = (left, top, left + cover.shape[1], top + cover.shape[0])
    return out, Planted(replace(style, dark=dark), box, first, first + count, round(abs(level - around)))


def through_jpeg(frames: Luminance, quality: int = 90) -> Luminance:
    """Return the frames as a device's JPEG shows them."""
    coded = (cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, quality])[1] for frame in frames)
    return np.stack([cv2.imdecode(one, cv2.IMREAD_GRAYSCALE) for one in coded]).astype(np.uint8)


def drawn(style: Style) -> Coverage:
    """Return how much of each pixel the letters cover, 0 to 1, with a pixel of margin."""
    draw: Callable[[str, int, str], Coverage] = _hershey if style.font in HERSHEY else _truetype
    cover = _bitmap(style.text, style.height) if style.font == BITMAP else draw(style.text, style.height, style.font)
    if style.turned:
        cover = _turned(cover, style.turned)
    rows, columns = np.flatnonzero(cover.max(axis=1) > 0), np.flatnonzero(cover.max(axis=0) > 0)
    return np.pad(cover[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], 1)


def _hershey(text: str, height: int, font: str) -> Coverage:
    number = HERSHEY[font]
    thickness = 1 if height < 16 else 2
    scale = cv2.getFontScaleFromHeight(number, height, thickness)
    (width, tall), below = cv2.getTextSize(text, number, scale, thickness)
    canvas = np.zeros((tall + below + 12, width + 12), np.uint8)
    cv2.putText(canvas, text, (6, tall + 6), number, scale, 255, thickness, cv2.LINE_AA)
    return canvas.astype(np.float32) / 255


@cache
def _sized(font: str, height: int) -> ImageFont.FreeTypeFont:
    for size in range(height, 3 * height):
        found = ImageFont.truetype(str(FONT_FOLDER / font), size)
        _, top, _, bottom = found.getbbox("H")
        if bottom - top >= height:
            return found
    raise ValueError(font)


def _truetype(text: str, height: int, font: str) -> Coverage:
    found = _sized(font, height)
    left, top, right, bottom = found.getbbox(text)
    canvas = Image.new("L", (int(right - left) + 8, int(bottom - top) + 8))
    ImageDraw.Draw(canvas).text((4 - left, 4 - top), text, fill=255, font=found)
    return np.asarray(canvas, np.float32) / 255


def _bitmap(text: str, height: int) -> Coverage:
    """Draw with the 11-pixel bitmap font of Pillow (capitals 8 pixels tall), enlarged by whole numbers."""
    font = ImageFont.load_default_imagefont()
    left, top, right, bottom = font.getbbox(text)
    canvas = Image.new("1", (int(right - left) + 8, int(bottom - top) + 8))
    ImageDraw.Draw(canvas).text((4, 4), text, fill=1, font=font)
    times = max(1, round(height / 8))
    return np.kron(np.asarray(canvas, np.float32), np.ones((times, times), np.float32))


def _turned(cover: Coverage, degrees: int) -> Coverage:
    rows, columns = cover.shape
    side = int(np.hypot(rows, columns)) + 4
    canvas = np.zeros((side, side), np.float32)
    top, left = (side - rows) // 2, (side - columns) // 2
    canvas[top : top + rows, left : left + columns] = cover
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), degrees, 1.0)
    return np.asarray(cv2.warpAffine(canvas, turn, (side, side)), np.float32)


def _place(cover: Coverage, mask: Mask, style: Style, rng: np.random.Generator) -> tuple[int, int] | None:
    """Return top and left of a place inside the sector, or of one that its outline cuts by a fifth to two fifths."""
    rows, columns = cover.shape
    if rows >= mask.shape[0] or columns >= mask.shape[1] * MOST_OF_THE_WIDTH:
        return None
    whole = cv2.boxFilter(mask.astype(np.float32), -1, (columns, rows), anchor=(0, 0), borderType=cv2.BORDER_CONSTANT)
    whole = whole[: mask.shape[0] - rows, : mask.shape[1] - columns]
    fits = (whole >= 0.6) & (whole <= 0.8) if style.at_edge else whole > 0.999
    tops, lefts = np.nonzero(fits)
    if not len(tops):
        return None
    chosen = int(rng.integers(len(tops)))
    return int(tops[chosen]), int(lefts[chosen])

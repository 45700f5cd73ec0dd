"""What may a device write beside a sector, and which pixels of the picture are then its writing?"""

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.clip import Clip, Luminance
from pipeline.phantom import geometry, render
from pipeline.sector import Mask
from tests.clips import clip_of, scene_of

READABLE = 40
MARGIN = 3
"""Pixels around the true sector in which an outline may be wrong."""

WIDE, HIGH = 96, 72
"""Columns and rows of empty screen that are added around the simulated picture."""


@dataclass(frozen=True, eq=False)
class Screenful:
    """A clip, where its sector truly is, and which readable pixels belong to the device; masks (rows, columns)."""

    clip: Clip
    sector: Mask
    writing: Mask


@dataclass(frozen=True)
class Writing:
    """Letters, or a box with letters, on one side of the sector: `gap` pixels from it, `along` (share) its side."""

    side: str
    gap: int
    along: float
    size: float
    text: str = "DOE JANE 1987"
    boxed: bool = False


def bare_screen(spec: str) -> tuple[Luminance, Mask]:
    """Return the frames of `spec` without its banner, in a larger picture, and where the sector is."""
    scene = scene_of(spec)
    sector = geometry(scene).mask(scene.rows, scene.columns)
    frames = np.stack(list(render(scene))) * sector
    frame = ((HIGH // 2, HIGH // 2), (WIDE // 2, WIDE // 2))
    return np.pad(frames, ((0, 0), *frame)), np.pad(sector, frame)


def written_over(frames: Luminance, sector: Mask, writing: Writing, quality: int | None) -> Screenful:
    """Return the frames with `writing` beside the sector, through JPEG of a `quality` unless None."""
    full, away = set_beside(frames, sector, block_of(writing), writing)
    if quality is not None:
        full = np.stack([through_jpeg(frame, quality) for frame in full])
    return Screenful(clip_of(full), sector, away)


def set_beside(frames: Luminance, sector: Mask, block: Luminance, where: Writing) -> tuple[Luminance, Mask]:
    """Return the frames with `block` where the writing would be, and its readable pixels away from the sector."""
    canvas = np.zeros(sector.shape, np.uint8)
    y, x = _place(sector, block.shape, where)
    rows, columns = slice(max(0, y), max(0, y + block.shape[0])), slice(max(0, x), max(0, x + block.shape[1]))
    part = canvas[rows, columns]
    part[:] = block[max(0, -y) :, max(0, -x) :][: part.shape[0], : part.shape[1]]
    canvas[sector] = 0
    return np.maximum(frames, canvas), readable(canvas, sector)


def readable(canvas: Luminance, sector: Mask) -> Mask:
    """Return which pixels of the device's own `canvas` can be read and lie away from the sector."""
    near = cv2.dilate(sector.astype(np.uint8), np.ones((2 * MARGIN + 1, 2 * MARGIN + 1), np.uint8)).astype(bool)
    away: Mask = (canvas > READABLE) & ~near
    return away


def block_of(writing: Writing) -> Luminance:
    """Return the letters of `writing` as pixels, without empty rows."""
    (wide, high), below = cv2.getTextSize(writing.text, cv2.FONT_HERSHEY_SIMPLEX, writing.size, 1)
    block = np.full((high + below, wide + 2), 170 if writing.boxed else 0, np.uint8)
    cv2.putText(block, writing.text, (1, high), cv2.FONT_HERSHEY_SIMPLEX, writing.size, 20 if writing.boxed else 235, 1)
    lit = block.any(axis=1)
    return block[lit.argmax() : len(lit) - lit[::-1].argmax()]


def _place(sector: Mask, size: tuple[int, ...], writing: Writing) -> tuple[int, int]:
    """Return row and column of the block's top left corner."""
    rows, columns = np.flatnonzero(sector.any(axis=1)), np.flatnonzero(sector.any(axis=0))
    x = round(columns[0] + writing.along * (columns[-1] - columns[0]) - size[1] / 2)
    y = round(rows[0] + writing.along * (rows[-1] - rows[0]) - size[0] / 2)
    if writing.side == "above":
        return int(rows[0]) - writing.gap - size[0], x
    if writing.side == "below":
        return int(rows[-1]) + 1 + writing.gap, x
    if writing.side == "left":
        return y, int(columns[0]) - writing.gap - size[1]
    return y, int(columns[-1]) + 1 + writing.gap


def through_jpeg(frame: Luminance, quality: int) -> Luminance:
    """Return the frame as JPEG of this quality leaves it."""
    return np.asarray(cv2.imdecode(cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], 0), np.uint8)

"""What does a reviewer's browser play, and what stands in the list before it is played?

Both are made from the released derivative alone, after it was written: what is not in it cannot be in them.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from pipeline.h264 import PREVIEW, Encoding, write_h264

Pixels = NDArray[np.uint8]

PREVIEW_LONGEST_SIDE = 960
POSTER_LONGEST_SIDE = 320
STILL_QUALITY = 88
POSTER_QUALITY = 80


def shrink(pixels: Pixels, longest_side: int) -> Pixels:
    """Return the picture at most `longest_side` pixels long and with even sides where it was shrunk; never enlarged."""
    rows, columns = pixels.shape[:2]
    scale = min(1.0, longest_side / max(rows, columns))
    wanted = (max(2, round(columns * scale) // 2 * 2), max(2, round(rows * scale) // 2 * 2))
    if scale == 1.0:
        return pixels
    # averaging costs seven times as much, and is needed only where pixels would be skipped
    way = cv2.INTER_AREA if scale < 0.5 else cv2.INTER_LINEAR
    small: Pixels = np.asarray(cv2.resize(pixels, wanted, interpolation=way), np.uint8)
    return small


def write_preview(pictures: Iterable[Pixels], times: Sequence[float], to: Path, encoding: Encoding = PREVIEW) -> None:
    """Write an MP4 of all pictures, longest side at most 960, a key frame at least every 12 frames."""

    def small() -> Iterator[Pixels]:
        for pixels in pictures:
            yield shrink(pixels, PREVIEW_LONGEST_SIDE)

    write_h264(small(), times, to, encoding)


def write_jpeg(pixels: Pixels, to: Path, *, longest_side: int, quality: int) -> None:
    """Write one picture as JPEG without any application or comment segment beyond JFIF."""
    to.write_bytes(encode_jpeg(shrink(pixels, longest_side), quality=quality, subsampling="420"))


def encode_jpeg(pixels: Pixels, *, quality: int, subsampling: str) -> bytes:
    """Return the JPEG of grey (rows, columns) or RGB (rows, columns, 3) pixels, chroma '444', '422' or '420'."""
    if pixels.ndim == 2:
        grey = np.ascontiguousarray(pixels[:, :, None])
        return bytes(simplejpeg.encode_jpeg(grey, quality=quality, colorspace="GRAY", colorsubsampling="Gray"))
    colour = np.ascontiguousarray(pixels)
    return bytes(simplejpeg.encode_jpeg(colour, quality=quality, colorspace="RGB", colorsubsampling=subsampling))

"""What does a reviewer's browser play, and what stands in the list before it is played?

Two previews with the same frames at the same times: one to judge from, and a small one that plays at once on a link of
1 Mbit/s. All of it is made from the released derivative alone, after it was written: what is not in it cannot be in
them.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from pipeline.h264 import PREVIEW, SMALL, h264_file, write_h264

Pixels = NDArray[np.uint8]

PREVIEW_LONGEST_SIDE = 960
SMALL_LONGEST_SIDE = 640
POSTER_LONGEST_SIDE = 320
STILL_QUALITY = 88
POSTER_QUALITIES = (80, 65, 50, 35, 20)
MOST_POSTER_BYTES = 24_000  # a fifth of a second at 1 Mbit/s


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


def write_preview(pictures: Iterable[Pixels], times: Sequence[float], to: Path) -> None:
    """Write an MP4 of all pictures, longest side at most 960, a key frame at least every 12 frames."""
    write_h264((shrink(pixels, PREVIEW_LONGEST_SIDE) for pixels in pictures), times, to, PREVIEW)


def write_previews(pictures: Iterable[Pixels], times: Sequence[float], to: Path, small: Path) -> None:
    """Write the preview `to` one file and, in the same pass, one whose longest side is at most 640 to the `small` one.

    Both have every frame at its time. The small one has a key frame at least every 24 frames, and no more than
    800 kbit/s and one second of them in hand, whatever the pictures hold.
    """
    with h264_file(times, to, PREVIEW) as add, h264_file(times, small, SMALL) as add_small:
        for pixels in pictures:
            large = shrink(pixels, PREVIEW_LONGEST_SIDE)
            add(large)
            add_small(shrink(large, SMALL_LONGEST_SIDE))


def write_poster(pixels: Pixels, to: Path) -> None:
    """Write one picture as JPEG, longest side at most 320, as good as 24 kB allow."""
    picture = shrink(pixels, POSTER_LONGEST_SIDE)
    for quality in POSTER_QUALITIES:
        content = encode_jpeg(picture, quality=quality, subsampling="420")
        if len(content) <= MOST_POSTER_BYTES:
            break
    to.write_bytes(content)


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

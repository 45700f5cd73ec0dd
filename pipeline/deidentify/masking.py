"""How is everything but the sector made black, frame by frame?"""

from collections.abc import Iterable, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.sector import Mask

Pixels = NDArray[np.uint8]


def masked(frames: Iterable[Pixels], mask: Mask) -> Iterator[Pixels]:
    """Yield each frame anew, its pixels where `mask` (rows, columns) is True and zeros elsewhere, all of one kind.

    The first frame says whether the run is grey or coloured. Raises ValueError where a frame has another size or where
    a coloured one follows grey ones.
    """
    keep = np.ascontiguousarray(mask, np.uint8)
    grey: bool | None = None
    for frame in frames:
        if frame.shape[:2] != mask.shape:
            raise ValueError("a frame has another size")
        grey = frame.ndim == 2 if grey is None else grey
        if grey and frame.ndim != 2:
            raise ValueError("a coloured frame among grey ones")
        wanted = frame if grey or frame.ndim == 3 else np.repeat(frame[:, :, None], 3, axis=2)
        # written onto zeros: a masked operation leaves what it does not write as it finds it
        black = np.zeros_like(wanted)
        cv2.bitwise_and(wanted, wanted, dst=black, mask=keep)
        yield black


def grown(mask: Mask, pixels: int) -> Mask:
    """Return the mask with a margin of `pixels` on all sides."""
    if not pixels:
        return mask
    return cv2.dilate(mask.astype(np.uint8), np.ones((2 * pixels + 1, 2 * pixels + 1), np.uint8)).astype(bool)


def padded(mask: Mask, rows: int, columns: int) -> Mask:
    """Return the mask enlarged with False at the bottom and right to (rows, columns)."""
    return np.pad(mask, ((0, rows - mask.shape[0]), (0, columns - mask.shape[1])))

"""How much does the picture change from one frame to the next?"""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.clip import Clip
from pipeline.levels import proxy_mask
from pipeline.sector import Sector


def frame_changes(clip: Clip, sector: Sector) -> NDArray[np.float64]:
    """Return the mean absolute change in grey levels between successive frames, (frames - 1,).

    Measured on the proxy, inside the sector where it is known, so that a running clock does not hide a freeze.
    """
    inside = proxy_mask(clip, sector) if sector.known else None
    weight = inside.astype(np.uint8) if inside is not None and inside.any() else None
    changes = [
        cv2.mean(cv2.absdiff(before, after), mask=weight)[0]
        for before, after in zip(clip.proxy[:-1], clip.proxy[1:], strict=True)
    ]
    return np.array(changes, np.float64)


def longest_run(flags: NDArray[np.bool_]) -> tuple[int, int]:
    """Return start and length of the longest run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    starts, ends = edges[::2], edges[1::2]
    if not len(starts):
        return 0, 0
    longest = int((ends - starts).argmax())
    return int(starts[longest]), int(ends[longest] - starts[longest])

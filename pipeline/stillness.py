"""How much does the picture change from one frame to the next?"""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.clip import Clip
from pipeline.levels import proxy_mask
from pipeline.sector import Sector

STILL_LEVELS = 0.15
"""Mean absolute change in grey levels up to which two frames count as one; real clips change by .25 to 24."""

COPIED_LEVELS = 0.05
"""Up to which a frame is a copy whatever moves around it: less than a still probe's noise in a dim picture."""

REPEATED_SHARE = 0.15
REACH = 4


def frame_changes(clip: Clip, sector: Sector) -> NDArray[np.float64]:
    """Return the mean absolute change in grey levels between successive frames, (frames - 1,).

    Measured on the proxy, inside the sector where it is known, so that a running clock does not hide a freeze.
    """
    return clip.once(("frame changes", sector), lambda: _frame_changes(clip, sector))


def _frame_changes(clip: Clip, sector: Sector) -> NDArray[np.float64]:
    inside = proxy_mask(clip, sector) if sector.known else None
    weight = inside.astype(np.uint8) if inside is not None and inside.any() else None
    means = [
        cv2.mean(cv2.absdiff(before, after), mask=weight)[0]
        for before, after in zip(clip.proxy[:-1], clip.proxy[1:], strict=True)
    ]
    changes = np.array(means, np.float64)
    changes.setflags(write=False)
    return changes


def longest_run(flags: NDArray[np.bool_]) -> tuple[int, int]:
    """Return start and length of the longest run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    starts, ends = edges[::2], edges[1::2]
    if not len(starts):
        return 0, 0
    longest = int((ends - starts).argmax())
    return int(starts[longest]), int(ends[longest] - starts[longest])


def repeated(changes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return for each of the `changes` between frames whether it is a copy's, (frames - 1,).

    A copy that was encoded again differs a little: it changes by less than .15 of the second largest change within
    four frames. The second, so that one jump makes no copies of its neighbours.
    """
    if not len(changes):
        return np.zeros(0, np.bool_)
    around = np.lib.stride_tricks.sliding_window_view(np.pad(changes, REACH), 2 * REACH + 1)
    second = np.partition(around, -2, axis=1)[:, -2]
    copies: NDArray[np.bool_] = (changes <= COPIED_LEVELS) | (changes < REPEATED_SHARE * second)
    return copies

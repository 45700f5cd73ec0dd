"""Which grey levels does the sector hold, and how much of it is coloured?"""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.clip import Clip
from pipeline.sector import Mask, Sector

MOST_PIXELS = 60_000
COLOURED = 24
DOPPLER_FILLS = 0.15


def grey_levels(clip: Clip, sector: Sector) -> NDArray[np.int64] | None:
    """Return the histogram (256,) of the sector over all keyframes, sampled on a grid; None without sector."""
    return clip.once(("grey levels", sector), lambda: _grey_levels(clip, sector)) if sector.known else None


def _grey_levels(clip: Clip, sector: Sector) -> NDArray[np.int64] | None:
    step = max(1, round((clip.rows * clip.columns / MOST_PIXELS) ** 0.5))
    inside = sector.mask(clip.rows, clip.columns)[::step, ::step]
    if not inside.any():
        return None
    within = inside.astype(np.uint8)
    counts = np.zeros(256, np.int64)
    for picture in clip.keyframes:
        some = np.ascontiguousarray(picture[::step, ::step])
        counts += cv2.calcHist([some], [0], within, [256], [0, 256])[:, 0].astype(np.int64)
    counts.setflags(write=False)
    return counts


def level_at(histogram: NDArray[np.int64], share: float) -> float:
    """Return the grey level (0-255) below which `share` (0-1) of the pixels lie."""
    return float(np.searchsorted(np.cumsum(histogram), share * histogram.sum()))


def coloured_share(clip: Clip, sector: Sector) -> float:
    """Return the share (0-1) of the sector, or of the picture without sector, that is coloured (Doppler)."""
    return clip.once(("coloured share", sector), lambda: _coloured_share(clip, sector))


def _coloured_share(clip: Clip, sector: Sector) -> float:
    coloured = clip.colour > COLOURED
    if sector.known:
        inside = proxy_mask(clip, sector)
        return float(coloured[:, inside].mean()) if inside.any() else 0.0
    return float(coloured.mean())


def doppler_fills(clip: Clip, sector: Sector) -> bool:
    """Return whether colour covers so much of the sector that grey levels say nothing about gain or contact."""
    return coloured_share(clip, sector) > DOPPLER_FILLS


def proxy_mask(clip: Clip, sector: Sector) -> Mask:
    """Return the sector as a mask of the proxy's size, one pixel of it taken off all around."""
    rows, columns = clip.proxy.shape[1:]
    mask = sector.mask(rows, columns, scale=columns / clip.columns)
    worn: Mask = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    return worn

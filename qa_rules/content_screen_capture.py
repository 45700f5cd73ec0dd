"""Did somebody film the device's screen with a phone?"""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.clip import Clip
from pipeline.finding import Measurement
from pipeline.rule import NOT_MEASURABLE, Family, Limits, Rule, Several, Unanswered
from pipeline.sector import Sector
from pipeline.text import Text

Floats = NDArray[np.float32]

TILE = 256
SMALLEST_TILE = 64
PICTURES = 3
CORNERS = ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0), (0.5, 0.5))
BACKGROUND = 16.0
FLATTEST = 0.005
AXIS = 0.02
COARSEST, FINEST = 0.08, 0.4
"""Cycles per pixel: below lie structures, above what resizing makes."""
GRID = 1 / 8
GRID_WIDTH = 0.006
NEIGHBOURS = 6.0
MIRROR_REACH = 9
MIRROR_SHARE = 0.7


def moire(clip: Clip, _: Sector) -> Measurement | Unanswered:
    """Return the highest peak of the picture's spectrum over the spectrum around it (about 2 without moiré).

    The grating of a screen's pixels beats with that of the camera's: one sharp slanted frequency (as in Sun, Li and
    Sun 2018, doi:10.1109/TIP.2018.2834737). Contrast against the surroundings, five tiles of three keyframes, Hann
    window, amplitudes of the mean power; without the axes and without the multiples of 1/8 of coded blocks. A peak
    that has its mirror image counts less: the lines of a scan, drawn on a grid, leave such pairs; gratings do not.
    """
    size = min(TILE, clip.rows, clip.columns) // 2 * 2
    if size < SMALLEST_TILE:
        return NOT_MEASURABLE
    window = np.outer(np.hanning(size), np.hanning(size)).astype(np.float32)
    power, tiles = np.zeros((size, size // 2 - 1), np.float32), 0
    for picture in clip.keyframes[:: -(-len(clip.keyframes) // PICTURES)]:
        for down, across in CORNERS:
            top, left = round(down * (clip.rows - size)), round(across * (clip.columns - size))
            tile = _contrast(picture[top : top + size, left : left + size].astype(np.float32))
            spread = float(tile.std())
            if spread >= FLATTEST:
                packed = cv2.dft(tile * (window / spread))  # real and imaginary parts side by side from column 1 on
                power += packed[:, 1:-1:2] ** 2 + packed[:, 2:-1:2] ** 2
                tiles += 1
    if not tiles:
        return NOT_MEASURABLE
    amplitude = np.fft.fftshift(np.sqrt(power), axes=0)
    around = cv2.GaussianBlur(amplitude, (0, 0), NEIGHBOURS * size / TILE)
    frequencies = np.fft.fftfreq(size).astype(np.float64)
    rows, columns = np.fft.fftshift(frequencies)[:, None], frequencies[None, 1 : size // 2]
    peaks = amplitude / np.maximum(around, np.float32(1e-6))
    mirrored = cv2.dilate(np.roll(peaks[::-1], 1, axis=0), np.ones((MIRROR_REACH, MIRROR_REACH), np.uint8))
    peaks = peaks / np.maximum(1, MIRROR_SHARE * mirrored) * _looked_at(rows, columns)
    row, column = np.unravel_index(int(peaks.argmax()), peaks.shape)
    place = (("cycles_down", float(rows[row, 0])), ("cycles_across", float(columns[0, column])))
    return Measurement(float(peaks[row, column]), evidence=place)


def _contrast(tile: Floats) -> Floats:
    soft = cv2.GaussianBlur(tile, (0, 0), 3)
    return np.clip((tile - soft) / (soft + BACKGROUND), -0.5, 0.5).astype(np.float32)


def _looked_at(down: NDArray[np.float64], across: NDArray[np.float64]) -> NDArray[np.bool_]:
    radius = np.hypot(down, across)
    slanted = (np.abs(down) > AXIS) & (np.abs(across) > AXIS) & (radius > COARSEST) & (radius < FINEST)
    off = [np.abs(axis - GRID * np.rint(axis / GRID)) for axis in (down, across)]
    looked_at: NDArray[np.bool_] = slanted & ((off[0] > GRID_WIDTH) | (off[1] > GRID_WIDTH))
    return looked_at


RULE = Rule(
    name="content.screen_capture",
    version=1,
    title=Text("Filmed from the screen", "Écran filmé"),
    advice=Text(
        "Export the clip from the device's menu; do not film or photograph its screen.",
        "Exportez le clip depuis le menu de l'appareil ; ne filmez pas et ne photographiez pas son écran.",
    ),
    unit="ratio",
    limits=Limits(good=3.2, poor=4.5),
    family=Family.CONTENT,
    weight=0.6,
    measure=moire,
    several=Several.ONCE,
    cap=40.0,
    explains=(
        "codec.", "gain.", "contact.", "geometry.", "artifact.", "device.", "sharpness.", "noise.", "motion.",
        "content.overlay", "temporal.frame_rate",
    ),
)  # fmt: skip

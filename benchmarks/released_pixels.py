"""How much of a banner is left in a file that some program released, and how far has the sector changed?"""

from pathlib import Path

import cv2
import numpy as np
import pydicom

from pipeline.child import run_in_child
from pipeline.errors import SonorelayError
from tests.planted.screens import shown_by

BANNER_ROWS, LETTER_INK = 0.14, 50
H264 = "1.2.840.10008.1.2.4.10"


def compared(released: Path, original: Path, sector: np.ndarray) -> tuple[float | None, float | None]:
    """Return how much of the banner's letters is left (1: all), and the mean change of the sector's grey levels.

    None, None where the released file cannot be decoded, or no longer to a picture of its size.
    """
    before = grey(original).astype(float)
    try:
        after = run_in_child(grey, released).astype(float)
    except SonorelayError:  # whatever a decoder says of another program's file
        return None, None
    if after.shape != before.shape:
        return None, None
    was, now = before.mean(axis=0), after.mean(axis=0)
    letters = _letters(was, sector)
    was, now = was[letters] - was[letters].mean(), now[letters] - now[letters].mean()
    slope = float((now * was).sum() / (was**2).sum())
    return slope, float(np.abs(after - before)[:, sector].mean())


def grey(path: Path) -> np.ndarray:
    """Return the frames of a DICOM file, of colours the green."""
    data_set = pydicom.dcmread(path)
    if data_set.file_meta.TransferSyntaxUID.startswith(H264):
        video = path.with_suffix(".h264.mp4")
        video.write_bytes(next(pydicom.encaps.generate_frames(data_set.PixelData, number_of_frames=1)))
        try:
            return shown_by(video)
        finally:
            video.unlink()
    pixels = data_set.pixel_array
    if data_set.PhotometricInterpretation == "PALETTE COLOR":
        pixels = pydicom.pixels.apply_color_lut(pixels, data_set) >> 8
    if pixels.shape[-1] == 3:
        pixels = pixels[..., 1]
    return pixels if pixels.ndim == 3 else pixels[None]


def _letters(picture: np.ndarray, sector: np.ndarray) -> np.ndarray:
    """Return the pixels of the banner's letters and those around them, at the top of the screen."""
    paper = cv2.medianBlur(picture.astype(np.uint8), 15)
    ink = np.abs(picture - paper) > LETTER_INK
    ink[round(BANNER_ROWS * len(ink)) :] = False
    return cv2.dilate((ink & ~sector).astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool) & ~sector

"""How is the derivative of a still picture written?"""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from pipeline.clip import Clip
from pipeline.deidentify.harvest import identifiers_of_picture
from pipeline.deidentify.jpeg_blocks import Blanking
from pipeline.deidentify.jpeg_coefficients import Transformer
from pipeline.deidentify.jpeg_segments import Unblankable, geometry_of
from pipeline.deidentify.removed_media import removed_from_media
from pipeline.deidentify.verify import EXACT, Tolerance, sum_of
from pipeline.deidentify.written import Written, constants, masked_frames
from pipeline.key import Key
from pipeline.reading.still import deep_grey
from pipeline.sector import Mask

_ORIENTATION = 0x0112


def write_still(path: Path, clip: Clip, mask: Mask, key: Key, folder: Path) -> Written:
    """Write `scan.jpg` of the source's own blocks where it is a JPEG that allows it, else `scan.png`."""
    del key
    if clip.codec == "jpeg":
        try:
            return _in_blocks(path, clip, mask, folder / "scan.jpg")
        except Unblankable:
            pass  # encoded anew it would lose: PNG loses nothing
    return _as_png(path, clip, mask, folder / "scan.png")


def _in_blocks(path: Path, clip: Clip, mask: Mask, target: Path) -> Written:
    jpeg = path.read_bytes()
    with Image.open(path, formats=["JPEG"]) as image:
        orientation = int(image.getexif().get(_ORIENTATION, 1))
    if orientation in range(2, 9):
        jpeg = Transformer().upright(jpeg, orientation)
    target.write_bytes(Blanking(mask).blank(jpeg))
    return Written(
        target,
        clip.frame_times,
        Tolerance(geometry_of(jpeg).margin, 0),
        identifiers_of_picture(path, constants()),
        pixels="jpeg_blocks",
        removed=removed_from_media(path),
    )


def _as_png(path: Path, clip: Clip, mask: Mask, target: Path) -> Written:
    with masked_frames(path, mask) as (_, frames):
        (shown,) = frames
    deep = deep_grey(path)
    pixels = shown if deep is None else np.where(mask, deep, np.uint16(0))
    ordered = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    _, encoded = cv2.imencode(".png", ordered)
    target.write_bytes(encoded.tobytes())
    return Written(
        target,
        clip.frame_times,
        EXACT,
        identifiers_of_picture(path, constants()),
        removed=removed_from_media(path),
        shown=(sum_of(shown),),
    )

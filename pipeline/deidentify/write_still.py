"""How is the derivative of a still picture written?"""

from pathlib import Path

import cv2

from pipeline.clip import Clip
from pipeline.deidentify.harvest import identifiers_of_picture
from pipeline.deidentify.key import Key
from pipeline.deidentify.verify import EXACT
from pipeline.deidentify.written import Written, constants, masked_frames
from pipeline.sector import Mask


def write_still(path: Path, clip: Clip, mask: Mask, key: Key, folder: Path) -> Written:
    """Write `scan.png`: the pixels and nothing else."""
    del key
    target = folder / "scan.png"
    with masked_frames(path, mask) as (_, frames):
        (pixels,) = frames
    ordered = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    _, encoded = cv2.imencode(".png", ordered)
    target.write_bytes(encoded.tobytes())
    identifiers = identifiers_of_picture(path, constants())
    return Written(target, clip.frame_times, EXACT, identifiers, ("pixels: PNG, exact inside the sector",))

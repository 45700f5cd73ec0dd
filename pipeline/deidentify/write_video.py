"""How is the derivative of a video written?"""

from pathlib import Path

from pipeline.clip import Clip
from pipeline.deidentify.harvest import identifiers_of_picture
from pipeline.deidentify.removed_media import removed_from_media
from pipeline.deidentify.verify import EXACT, H264
from pipeline.deidentify.written import Written, constants, h264_quality, masked_frames
from pipeline.h264 import DERIVATIVE, playable_times, write_h264
from pipeline.key import Key
from pipeline.remux import NotRemuxable, remux
from pipeline.sector import Mask


def write_video(path: Path, clip: Clip, mask: Mask, key: Key, folder: Path) -> Written:
    """Write `scan.mp4`, the picture track alone: the stream as it is where nothing is blanked, else H.264 anew."""
    del key  # a video holds no patient whose pseudonym could be written
    target, times = folder / "scan.mp4", playable_times(clip.frame_times)
    identifiers, removed = identifiers_of_picture(path, constants()), removed_from_media(path)
    if mask.all() and not clip.damaged_frames:
        try:
            with path.open("rb") as file:
                remux(file, times, target)
            return Written(target, times, EXACT, identifiers, pixels="untouched", removed=removed)
        except NotRemuxable:
            pass
    with masked_frames(path, mask) as (_, frames):
        write_h264(frames, times, target, DERIVATIVE)
    return Written(target, times, H264, identifiers, h264_quality(), pixels="h264_again", removed=removed)

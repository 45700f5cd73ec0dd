"""How are the pixels of a DICOM file that holds a video written?"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pipeline.deidentify import dicom
from pipeline.deidentify.header import Picture
from pipeline.deidentify.pixel_plan import PixelPlan, PixelSource
from pipeline.deidentify.verify import EXACT, H264
from pipeline.deidentify.written import h264_quality, masked_frames, peek
from pipeline.errors import Withheld
from pipeline.h264 import DERIVATIVE, playable_times, write_h264
from pipeline.reading.dicom import open_stream
from pipeline.remux import NotRemuxable, remux

MOST_VIDEO_PIXELS = 1920 * 1088  # H.264 level 4.1


# the same stream without its notes is main or high profile of the same level; stereo and Blu-ray say more than that
SYNTAX_OF_COPY = {dicom.H264: dicom.H264, dicom.H264_BLU_RAY: dicom.H264, dicom.H264_LEVEL_4_2: dicom.H264_LEVEL_4_2}


@contextmanager
def video_pixels(source: PixelSource) -> Iterator[PixelPlan]:
    """Plan the stream as it came where nothing is blanked, else H.264 anew.

    Raises Withheld (`cannot_clean`) for what is encoded anew above the size of level 4.1.
    """
    times, video = playable_times(source.clip.frame_times), source.folder / "stream.mp4"
    copied = _copied(source, times, video)
    with masked_frames(source.path, source.mask) as (_, masked):
        first, frames = peek(masked)
        rows, columns = first.shape[:2]
        if not copied and rows * columns > MOST_VIDEO_PIXELS:
            raise Withheld("cannot_clean")
        picture = Picture(
            rows=rows + rows % 2,
            columns=columns + columns % 2,
            samples=3,
            photometric="YBR_PARTIAL_420",
            transfer_syntax=copied or dicom.H264,
            frame_times=source.clip.frame_times,
            lossy="ISO_14496_10",
        )

        def append(to: BinaryIO) -> None:
            if not copied:
                write_h264(frames, times, video, DERIVATIVE)
            dicom.write_stream(video, to)
            video.unlink()

        if copied:
            yield PixelPlan(picture, EXACT, "", times, append, "untouched")
        else:
            yield PixelPlan(picture, H264, h264_quality(), times, append, "h264_again")


def _copied(source: PixelSource, times: tuple[float, ...], to: Path) -> str | None:
    """Copy the stream where that can be done; return the transfer syntax of the copy, else None."""
    syntax = SYNTAX_OF_COPY.get(source.syntax[:-2] if source.syntax.endswith(".1") else source.syntax)
    if syntax is None or not source.mask.all() or source.clip.damaged_frames:
        return None
    try:
        with open_stream(source.path) as stream:
            remux(stream, times, to)
    except NotRemuxable:
        return None
    return syntax

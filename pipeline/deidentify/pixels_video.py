"""How are the pixels of a DICOM file that holds a video written?"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from pipeline.deidentify import dicom
from pipeline.deidentify.header import Picture
from pipeline.deidentify.pixel_plan import PixelPlan, PixelSource
from pipeline.deidentify.verify import H264
from pipeline.deidentify.written import h264_step, masked_frames, peek
from pipeline.errors import Withheld
from pipeline.h264 import DERIVATIVE, playable_times, write_h264

MOST_VIDEO_PIXELS = 1920 * 1088  # H.264 level 4.1


@contextmanager
def video_pixels(source: PixelSource) -> Iterator[PixelPlan]:
    """Plan H.264, encoded anew. Raises Withheld (`cannot_clean`) above the size of level 4.1."""
    times = playable_times(source.clip.frame_times)
    with masked_frames(source.path, source.mask) as (_, masked):
        first, frames = peek(masked)
        rows, columns = first.shape[:2]
        if rows * columns > MOST_VIDEO_PIXELS:
            raise Withheld("cannot_clean")
        picture = Picture(
            rows=rows + rows % 2,
            columns=columns + columns % 2,
            samples=3,
            photometric="YBR_PARTIAL_420",
            transfer_syntax=dicom.H264,
            frame_times=source.clip.frame_times,
            lossy="ISO_14496_10",
        )

        def append(to: BinaryIO) -> None:
            video = source.folder / "stream.mp4"
            write_h264(frames, times, video, DERIVATIVE)
            dicom.write_stream(video, to)
            video.unlink()

        yield PixelPlan(picture, H264, h264_step(), times, append, "h264_again")

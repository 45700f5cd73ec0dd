"""How are the pixels of a DICOM file of baseline JPEG written?"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from pipeline.deidentify import dicom
from pipeline.deidentify.header import Picture
from pipeline.deidentify.pixel_plan import PixelPlan, PixelSource
from pipeline.deidentify.verify import JPEG
from pipeline.deidentify.written import masked_frames, peek


@contextmanager
def jpeg_pixels(source: PixelSource) -> Iterator[PixelPlan]:
    """Plan baseline JPEG, encoded anew."""
    with masked_frames(source.path, source.mask) as (_, masked):
        first, frames = peek(masked)
        samples = 1 if first.ndim == 2 else 3
        picture = Picture(
            rows=first.shape[0],
            columns=first.shape[1],
            samples=samples,
            photometric="YBR_FULL_422" if samples == 3 else "MONOCHROME2",
            transfer_syntax=dicom.JPEG_BASELINE,
            frame_times=source.clip.frame_times,
            lossy="ISO_10918_1",
        )
        yield PixelPlan(
            picture,
            JPEG,
            f"pixels: JPEG baseline encoded anew, quality {dicom.JPEG_QUALITY}",
            source.clip.frame_times,
            partial(dicom.write_fragments, dicom.as_jpeg(frames), source.clip.frames),
            "jpeg_again",
        )

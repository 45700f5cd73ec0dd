"""How are the pixels of a DICOM file written when not one value inside the mask may change?"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from pipeline.deidentify import dicom
from pipeline.deidentify.header import Picture
from pipeline.deidentify.pixel_plan import PixelPlan, PixelSource
from pipeline.deidentify.verify import EXACT
from pipeline.deidentify.written import masked_frames, peek

RAW_SOURCES = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2")


@contextmanager
def lossless_pixels(source: PixelSource) -> Iterator[PixelPlan]:
    """Plan uncompressed pixels where they came so, else JPEG-LS."""
    with masked_frames(source.path, source.mask) as (_, masked):
        first, frames = peek(masked)
        samples, count = 1 if first.ndim == 2 else 3, source.clip.frames
        # a palette would grow threefold: it is written compressed
        is_native = source.syntax in RAW_SOURCES and source.header.get("SamplesPerPixel") == samples
        picture = Picture(
            rows=first.shape[0],
            columns=first.shape[1],
            samples=samples,
            photometric="RGB" if samples == 3 else "MONOCHROME2",
            transfer_syntax=dicom.NATIVE if is_native else dicom.JPEG_LS,
            frame_times=source.clip.frame_times,
        )
        if is_native:
            step, append = "uncompressed", partial(dicom.write_native, frames, count, first.size)
        else:
            step, append = "JPEG-LS lossless", partial(dicom.write_fragments, dicom.as_jpeg_ls(frames), count)
        yield PixelPlan(picture, EXACT, f"pixels: {step}, exact inside the sector", source.clip.frame_times, append)

"""How are the pixels of a DICOM file written when not one value inside the mask may change?

Uncompressed pixels stay uncompressed; RLE, JPEG lossless, JPEG-LS and JPEG 2000 become JPEG-LS, and so do deflated
files and subsampled chroma, which would grow. What JPEG-LS does not suit is written uncompressed. What came in with
loss (near-lossless JPEG-LS, JPEG 2000) loses no more.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from pipeline.deidentify import dicom
from pipeline.deidentify.header import Picture
from pipeline.deidentify.pixel_plan import PixelPlan, PixelSource
from pipeline.deidentify.samples import Blackened, blackened
from pipeline.deidentify.verify import EXACT
from pipeline.errors import Withheld
from pipeline.reading import open_scan
from pipeline.reading.native import Layout

UNCOMPRESSED = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2")
FEWEST_PIXELS_OF_JPEG_LS = 1024  # its encoder has no room for the head of smaller ones
MOST_NATIVE_BYTES = (1 << 32) - 4


@contextmanager
def lossless_pixels(source: PixelSource) -> Iterator[PixelPlan]:
    """Plan exact samples inside the mask, in the colours and bits that they came in."""
    with open_scan(source.path) as scan:
        if scan.stored is None:
            raise Withheld("cannot_clean")
        black = blackened(scan.stored, source.mask)
        count, layout = source.clip.frames, black.layout
        was_subsampled = scan.stored.layout.is_subsampled and source.syntax in UNCOMPRESSED
        stays = source.syntax in UNCOMPRESSED and black.layout.samples == scan.stored.layout.samples
        fits = count * layout.frame_bytes <= MOST_NATIVE_BYTES
        if (stays and not was_subsampled and fits) or not _suits_jpeg_ls(layout):
            syntax = dicom.NATIVE
            append = partial(dicom.write_native, black.frames, count, layout.frame_bytes)
        else:
            syntax = dicom.JPEG_LS
            append = partial(dicom.write_fragments, dicom.as_jpeg_ls(black.frames, layout.bits_stored), count)
        picture = _picture(black, source, syntax)
        yield PixelPlan(picture, EXACT, "", source.clip.frame_times, append, "exact", black.shown)


def _suits_jpeg_ls(layout: Layout) -> bool:
    """Return whether others read it: GDCM wants 8 bits or more, and a sign in the word's highest bit only."""
    is_read = layout.bits_stored >= 8 and (not layout.is_signed or layout.bits_stored == layout.bits_allocated)
    return is_read and layout.rows * layout.columns >= FEWEST_PIXELS_OF_JPEG_LS


def _picture(black: Blackened, source: PixelSource, syntax: str) -> Picture:
    layout, shown = black.layout, black.development
    is_windowed = shown.window is not None and layout.samples == 1 and layout.bits_stored > 8 and not black.palette
    return Picture(
        rows=layout.rows,
        columns=layout.columns,
        samples=layout.samples,
        photometric=layout.photometric,
        transfer_syntax=syntax,
        frame_times=source.clip.frame_times,
        bits_allocated=layout.bits_allocated,
        bits_stored=layout.bits_stored,
        is_signed=layout.is_signed,
        palette=black.palette,
        window=(*shown.window, shown.slope, shown.intercept) if is_windowed and shown.window else None,
    )

"""How are the pixels of a DICOM file of baseline JPEG written? Blanked block by block, else encoded anew."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO

from pipeline.deidentify import dicom
from pipeline.deidentify.header import Picture
from pipeline.deidentify.jpeg_blocks import Blanking
from pipeline.deidentify.jpeg_segments import Geometry, Unblankable, geometry_of
from pipeline.deidentify.pixel_plan import PixelPlan, PixelSource
from pipeline.deidentify.verify import JPEG, Tolerance
from pipeline.deidentify.written import masked_frames, peek
from pipeline.reading import open_scan
from pipeline.reading.jpeg import JpegPicture, with_true_colours


@contextmanager
def jpeg_pixels(source: PixelSource) -> Iterator[PixelPlan]:
    """Plan baseline JPEG: the blocks of the source where all of its frames allow it."""
    draft = source.folder / "frames.part"
    try:
        plan = _in_blocks(source, draft)
    except Unblankable:
        with _anew(source) as plan:
            yield plan
    else:
        yield plan
    finally:
        draft.unlink(missing_ok=True)


def _in_blocks(source: PixelSource, draft: Path) -> PixelPlan:
    """Write the pixel data element to `draft`; raises Unblankable when a frame refuses, so that all are of one kind."""
    frames = _encoded(source)
    first = next(frames, b"")
    geometry, blanking = geometry_of(first), Blanking(source.mask)

    def blanked() -> Iterator[bytes]:
        yield blanking.blank(first)
        for frame in frames:
            yield blanking.blank(frame, like=geometry)

    with draft.open("w+b") as file:
        dicom.write_fragments(blanked(), source.clip.frames, file)
    picture = Picture(
        rows=geometry.rows,
        columns=geometry.columns,
        samples=len(geometry.components),
        photometric=_photometric(geometry, str(source.header.get("PhotometricInterpretation", ""))),
        transfer_syntax=dicom.JPEG_BASELINE,
        frame_times=source.clip.frame_times,
        lossy="ISO_10918_1",
    )
    return PixelPlan(
        picture,
        Tolerance(geometry.margin, 0),
        "",
        source.clip.frame_times,
        partial(_append, draft),
        "jpeg_blocks",
    )


def _encoded(source: PixelSource) -> Iterator[bytes]:
    """Yield every frame as JPEG that says by itself what its colours are."""
    with open_scan(source.path) as scan:
        for picture in scan.pictures():
            if not isinstance(picture, JpegPicture):  # inverted, a palette, or no 8 bit JPEG
                raise Unblankable("not shown as it is coded")
            yield with_true_colours(picture.data, picture.photometric)


def _photometric(geometry: Geometry, stated: str) -> str:
    """Return the colour space that the frames are really coded in, in the words of the source where those are true."""
    if len(geometry.components) == 1:
        return "MONOCHROME2"
    if geometry.is_rgb:
        return "RGB"
    return stated if stated in ("YBR_FULL", "YBR_FULL_422") else "YBR_FULL_422"


def _append(draft: Path, to: BinaryIO) -> None:
    with draft.open("rb") as file:
        shutil.copyfileobj(file, to)


@contextmanager
def _anew(source: PixelSource) -> Iterator[PixelPlan]:
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
            f"JPEG quality {dicom.JPEG_QUALITY}",
            source.clip.frame_times,
            partial(dicom.write_fragments, dicom.as_jpeg(frames), source.clip.frames),
            "jpeg_again",
        )

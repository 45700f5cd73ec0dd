"""How will the pixels of one DICOM file be written? What every form of pixels is given, and what it answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pydicom import Dataset

from pipeline.clip import Clip
from pipeline.deidentify.header import Picture
from pipeline.deidentify.verify import Tolerance
from pipeline.sector import Mask


@dataclass(frozen=True, eq=False)
class PixelSource:
    """The file that came in, its header, its clip, the mask of what is kept, and a folder for drafts."""

    path: Path
    header: Dataset
    syntax: str
    clip: Clip
    mask: Mask
    folder: Path


@dataclass(frozen=True, eq=False)
class PixelPlan:
    """What the header must say of the pixels, how exact they will be, and how they are appended behind it.

    append: writes the whole pixel data element at the position of the file. frame_times: as a reader will find them.
    pixels: what was done, one of `report.PIXELS`; quality: of what was compressed again, '' where nothing was.
    """

    picture: Picture
    tolerance: Tolerance
    quality: str
    frame_times: tuple[float, ...]
    append: Callable[[BinaryIO], None]
    pixels: str
    shown: Sequence[int] = ()

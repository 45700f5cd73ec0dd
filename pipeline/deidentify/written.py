"""What is known of a derivative that is written but not yet checked, and what do its writers share?"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.deidentify.allow_list import allow_list
from pipeline.deidentify.header import EQUIPMENT, IMPLEMENTATION, IMPLEMENTATION_VERSION, VERSION
from pipeline.deidentify.identifiers import Identifiers
from pipeline.deidentify.masking import masked
from pipeline.deidentify.verify import Tolerance
from pipeline.errors import Withheld
from pipeline.h264 import DERIVATIVE
from pipeline.reading import open_scan
from pipeline.reading.scan import Scan
from pipeline.sector import Mask

Pixels = NDArray[np.uint8]

CODES_OF_JPEG = "456789:CDEFGHIJSTUVWXYZcdefghijstuvwxyz"
"""What the usual Huffman tables (ITU-T T.81 annex K) read as; every JPEG holds them, a thumbnail in the input too."""


@dataclass(frozen=True)
class Written:
    """A derivative that is written but not yet checked.

    frame_times: as a reader of it will find them. pixels_from: where its pixels begin, 0 where they may begin anywhere.
    made: texts in its header that the key made. confirm: what is left to do once the checks passed.
    pixels: how they were written, one of `report.PIXELS`; quality: where they were compressed again.
    shown: a sum over each frame of the input as it is shown, where the pixels are exact (`verify.sum_of`).
    removed: how much of each class of `report.REMOVED`.
    """

    path: Path
    frame_times: tuple[float, ...]
    tolerance: Tolerance
    identifiers: Identifiers
    quality: str = ""
    made: frozenset[str] = frozenset()
    pixels_from: int = 0
    confirm: Callable[[], None] = lambda: None
    pixels: str = "exact"
    removed: dict[str, int] = field(default_factory=dict)
    shown: Sequence[int] = ()


@contextmanager
def masked_frames(path: Path, mask: Mask) -> Iterator[tuple[Scan, Iterator[Pixels]]]:
    """Open the scan at `path` and give it with its frames, black outside `mask`."""
    with open_scan(path) as scan:
        yield scan, masked((frame.pixels for frame in scan.frames()), mask)


def peek(frames: Iterator[Pixels]) -> tuple[Pixels, Iterator[Pixels]]:
    """Return the first frame, and all of them from the first; raises Withheld (`cannot_clean`) when there is none."""
    first = next(frames, None)
    if first is None:
        raise Withheld("cannot_clean")
    return first, chain((first,), frames)


def h264_quality() -> str:
    """Say how well a video is written where it is written anew."""
    return f"H.264 crf {DERIVATIVE.crf}"


@cache
def constant_values() -> frozenset[str]:
    """Return every text that may be a whole value of a released header, whoever is shown."""
    table = allow_list()
    parts = {table.method, *table.codes, *table.codes.values(), *table.exams, *table.sop_classes}
    for entry in table.attributes:
        parts.update((entry.value, *entry.terms))
    parts.update(("DERIVED", "PRIMARY", "MONOCHROME1", "MONOCHROME2", "RGB", "YBR_FULL", "YBR_FULL_422"))
    parts.update(("YBR_PARTIAL_420", "PALETTE COLOR", "IDENTITY", "INVERSE", "MODIFIED", "REMOVED", "YES", "NO", "DCM"))
    parts.update((IMPLEMENTATION, IMPLEMENTATION_VERSION, EQUIPMENT, "109104", "Sonorelay", f"deidentify {VERSION}"))
    return frozenset(parts - {""})


@cache
def constants() -> str:
    """Return every text that each released file may hold, one after the other."""
    boxes = "moov mvhd trak tkhd mdia mdhd minf vmhd dinf dref stbl stsd stts stss stsc stsz stco avcC colr btrt free"
    boxes += " edts elst ctts pasp fiel udta meta hdlr mdirappl ilst sdtp co64 mdat"
    return "\n".join(
        (*sorted(constant_values()), "SR-", "VideoHandler", "JFIF", "isomiso2avc1mp41", boxes, CODES_OF_JPEG)
    )

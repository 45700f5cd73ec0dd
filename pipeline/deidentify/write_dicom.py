"""How is the derivative of a DICOM file written?"""

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path

from pipeline.clip import Clip
from pipeline.deidentify import dicom
from pipeline.deidentify.allow_list import allow_list
from pipeline.deidentify.harvest import identifiers_of_dicom, with_texts
from pipeline.deidentify.harvest_media import texts_of_code_streams
from pipeline.deidentify.header import clean_header
from pipeline.deidentify.identifiers import Identifiers, appears
from pipeline.deidentify.pixel_plan import PixelPlan, PixelSource
from pipeline.deidentify.pixels_jpeg import jpeg_pixels
from pipeline.deidentify.pixels_lossless import lossless_pixels
from pipeline.deidentify.pixels_video import video_pixels
from pipeline.deidentify.written import Written, constants
from pipeline.errors import Withheld
from pipeline.key import Key
from pipeline.reading import read_dataset
from pipeline.reading.dataset import MALFORMED_DICOM, quiet
from pipeline.sector import Mask

PixelForm = Callable[[PixelSource], AbstractContextManager[PixelPlan]]

# by the beginning of the transfer syntax; all others are lossless, or are written without further loss
FORMS: dict[str, PixelForm] = {
    "1.2.840.10008.1.2.4.50": jpeg_pixels,
    "1.2.840.10008.1.2.4.51": jpeg_pixels,
    "1.2.840.10008.1.2.4.10": video_pixels,
}


def write_dicom(path: Path, clip: Clip, mask: Mask, key: Key, folder: Path) -> Written:
    """Write `scan.dcm`: header from the allow-list, pixels in the same or an equally lossless form."""
    try:
        with quiet():
            header = read_dataset(path)
            identifiers = with_texts(identifiers_of_dicom(header, path, constants()), texts_of_code_streams(path))
            if str(header.get("SOPClassUID", "")) not in allow_list().sop_classes:
                raise Withheld("cannot_clean")
            meta = getattr(header, "file_meta", None)
            syntax = str(meta.get("TransferSyntaxUID", "") if meta is not None else "") or dicom.NATIVE
            source = PixelSource(path, header, syntax, clip, mask, folder)
            with form_of(syntax)(source) as plan:
                return _write(source, plan, key, identifiers)
    except MALFORMED_DICOM as fault:
        raise Withheld("cannot_clean") from fault


def form_of(syntax: str) -> PixelForm:
    """Return what writes the pixels of a file of this transfer syntax."""
    found = (form for beginning, form in FORMS.items() if syntax.startswith(beginning))
    return next(found, lossless_pixels)


def _write(source: PixelSource, plan: PixelPlan, key: Key, identifiers: Identifiers) -> Written:
    with source.path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    header = clean_header(source.header, digest, key, identifiers, plan.picture)
    identifiers = replace(identifiers, kept=header.kept)
    target = source.folder / "scan.dcm"
    with target.open("w+b") as file:
        pixels_from = dicom.write_header(header.dataset, file)
        plan.append(file)
    # the entries of a palette are numbers and may spell a short word by chance: searched as pixels are
    entries = plan.picture.palette.tables if plan.picture.palette else ()
    if any(appears(identifiers.needles(among_pixels=True), memoryview(table)) for table in entries):
        raise Withheld("identifier_left")
    return Written(
        target,
        plan.frame_times,
        plan.tolerance,
        identifiers,
        plan.quality,
        header.made | {table.decode("latin-1") for table in entries},
        pixels_from,
        partial(dicom.mark_verified, target, pixels_from),
        plan.pixels,
        header.removed,
        plan.shown,
    )

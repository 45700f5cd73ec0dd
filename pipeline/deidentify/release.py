"""What of a scan may be shown to a reviewer? Closed by default: what cannot be cleaned and checked is withheld."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.clip import Clip
from pipeline.deidentify.allow_list import allow_list
from pipeline.deidentify.header import VERSION
from pipeline.deidentify.released_values import names_somebody
from pipeline.deidentify.report import Check, Report
from pipeline.deidentify.text import TextReader
from pipeline.deidentify.verify import Inspection, read_inside, search_bytes
from pipeline.deidentify.vocabulary import vocabulary
from pipeline.deidentify.write_dicom import write_dicom
from pipeline.deidentify.write_still import write_still
from pipeline.deidentify.write_video import write_video
from pipeline.deidentify.written import Written, constant_values
from pipeline.doubt import TextInside
from pipeline.errors import Rejected, Withheld
from pipeline.h264 import playable_times
from pipeline.kept import Kept
from pipeline.key import Key
from pipeline.preview import PREVIEW_LONGEST_SIDE, STILL_QUALITY, write_jpeg, write_poster, write_previews
from pipeline.reading import open_scan
from pipeline.received import Kind
from pipeline.sector import Mask

MEDIA_TYPES = {".dcm": "application/dicom", ".mp4": "video/mp4", ".png": "image/png", ".jpg": "image/jpeg"}
SHOWN_OF_CLIP = {"preview": "preview.mp4", "small": "small.mp4", "poster": "poster.jpg"}
SHOWN_OF_STILL = {"preview": "preview.jpg", "poster": "poster.jpg"}
WRITERS = {Kind.DICOM: write_dicom, Kind.VIDEO: write_video, Kind.STILL: write_still}


@dataclass(frozen=True)
class Output:
    """One written file: 'derivative', 'preview', 'small' (of a clip only) or 'poster'."""

    role: str
    path: Path
    media_type: str


@dataclass(frozen=True)
class Release:
    """What was written, the area kept, the frames, their times in the preview (s), and the report of what was done."""

    outputs: tuple[Output, ...]
    kept: Kept
    frames: int
    frame_times: tuple[float, ...]
    report: Report


def deidentify(
    path: Path,
    clip: Clip,
    kept: Kept,
    key: Key,
    to: Path,
    *,
    verifier: TextReader | None = None,
    text_accepted: bool = False,
) -> Release:
    """Write the released derivative of the scan at `path`, its previews and its poster into the folder `to`.

    Nothing stays in `to` unless everything was written and checked. text_accepted: a person has looked at the writing
    inside, which is not read again. Raises Withheld: `no_sector`, `text_inside`, `identifier_left` or
    `cannot_clean`; Rejected where the file cannot be decoded after all.
    """
    mask = kept.mask(clip.rows, clip.columns)
    if not mask.any():
        raise Withheld("no_sector")
    reader = verifier or TextReader()
    with _draft(to) as draft:
        written = _write(path, clip, mask, key, draft)
        names, checks = _check(written, clip, mask, draft, reader, text_accepted=text_accepted)
        written.confirm()
        for name in names.values():
            (draft / name).rename(to / name)
    outputs = tuple(Output(role, to / name, MEDIA_TYPES[Path(name).suffix]) for role, name in names.items())
    report = Report(
        {
            "deidentify": VERSION,
            "allow_list": allow_list().edition,
            "vocabulary": vocabulary().version,
            "text_reader": reader.name,
        }
        | ({"quality": written.quality} if written.quality else {}),
        written.removed,
        tuple(map(str, kept.witnesses)),
        float(mask.mean()),
        written.pixels,
        checks,
    )
    return Release(outputs, kept, clip.frames, playable_times(clip.frame_times), report)


@contextmanager
def _draft(to: Path) -> Iterator[Path]:
    """Give a folder inside `to` for the unfinished; on any exception nothing of this call is left."""
    existed = to.exists()
    to.mkdir(parents=True, exist_ok=True)
    before = set(to.iterdir())
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=to))
    try:
        yield draft
    except BaseException:
        for path in set(to.iterdir()) - before:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if not existed:
            to.rmdir()
        raise
    shutil.rmtree(draft)


def _write(path: Path, clip: Clip, mask: Mask, key: Key, draft: Path) -> Written:
    try:
        return WRITERS[clip.kind](path, clip, mask, key, draft)
    except ValueError as fault:  # a frame that does not fit the others
        raise Withheld("cannot_clean") from fault


def _check(
    written: Written, clip: Clip, mask: Mask, draft: Path, reader: TextReader, *, text_accepted: bool
) -> tuple[dict[str, str], tuple[Check, ...]]:
    """Decode the written file, make previews and poster of what comes out, and search all of it."""
    times = written.frame_times
    inspection = Inspection(mask, clip.keyframe_numbers, times, written.tolerance, shown=written.shown)
    names = {"derivative": written.path.name, **(SHOWN_OF_STILL if clip.is_still else SHOWN_OF_CLIP)}
    try:
        with open_scan(written.path) as scan:
            seen = inspection.through(scan.frames())
            if clip.is_still:
                for pixels in seen:
                    write_jpeg(
                        pixels, draft / names["preview"], longest_side=PREVIEW_LONGEST_SIDE, quality=STILL_QUALITY
                    )
            else:
                write_previews(seen, playable_times(times), draft / names["preview"], draft / names["small"])
    except Rejected as fault:  # our own file: never the sender's fault
        raise Withheld("cannot_clean") from fault
    write_poster(inspection.poster[0], draft / names["poster"])
    words = () if text_accepted else read_inside(inspection, reader)
    if words:
        raise TextInside(len(words), tuple(word.corners for word in words))
    for name in names.values():
        pixels_from = written.pixels_from if name == written.path.name else 0
        if search_bytes(draft / name, written.identifiers, written.made, pixels_from):
            raise Withheld("identifier_left")
    if written.path.suffix == ".dcm" and _named_in_header(written):
        raise Withheld("identifier_left")
    tolerance, sought = written.tolerance, len(written.identifiers.sought)
    brightest = inspection.brightest_outside
    return names, (
        Check("decoded_again", passed=True, facts={"frames": inspection.frames}),
        Check("frame_times", passed=True, facts={"frames": len(times)}),
        Check("black_outside", passed=True, facts={"brightest": brightest, "margin": tolerance.margin}),
        Check("text", passed=not text_accepted, facts={"accepted": 1} if text_accepted else {"words": 0}),
        Check("bytes", passed=True, facts={"identifiers": sought, "files": len(names)}),
    )


def _named_in_header(written: Written) -> bool:
    """Return whether a value of the written header names somebody, be it as short as two letters."""
    with written.path.open("rb") as file:
        header = file.read(written.pixels_from)
    try:
        return names_somebody(header, written.identifiers, constant_values(), written.made)
    except ValueError as fault:
        raise Withheld("cannot_clean") from fault

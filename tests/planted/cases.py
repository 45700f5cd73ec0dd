"""Which files full of planted identifiers does a seed give?"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.kept import Polygon
from tests.planted.dicom_files import FORMS, H264, write_dicom
from tests.planted.marks import Ink, Mark, plain_letters
from tests.planted.pictures import picture
from tests.planted.still_files import STILLS, write_still
from tests.planted.video_files import CONTAINERS, write_video

CINE_FRAMES = 3
DICOM_FORMS = (*FORMS, H264)
KINDS = (*(f"dicom {form}" for form in DICOM_FORMS), *CONTAINERS, *STILLS)


@dataclass(frozen=True)
class Case:
    """One planted file: what it is, where it lies, the true outline of its sector and what was planted."""

    form: str
    path: Path
    outline: Polygon
    marks: tuple[Mark, ...]


def case(seed: int, index: int, folder: Path) -> Case:
    """Write the planted file of this seed and number below `folder`; the forms take turns."""
    rng = np.random.default_rng([seed, index])
    ink = Ink(rng)
    form = KINDS[index % len(KINDS)]
    turn = index // len(KINDS)
    ending = "dcm" if form.startswith("dicom") else form
    still = form in STILLS or (form.startswith("dicom") and form != f"dicom {H264}" and turn % 2 == 1)
    shown = picture(turn % 3, 1 if still else CINE_FRAMES)
    path = _named(folder, ending, ink)
    if form.startswith("dicom"):
        write_dicom(form.removeprefix("dicom "), shown, path, ink)
    elif form in CONTAINERS:
        write_video(shown.frames, path, ink)
    else:
        write_still(shown.shown(colour=turn % 2 == 0)[0], path, ink)
    return Case(form, path, shown.outline, tuple(ink.marks))


def _named(folder: Path, ending: str, ink: Ink) -> Path:
    """Return a path whose folder and file name a patient and a day."""
    person, day = plain_letters(ink.word()), ink.day("file name", "birth date")
    ink.put("file name", "folder name", inside := plain_letters(ink.word()), plain=False)
    ink.put("file name", "file name", person, plain=False)
    ink.marks[0] = Mark(ink.marks[0].kind, "file name", ink.marks[0].texts, plain=False)
    place = folder / f"{inside}_scans"
    place.mkdir(parents=True, exist_ok=True)
    return place / f"{person}_{day}.{ending}"

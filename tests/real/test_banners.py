"""No released derivative of a real scan shows a banner: what a reader of text finds in it is at most a scale."""

from pathlib import Path

import pytest

from pipeline.agreement import agree
from pipeline.deidentify import TextReader, deidentify
from pipeline.errors import Withheld
from pipeline.find_sector import CONFIDENT, find_sector
from pipeline.guidance import Guidance
from pipeline.reading import read_clip
from tests.core.deidentify.scenes import KEY
from tests.real_files import data_file, pydicom_example

BANNERED = [
    "deid-data/GREYSCALE_IMAGE.dcm",
    "deid-data/RGB_IMAGE.dcm",
    "derived/terason_cine5_rle.dcm",
    "itkpocus/sonoque_anechoic-3mm-3mm.dcm",
]


def texts_left(path: Path, to: Path) -> list[str] | None:
    """Return what is still read in the released file, None where it was withheld."""
    clip = read_clip(path)
    sector = find_sector(clip)
    # a still has one witness only: a person draws what was found
    drawn = (sector.polygon,) if clip.is_still and sector.confidence >= CONFIDENT else ()
    try:
        deidentify(path, clip, agree(clip, sector, Guidance(drawn=drawn)), KEY, to)
    except Withheld as withheld:
        if withheld.code not in ("no_sector", "text_inside") or to.exists():
            raise
        return None
    reader = TextReader()
    shown = read_clip(to / "scan.dcm")
    return [word.text for word in reader.writing(shown.brightest)]


@pytest.mark.parametrize("name", BANNERED)
def test_banner_is_gone_or_the_file_withheld(name: str, tmp_path: Path) -> None:
    assert not texts_left(data_file(name), tmp_path / "out")


def test_the_cine_of_the_wheel_is_released_without_its_texts(tmp_path: Path) -> None:
    assert texts_left(pydicom_example("examples_ybr_color.dcm"), tmp_path / "out") == []

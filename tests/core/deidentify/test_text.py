"""Writing is told from speckle and from scales."""

import pickle

import numpy as np
import pytest

from pipeline.deidentify import TextReader
from pipeline.deidentify.lines import Word
from pipeline.deidentify.strokes import Watch
from tests.core.deidentify.scenes import COLUMNS, ROWS, SECTOR, frames, outside

CORNERS = ((0.0, 0.0), (50.0, 0.0), (50.0, 12.0), (0.0, 12.0))


@pytest.mark.parametrize(
    "text",
    [
        "4.0cm", "16", "12.5", "D1: 3 mm", "0.6 m/s", "36Hz", "60%", "M3", "B", "X··+·X", "", "0.3-", "LV", "R",
        "MI 0.8", "TIs 0.4", "G 62%", "EF 55%", "A 3.45cm", "+ Dist 2.3 cm", "120 bpm", "13.5 cm²", "Gn 55", "5M",
        "4.mm",
    ],
)  # fmt: skip
def test_scales_and_marks_are_no_writing(text: str) -> None:
    assert not TextReader().is_writing(Word(text, 1.0, CORNERS))


@pytest.mark.parametrize(
    "text",
    [
        "MBEKI", "Li Na", "7741902", "1951", "29/08/1951", "12:57", "Dr X", "王小明", "AM 123", "JK 7741", "20331",
        "03.04.88", "J. Mukendi", "MRN 004", "Bed 12", "14:05 12/03/24", "123 AB", "03-APR",
    ],
)  # fmt: skip
def test_names_numbers_and_dates_are_writing(text: str) -> None:
    assert TextReader().is_writing(Word(text, 1.0, CORNERS))


def watched(clip: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Watch:
    watch = Watch(SECTOR.mask(ROWS, COLUMNS))
    for frame in clip:
        watch.add(frame)
    return watch


def test_reads_what_stands_in_one_frame_only_and_says_where() -> None:
    clip = frames(6, colour=False) * ~outside()
    clip[3] = frames(1, colour=False, inside="MBEKI", seed=3)[0] * ~outside()
    reader = pickle.loads(pickle.dumps(TextReader()))  # noqa: S301  our own value
    (word,) = reader.writing_in(watched(clip))
    assert word.text == "MBEKI"
    x, y = word.centre
    assert 110 < x < 165
    assert 135 < y < 155


def test_speckle_is_no_writing() -> None:
    assert not TextReader().writing_in(watched(frames(6, colour=False) * ~outside()))

"""Writing is told from speckle and from scales."""

import pickle

import numpy as np
import pytest

from pipeline.deidentify import TextReader
from pipeline.deidentify.text import Word, static_layout
from tests.core.deidentify.scenes import frames, outside

CORNERS = ((0.0, 0.0), (50.0, 0.0), (50.0, 12.0), (0.0, 12.0))


@pytest.mark.parametrize(
    "text", ["4.0cm", "16", "12.5", "D1: 3 mm", "0.6 m/s", "36Hz", "60%", "M3", "B", "X··+·X", "", "0.3-"]
)
def test_scales_and_marks_are_no_writing(text: str) -> None:
    assert not TextReader().is_writing(Word(text, 1.0, CORNERS))


@pytest.mark.parametrize("text", ["MBEKI", "Li Na", "7741902", "1951", "29/08/1951", "12:57", "Dr X", "王小明"])
def test_names_numbers_and_dates_are_writing(text: str) -> None:
    assert TextReader().is_writing(Word(text, 1.0, CORNERS))


def test_reads_what_stands_in_one_frame_only() -> None:
    clip = frames(6, colour=False) * ~outside()
    clip[3] = frames(1, colour=False, inside="MBEKI", seed=3)[0] * ~outside()
    reader = pickle.loads(pickle.dumps(TextReader()))  # noqa: S301  our own value
    found = [word.text for layout in static_layout(clip) for word in reader.writing(layout)]
    assert found == ["MBEKI"]


def test_speckle_is_no_writing() -> None:
    clip = frames(6, colour=False) * ~outside()
    assert not [word for layout in static_layout(clip) for word in TextReader().writing(layout)]


def test_layout_of_a_still_is_the_still() -> None:
    still = np.zeros((1, 8, 8), np.uint8)
    assert len(static_layout(still)) == 1

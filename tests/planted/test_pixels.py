"""Texts written on scans: none can be read outside the sector of a released file, and inside they withhold it.

The full campaign, with its intervals, is `python -m benchmarks deidentification`.
"""

from collections import Counter

import numpy as np
import pytest

from tests.planted.campaign import in_processes
from tests.planted.pixel_campaign import Seen, Text, clean_file, file_written_on, measured
from tests.planted.screens import screen
from tests.planted.writing import CONTRASTS, FONTS, HEIGHTS, Place, Style, write

SEED = 20260303
CLEAN, OUTSIDE, INSIDE = 27, 30, 54
MOST_CLEAN_WITHHELD, MOST_LOSS = 0.08, 0.005
PLAIN_CONTRAST, HANDWRITING = 160, "script"
"""From this contrast on a printed text inside, shown on all frames, is read whatever its font and size."""
MOST_LEFT_INSIDE = 0.05
"""The aim is 0.005; the figures tell how far the reader of text is from it."""


@pytest.fixture(scope="module")
def clean() -> list[Seen]:
    return in_processes(clean_file, [(SEED, index) for index in range(CLEAN)])


@pytest.fixture(scope="module")
def outside() -> list[Seen]:
    return in_processes(file_written_on, [(SEED, index, Place.OUTSIDE) for index in range(OUTSIDE)])


@pytest.fixture(scope="module")
def inside() -> list[Seen]:
    return in_processes(file_written_on, [(SEED, index, Place.INSIDE) for index in range(INSIDE)])


def released(seen: list[Seen]) -> list[Text]:
    return [text for one in seen if one.became == "released" for text in one.texts]


def test_clean_scans_are_released_with_all_of_their_sector(clean: list[Seen]) -> None:
    withheld = [(one.form, one.screen, one.became) for one in clean if one.became != "released"]
    assert len(withheld) <= MOST_CLEAN_WITHHELD * len(clean), withheld
    assert float(np.mean([one.loss for one in clean if one.loss is not None])) <= MOST_LOSS


def test_nothing_written_outside_is_left(outside: list[Seen]) -> None:
    texts = released(outside)
    assert len(texts) > 100
    assert {text.style.font for text in texts} == set(FONTS)
    assert {text.style.height for text in texts} == set(HEIGHTS)
    assert {text.style.contrast for text in texts} == set(CONTRASTS)
    assert [text for text in texts if text.survives_outside] == []


def test_what_is_plainly_written_inside_withholds(inside: list[Seen]) -> None:
    left = [text for text in released(inside) if text.survives_inside]
    plain = [text for text in left if text.style.contrast >= PLAIN_CONTRAST and text.style.font != HANDWRITING]
    assert [text for text in plain if not text.style.some_frames] == []
    assert len(left) <= MOST_LEFT_INSIDE * len(inside)
    assert Counter(one.became for one in inside)["text_inside"] > len(inside) / 2


def test_what_is_left_is_seen_where_nothing_is_removed() -> None:
    """The measure itself: on a picture that nobody cleaned, every letter is left."""
    rng, shown = np.random.default_rng(SEED), screen(0)
    for place in Place:
        frames = shown.frames.copy()
        one = write(frames, shown.sector, "KAVUMBI", Style("simplex", 11, 110), place, rng)
        assert one is not None
        everything, nothing = np.ones_like(shown.sector), np.zeros_like(shown.sector)
        text = measured(one, frames, frames, everything, shown)
        assert text.left_inside + text.left_outside >= text.letters - 2  # a letter that the edge halves is in neither
        gone = measured(one, frames, np.zeros_like(frames), nothing, shown)
        assert (gone.left_inside, gone.left_outside) == (0, 0)

"""What several pictures show, what only a distance parts, and what the outline cut: is it writing?"""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.clip import Luminance
from pipeline.deidentify import TextReader
from pipeline.deidentify.lines import Word, cut_numbers, numbers_in_pieces, seen_again
from pipeline.deidentify.strokes import Watch
from pipeline.deidentify.views import drawn, filled, sideways_strokes, still_pictures, unmoving
from pipeline.sector import Mask
from tests.core.deidentify.planted_text import plant, through_jpeg
from tests.core.deidentify.scenes import COLUMNS, ROWS, SECTOR, frames

FEW = settings(max_examples=4, deadline=None, derandomize=True)
KEPT: Mask = SECTOR.mask(ROWS, COLUMNS)


def word(text: str, sure: float, left: float = 100, top: float = 100, height: float = 12) -> Word:
    right, bottom = left + 8 * len(text), top + height
    return Word(text, sure, ((left, top), (right, top), (right, bottom), (left, bottom)))


def watched(clip: Luminance, mask: Mask = KEPT) -> Watch:
    watch = Watch(mask)
    for frame in clip:
        watch.add(frame)
    return watch


def test_nonsense_on_three_pictures_in_one_place_is_writing() -> None:
    pictures = [[word("naoeluu", 0.25)], [word("eotvu", 0.22, 104)], [word("aaeuv", 0.21, 98)]]
    assert list(seen_again(pictures))
    assert not list(seen_again(pictures[:2]))
    elsewhere = [pictures[0], pictures[1], [word("aaeuv", 0.21, 98, 160)]]
    assert not list(seen_again(elsewhere))
    assert not list(seen_again([[word("12.5cm", 0.9)]] * 4))
    assert not list(seen_again([[word("B-M", 0.9)]] * 4))


@pytest.mark.parametrize(
    ("left", "right", "is_one"),
    [
        (word("31", 0.98), word("94", 0.99, 135), True),
        (word("31", 0.98), word("94", 0.99, 200), False),
        (word("31", 0.98), word("94", 0.99, 135, 118), False),
        (word("31", 0.98), word("94", 0.5, 135), False),
        (word("31", 0.98), word("94", 0.99, 135, height=24), False),
        (word("3.1", 0.98), word("9.4", 0.99, 145), False),
        (word("Gn", 0.98), word("55", 0.99, 135), False),
        (word("31", 0.98), word("cm", 0.99, 135), False),
    ],
)
def test_digits_that_only_a_distance_parts_are_one_number(left: Word, right: Word, is_one: bool) -> None:  # noqa: FBT001
    assert bool(list(numbers_in_pieces([right, left]))) is is_one


def test_three_digits_at_the_outline_are_the_rest_of_a_number() -> None:
    kept = np.zeros((200, 300), bool)
    kept[50:150, 50:250] = True
    assert list(cut_numbers([word("325", 0.99, 235)], kept))
    assert not list(cut_numbers([word("325", 0.99, 150)], kept))
    assert not list(cut_numbers([word("32", 0.99, 240)], kept))
    assert not list(cut_numbers([word("3.5", 0.99, 235)], kept))


@pytest.mark.parametrize(("text", "sure", "is_writing"), [("9/1", 0.9, True), ("9/1", 0.5, False), ("1/", 0.9, False)])
def test_two_digits_around_a_stroke_are_part_of_a_date(text: str, sure: float, is_writing: bool) -> None:  # noqa: FBT001
    assert TextReader().is_writing(word(text, sure)) is is_writing


def test_digits_are_read_more_surely_than_words() -> None:
    reader = TextReader()
    assert reader.is_writing(word("Kalala", 0.4))
    assert not reader.is_writing(word("157973", 0.45))
    assert reader.is_writing(word("157973", 0.65))


@given(st.integers(0, 10_000), st.sampled_from(["hershey simplex", "hershey triplex"]), st.sampled_from([12, 16]))
@FEW
def test_faint_writing_on_a_still_is_seen(seed: int, font: str, height: int) -> None:
    clip = frames(1, colour=False, seed=seed % 7) * KEPT
    style = {"font": font, "height": height, "contrast": 60, "dark": False, "at_edge": False}
    named, planted = plant(clip, KEPT, seed, text="MBEKI 77", **style)
    words = TextReader().writing_in(watched(through_jpeg(named) * KEPT))
    left, top, right, bottom = planted.box
    assert any(left - 4 < x < right + 4 and top - 4 < y < bottom + 4 for x, y in (one.centre for one in words))


@given(st.integers(0, 10_000))
@FEW
def test_drawn_pixels_of_one_value_stand_out_of_echoes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    picture = np.clip(rng.normal(90, 20, (120, 200)), 1, 255).astype(np.uint8)
    ink = np.zeros((120, 200), np.uint8)
    cv2.putText(ink, "MBEKI", (40, 70), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 255, 2)
    picture[ink > 0] = 100
    seen = drawn(picture, np.ones((120, 200), bool))
    assert seen[ink > 0].mean() > 3 * seen[cv2.dilate(ink, np.ones((21, 41))) == 0].mean()


def test_unmoving_pixels_stand_out_of_moving_ones() -> None:
    clip = frames(10, colour=False, seed=3) * KEPT
    named, planted = plant(clip, KEPT, 5, text="MBEKI", frames=None, contrast=20, height=16, at_edge=False, dark=False)
    watch = watched(named)
    left, top, right, bottom = planted.box
    rows, columns = watch.window
    window = slice(top - rows.start, bottom - rows.start), slice(left - columns.start, right - columns.start)
    ink = (named[0].astype(int) != clip[0]) & KEPT
    ink = ink[watch.window][window]
    there = unmoving(watch)[window]
    assert there[ink].mean() > there[~ink].mean() + 40


def test_the_outline_is_no_stroke_once_the_black_around_is_filled() -> None:
    grey = np.full((ROWS, COLUMNS), 120, np.uint8) * KEPT
    steps = cv2.morphologyEx(filled(grey, KEPT), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    assert int(steps.max()) <= 12
    assert np.array_equal(filled(grey, np.ones_like(KEPT))[5:-5, 5:-5], grey[5:-5, 5:-5])


def test_pictures_are_placed_in_the_window_of_the_kept_area() -> None:
    for count in (1, 10):
        watch = watched(frames(count, colour=False) * KEPT)
        for picture, right, down in still_pictures(watch):
            assert picture.shape == watch.inside.shape
            assert (down, right) == (watch.window[0].start, watch.window[1].start)


def test_layers_are_no_sideways_strokes_and_letters_are() -> None:
    rows = np.arange(ROWS)[:, None]
    layers = np.broadcast_to(np.where(rows // 3 % 3 == 0, 160, 60), (ROWS, COLUMNS)).astype(np.uint8)
    letters = layers.copy()
    cv2.putText(letters, "MBEKI", (90, 120), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 255, 1)
    bare, named = sideways_strokes(layers), sideways_strokes(letters)
    assert int(np.ptp(bare)) == 0
    assert int(named.max()) - int(bare.max()) >= 90

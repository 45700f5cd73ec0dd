"""Keyframes stay few and evenly spaced, whatever the file says about its length."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.reading.sampling import Keyframes, Proxies, spread_of
from pipeline.reading.scan import Drawn

DARK = Drawn(np.zeros((2, 3), np.uint8))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 700), st.none() | st.integers(1, 1000))
def test_unknown_and_lying_lengths(frames: int, expected: int | None) -> None:
    keyframes = Keyframes(expected)
    most = 0
    for number in range(frames):
        keyframes.offer(number, DARK.luminance(), DARK)
        most = max(most, len(keyframes.numbers))
    keyframes.finish()
    gaps = np.diff(keyframes.numbers)
    assert most < 24
    assert keyframes.numbers[0] == 0
    assert len(keyframes.numbers) <= 12
    assert (gaps > 0).all()
    if expected is None or expected <= frames:  # the whole clip is covered, no gap more than about twice another
        assert len(keyframes.numbers) == min(frames, 12)
        assert frames - keyframes.numbers[-1] <= 2 * gaps.max(initial=1)
        assert gaps.max(initial=1) <= 2 * gaps.min(initial=1 << 20) + 2


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 400), st.none() | st.integers(1, 1000))
def test_proxies_keep_every_frame(frames: int, expected: int | None) -> None:
    proxies = Proxies(expected)
    for number in range(frames):
        proxies.add(np.full((1, 2), number % 251, np.uint8))
    assert proxies.array()[:, 0, 1].tolist() == [number % 251 for number in range(frames)]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))
def test_spread_is_the_largest_minus_the_smallest(red: int, green: int, blue: int) -> None:
    pixels = np.array([[[red, green, blue]]], np.uint8)
    assert spread_of(pixels).item() == max(red, green, blue) - min(red, green, blue)

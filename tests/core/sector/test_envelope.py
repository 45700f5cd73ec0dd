"""Where a cine changes, as echoes do: a law of noise in a box, and what a screen moves that is no echo."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.clip import Clip, Luminance
from pipeline.envelope import GAP, SLACK, Envelope, envelope
from pipeline.kept import mask_of
from pipeline.sector import Mask
from tests.clips import clip_of
from tests.core.sector.screens import bare_screen

Move = Callable[[Luminance], Luminance]

FRAMES = 24
SPECS = ("shape=curvilinear,seed=3", "shape=phased,seed=3,subject=heart", "shape=linear,seed=3,subject=vessel")


def scene(spec: str) -> tuple[Luminance, Mask]:
    frames, sector = bare_screen(f"{spec},rows=180,columns=240,frames={FRAMES}")
    return frames.copy(), sector


def with_clock(frames: Luminance) -> Luminance:
    """Write hundredths of a second into each frame: the digits change all the time."""
    for number, frame in enumerate(frames):
        cv2.putText(frame, f"12:03:07.{number * 4:02d}", (6, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.4, 220, 1)
    return frames


def with_cursor(frames: Luminance) -> Luminance:
    """Blink a block as large as a letter, every other frame."""
    frames[::2, 4:18, 6:16] = 230
    return frames


def with_trace(frames: Luminance) -> Luminance:
    """Draw an ECG along the bottom, as far as it came, with the erased gap ahead of the pen."""
    rows, columns = frames.shape[1:]
    x = np.arange(columns)
    y = rows - 12 - 9 * (np.abs(x % 60 - 30) < 3) - 2 * np.sin(x / 4)
    points = np.stack([x, y], axis=1).astype(np.int32)
    for number, frame in enumerate(frames):
        pen = columns * (number + 1) // len(frames)
        for part in (points[:pen], points[pen + 12 :]):
            cv2.polylines(frame, [part], isClosed=False, color=200)
    return frames


def small(mask: Mask, clip: Clip) -> Mask:
    rows, columns = clip.proxy.shape[1:]
    return cv2.resize(mask.astype(np.uint8), (columns, rows), interpolation=cv2.INTER_NEAREST).astype(bool)


def found_in(frames: Luminance) -> tuple[Clip, Envelope]:
    clip = clip_of(frames)
    found = envelope(clip)
    assert found is not None
    return clip, found


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("moved", [with_clock, with_cursor, with_trace])
def test_what_the_screen_moves_is_not_the_sector(spec: str, moved: Move) -> None:
    frames, sector = scene(spec)
    clip, found = found_in(moved(frames))
    area = small(sector, clip)
    assert found.coverage(area) >= 0.95
    assert found.density(area) >= 0.8
    assert found.outside(area) <= 0.01
    assert np.array(found.polygons[0]).min() >= 0


@pytest.mark.parametrize("moved", [with_clock, with_cursor, with_trace])
def test_a_frozen_sector_beside_it_has_no_envelope(moved: Move) -> None:
    frames, sector = scene(SPECS[0])
    clip = clip_of(moved(np.repeat(frames[:1], FRAMES, axis=0)))
    found = envelope(clip)
    assert found is None or found.coverage(small(sector, clip)) < 0.1


def test_what_moves_beside_the_sector_counts_as_outside() -> None:
    frames, sector = scene(SPECS[0])
    noise = np.random.default_rng(3).integers(0, 200, (FRAMES, 60, 40))
    frames[:, :60, :40] = noise
    clip, found = found_in(frames)
    assert found.outside(small(sector, clip)) >= 0.05


def test_too_few_frames_say_nothing() -> None:
    frames, _ = scene(SPECS[0])
    assert envelope(clip_of(frames[:1])) is None
    assert envelope(clip_of(frames[:4])) is None
    assert envelope(clip_of(frames[:5])) is not None


def test_frames_that_were_doubled_say_nothing() -> None:
    frames, _ = scene(SPECS[0])
    _, once = found_in(frames)
    _, often = found_in(frames.repeat(3, axis=0))
    assert (once.moving & often.moving).sum() >= 0.95 * (once.moving | often.moving).sum()


boxes = st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(30, 60), st.integers(30, 60))


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.integers(0, 10**6), boxes, st.integers(8, 60))
def test_noise_in_a_box_moves_there_and_nowhere_else(seed: int, box: tuple[int, int, int, int], level: int) -> None:
    left, top, wide, high = box
    frames = np.full((12, 120, 120), 90, np.uint8)
    noise = np.random.default_rng(seed).integers(0, level, (12, high, wide))
    frames[:, top : top + high, left : left + wide] += noise.astype(np.uint8)
    clip, found = found_in(frames)
    true = np.zeros((120, 120), bool)
    true[top : top + high, left : left + wide] = True
    assert found.coverage(true) >= 0.95
    assert found.outside(true) == 0
    far = ~cv2.dilate(true.astype(np.uint8), np.ones((2 * (GAP + SLACK) + 1,) * 2, np.uint8)).astype(bool)
    assert not (found.reach() & far).any()
    assert not (mask_of(found.polygons, clip.rows, clip.columns) & far).any()
    again = envelope(clip)
    assert again is not None
    assert again.polygons == found.polygons

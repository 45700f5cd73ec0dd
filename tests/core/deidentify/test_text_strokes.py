"""What is cheap to see decides what is read: strokes that stand still, that come and go, layouts read before."""

import os
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.clip import Luminance
from pipeline.deidentify import TextReader
from pipeline.deidentify.layout_memory import MOST_FILES, MOST_LAYOUTS, SUFFIX, LayoutMemory, StillLayout
from pipeline.deidentify.strokes import TEXT_LIKE, Watch, in_windows
from pipeline.sector import Mask
from tests.core.deidentify.planted_text import Planted, plant, through_jpeg
from tests.core.deidentify.scenes import COLUMNS, ROWS, SECTOR, frames

FEW = settings(max_examples=5, deadline=None, derandomize=True)
READER = "a reader"


@cache
def speckle(count: int = 10, seed: int = 1) -> Luminance:
    """Return moving echoes in the sector and black around it."""
    return through_jpeg(frames(count, colour=False, seed=seed) * kept()) * kept()


@cache
def kept() -> Mask:
    return SECTOR.mask(ROWS, COLUMNS)


def watched(clip: Luminance, mask: Mask | None = None) -> Watch:
    watch = Watch(kept() if mask is None else mask)
    for frame in clip:
        watch.add(frame)
    return watch


def written_on(seed: int, **fixed: object) -> tuple[Luminance, Planted]:
    clip, planted = plant(speckle(), kept(), seed, text="MBEKI 77", at_edge=False, **fixed)
    return through_jpeg(clip) * kept(), planted


@given(st.integers(0, 10_000), st.sampled_from([40, 90, 200]), st.sampled_from([10, 14, 20]))
@FEW
def test_writing_on_every_frame_is_strokes_that_stand_still(seed: int, contrast: int, height: int) -> None:
    clip, planted = written_on(seed, frames=None, contrast=contrast, height=height)
    watch = watched(clip)
    whole = np.zeros(kept().shape, np.float32)
    whole[watch.window] = in_windows(watch.still_strokes())
    left, top, right, bottom = planted.box
    assert whole[top:bottom, left:right].max() >= TEXT_LIKE


@given(st.integers(0, 10_000), st.sampled_from([1, 3]), st.integers(0, 1))
@FEW
def test_writing_on_few_frames_comes_and_goes(seed: int, count: int, dark: int) -> None:
    clip, _ = written_on(seed, frames=count, contrast=140, height=14, dark=bool(dark))
    quiet = np.median(speckle(), axis=0).astype(np.uint8)
    still, _ = plant(np.repeat(quiet[None], 10, axis=0), kept(), seed, frames=count, contrast=60, height=14)
    assert watched(clip).changes()
    assert watched(still).changes()
    assert not watched(np.repeat(quiet[None], 10, axis=0)).changes()


def test_memory_of_a_watch_does_not_grow_with_the_clip() -> None:
    short, long = watched(speckle(8)), watched(np.tile(speckle(8), (6, 1, 1)))
    assert [np.shape(value) for value in vars(long).values()] == [np.shape(value) for value in vars(short).values()]


def test_a_layout_without_strokes_is_known_once_it_was_remembered(tmp_path: Path) -> None:
    memory, first, again = LayoutMemory(tmp_path), *(StillLayout.of(watched(speckle(seed=n))) for n in (1, 2))
    assert not memory.knows(first, READER)
    memory.remember(first, READER)
    assert memory.knows(again, READER)
    assert not memory.knows(again, "another reader")


@given(st.integers(0, 10_000), st.sampled_from([40, 120]))
@FEW
def test_writing_is_not_taken_for_a_layout_without_it_nor_for_other_writing(seed: int, contrast: int) -> None:
    style = {"frames": None, "contrast": contrast, "height": 12, "font": "hershey simplex"}
    bare = StillLayout.of(watched(speckle()))
    one, _ = plant(speckle(), kept(), seed, text="12.5 cm", **style)
    other, _ = plant(speckle(), kept(), seed, text="MBEKI 7", **style)
    number, name = (StillLayout.of(watched(through_jpeg(clip) * kept())) for clip in (one, other))
    assert not name.is_like(bare)
    assert not name.is_like(number)
    assert name.is_like(name)
    assert bare.is_like(number)


def test_a_wider_sector_is_another_layout() -> None:
    narrow = kept().copy()
    narrow[:, 200:] = False
    bare = StillLayout.of(watched(speckle()))
    assert not bare.is_like(StillLayout.of(watched(speckle() * narrow, narrow)))


@given(st.integers(0, 2**32 - 1))
@FEW
def test_a_layout_is_the_same_after_it_was_kept(seed: int) -> None:
    rng = np.random.default_rng(seed)
    layout = StillLayout(rng.random((37, 53)) > 0.5, rng.random((37, 53)) > 0.9)
    back = StillLayout.from_bytes(layout.as_bytes(), 37, 53)
    assert np.array_equal(back.kept, layout.kept)
    assert np.array_equal(back.strokes, layout.strokes)


@pytest.mark.parametrize("spoilt", [b"", b"no layout", StillLayout(kept(), kept()).as_bytes()[:-9]])
def test_a_spoilt_file_is_as_if_it_were_not_there(spoilt: bytes, tmp_path: Path) -> None:
    memory, layout = LayoutMemory(tmp_path), StillLayout.of(watched(speckle()))
    memory.remember(layout, READER)
    (file,) = tmp_path.iterdir()
    file.write_bytes(spoilt)
    assert not memory.knows(layout, READER)


def test_what_is_known_is_not_read_and_what_is_written_on_it_is(tmp_path: Path) -> None:
    reader = TextReader(memory=LayoutMemory(tmp_path))
    quiet = [through_jpeg(frames(10, colour=False, seed=n) // 2 * kept()) * kept() for n in (4, 5)]
    assert not reader.writing_in(watched(quiet[0]))
    assert len(list(tmp_path.iterdir())) == 1
    assert not reader.writing_in(watched(quiet[1]))
    named, planted = plant(quiet[1], kept(), 8, text="MBEKI", frames=None, height=16, contrast=80, at_edge=False)
    (word,) = reader.writing_in(watched(named))
    assert word.text == "MBEKI"
    left, top, right, bottom = planted.box
    assert left < word.centre[0] < right
    assert top < word.centre[1] < bottom
    assert len(list(tmp_path.iterdir())) == 1


def some_layout(seed: int) -> StillLayout:
    """Return a layout with strokes at a place of its own."""
    strokes = np.zeros(kept().shape, bool)
    top, left = 14 * (seed % 16), 38 * (seed // 16 % 8)
    strokes[top : top + 12, left : left + 32 : 6] = True
    return StillLayout(kept(), strokes)


def test_the_memory_is_bounded_for_a_size_and_in_all(tmp_path: Path) -> None:
    memory = LayoutMemory(tmp_path)
    for number in range(MOST_FILES + 5):
        old = tmp_path / f"{number:032x}{SUFFIX}"
        old.touch()
        os.utime(old, (number, number))
    for seed in range(MOST_LAYOUTS + 4):
        memory.remember(some_layout(seed), READER)
    files = set(tmp_path.iterdir())
    assert len(files) == MOST_FILES
    assert len({file for file in files if file.stat().st_size}) == MOST_LAYOUTS
    assert tmp_path / f"{0:032x}{SUFFIX}" not in files
    assert memory.knows(some_layout(MOST_LAYOUTS + 3), READER)
    assert not memory.knows(some_layout(0), READER)


def remember_and_ask(folder: Path, first: int) -> bool:
    """Do what one of several processes does with one memory."""
    memory, answers = LayoutMemory(folder), []
    for seed in range(first, first + 60):
        memory.remember(some_layout(seed), READER)
        answers.append(memory.knows(some_layout(seed), READER))
    return all(answers[-1:]) and any(answers)


def test_several_processes_share_a_memory(tmp_path: Path) -> None:
    with ProcessPoolExecutor(3, mp_context=get_context("spawn")) as pool:
        assert all(pool.map(remember_and_ask, [tmp_path] * 3, [0, 30, 60]))
    files = list(tmp_path.iterdir())
    assert MOST_LAYOUTS - 2 <= len(files) <= MOST_LAYOUTS + 2
    for file in files:
        StillLayout.from_bytes(file.read_bytes(), *kept().shape)


def test_stills_are_always_read(tmp_path: Path) -> None:
    memory = LayoutMemory(tmp_path)
    assert not TextReader(memory=memory).writing_in(watched(speckle()[:1]))
    assert not list(tmp_path.iterdir())

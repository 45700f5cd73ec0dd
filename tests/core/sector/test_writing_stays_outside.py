"""Does an outline that is safe to keep ever take in what the device wrote beside the sector?"""

from functools import lru_cache
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.clip import Luminance
from pipeline.find_sector import CONFIDENT, find_sector
from pipeline.phantom import demo_scenes, geometry, write_scan
from pipeline.phantom.probe import layout
from pipeline.phantom.screen import furniture
from pipeline.reading import read_clip
from pipeline.sector import Mask, Sector, Shape
from tests.core.sector.screens import MARGIN, READABLE, Screenful, Writing, bare_screen, written_over

SPECS = (
    "shape=linear,seed=3,subject=vessel", "shape=curvilinear,seed=3", "shape=phased,seed=3,subject=heart",
)  # fmt: skip
ONCE_TAKEN_IN = ((77, 150, 68), (77, 150, 120), (77, 150, 149), (5, 100, 32), (5, 100, 64))
"""Seed, count and number of demonstration scans whose outline once held the institution's name."""


@lru_cache
def screen(spec: str) -> tuple[Luminance, Mask]:
    return bare_screen(f"{spec},rows=180,columns=240,frames=6")


def kept(found: Sector, rows: int, columns: int) -> Mask:
    safe = found.confidence >= CONFIDENT
    return found.mask(rows, columns) if safe else np.zeros((rows, columns), bool)


@pytest.mark.parametrize(("seed", "count", "number"), ONCE_TAKEN_IN)
def test_scans_that_were_kept_with_writing(seed: int, count: int, number: int, tmp_path: Path) -> None:
    scan = next(islice(demo_scenes(count, seed), number, None))
    clip = read_clip(write_scan(scan, tmp_path))
    true = geometry(scan.scene).mask(clip.rows, clip.columns)
    near = cv2.dilate(true.astype(np.uint8), np.ones((2 * MARGIN + 1,) * 2, np.uint8)).astype(bool)
    writing = (furniture(scan.scene, layout(scan.scene)) > READABLE) & ~near
    found = find_sector(clip)
    assert found.confidence >= CONFIDENT
    assert writing.any()
    assert not (kept(found, clip.rows, clip.columns) & writing).any()


def test_ringing_of_the_codec_does_not_widen_the_outline() -> None:
    for spec in SPECS:
        frames, sector = screen(spec)
        shown = written_over(frames, sector, Writing("above", 20, 0.5, 0.4), quality=60)
        found = kept(find_sector(shown.clip), *sector.shape)
        assert found.any()
        assert not (found & (cv2.distanceTransform((~sector).astype(np.uint8), cv2.DIST_L2, 3) > MARGIN)).any()


writings = st.builds(
    Writing, side=st.sampled_from(("above", "below", "left", "right")), gap=st.integers(0, 8),
    along=st.floats(0.1, 0.9), size=st.floats(0.3, 0.7), text=st.text("ADEHJNOR0189-", min_size=3, max_size=16),
    boxed=st.booleans(),
)  # fmt: skip


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.sampled_from(SPECS), writings, st.sampled_from((None, 60, 75, 90)), st.sampled_from((1, 6)))
def test_writing_beside_the_sector_is_never_kept(spec: str, writing: Writing, quality: int | None, count: int) -> None:
    frames, sector = screen(spec)
    shown = written_over(frames[:count], sector, writing, quality)
    assert not (kept(find_sector(shown.clip), *sector.shape) & shown.writing).any()


def accepted(shown: Screenful) -> bool:
    found = find_sector(shown.clip)
    return found.shape is not Shape.UNKNOWN and found.confidence >= CONFIDENT


def test_writing_apart_from_the_sector_costs_nothing() -> None:
    for spec in SPECS:
        frames, sector = screen(spec)
        assert all(accepted(written_over(frames, sector, Writing(s, 9, 0.5, 0.3), 80)) for s in ("above", "below"))


def test_a_thumbnail_is_not_taken_for_the_sector() -> None:
    frames, sector = screen(SPECS[0])
    small = np.stack([cv2.resize(frame, None, fx=0.3, fy=0.3, interpolation=cv2.INTER_AREA) for frame in frames])
    together = frames.copy()
    together[:, : small.shape[1], : small.shape[2]] = small
    shown = written_over(together, sector, Writing("above", 0, 0.5, 0.5, boxed=True), None)
    found = kept(find_sector(shown.clip), *sector.shape)
    assert not found.any() or (found & sector).sum() > 0.9 * sector.sum()

"""Laws and facts of the sector: inside the picture, equal each time, true to the simulator, unknown where unclear."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.clip import Clip, Region
from pipeline.declared import believable_regions, believed_scale
from pipeline.find_sector import CONFIDENT, find_sector
from pipeline.phantom import geometry
from pipeline.reading import read_clip
from pipeline.sector import Provenance, Sector, Shape
from tests.clips import clip_of, phantom_clip, scene_of
from tests.real_files import pydicom_example

SCENES = (
    "shape=curvilinear,seed=3", "shape=curvilinear,seed=9,subject=lung", "shape=curvilinear,seed=4,fault=lost_contact",
    "shape=phased,seed=3,subject=heart", "shape=phased,seed=5,subject=lung,fault=noise",
    "shape=linear,seed=3,subject=vessel", "shape=linear,seed=6,subject=lung,fault=high_gain,severity=0.6",
)  # fmt: skip
LIBRARY = (
    ("examples_ybr_color.dcm", Shape.PHASED, (35, 14, 304, 206)),
    ("examples_palette.dcm", Shape.CURVILINEAR, (172, 60, 748, 350)),
)


def overlap(found: Sector, true: Sector, clip: Clip) -> float:
    one, other = (s.mask(clip.rows, clip.columns) for s in (found, true))
    return float((one & other).sum() / (one | other).sum())


@pytest.mark.parametrize("spec", SCENES)
def test_simulated_sectors_are_found(spec: str) -> None:
    clip, true = phantom_clip(spec), geometry(scene_of(spec))
    found = find_sector(clip)
    assert found.shape is true.shape
    assert found.confidence >= CONFIDENT
    assert overlap(found, true, clip) >= 0.97


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 200), st.integers(1, 200), st.integers(1, 3), st.sampled_from((1, 16, 80)))
def test_the_outline_stays_in_the_picture(seed: int, rows: int, columns: int, frames: int, grain: int) -> None:
    coarse = np.random.default_rng(seed).integers(0, 256, (frames, -(-rows // grain), -(-columns // grain)))
    clip = clip_of(coarse.repeat(grain, 1).repeat(grain, 2)[:, :rows, :columns].astype(np.uint8))
    found = find_sector(clip)
    assert found == find_sector(clip)
    for x, y in found.polygon:
        assert 0 <= x <= columns - 1
        assert 0 <= y <= rows - 1


@pytest.mark.parametrize(("name", "shape", "within"), LIBRARY)
def test_library_scans(name: str, shape: Shape, within: tuple[int, int, int, int]) -> None:
    found = find_sector(read_clip(pydicom_example(name)))
    left, top, right, bottom = within
    assert found.shape is shape
    assert found.confidence >= CONFIDENT
    assert found.provenance is Provenance.ESTIMATED  # both declare a region that leaves the pixel matrix
    assert all(left <= x <= right and top <= y <= bottom for x, y in found.polygon)


def declared(clip: Clip, *regions: Region) -> Clip:
    return Clip(**{**{n: getattr(clip, n) for n in clip.__dataclass_fields__}, "regions": regions})


def region_around(clip: Clip, spec: str, **change: int | float | None) -> Region:
    corners = np.array(geometry(scene_of(spec)).polygon)
    (left, top), (right, bottom) = corners.min(axis=0).astype(int) - 2, corners.max(axis=0).astype(int) + 2
    facts: dict[str, int | float | None] = {
        "left": int(left), "top": int(top), "right": int(right), "bottom": int(bottom),
        "spatial_format": 1, "data_type": 1, "mm_per_pixel": 0.25,
    }  # fmt: skip
    return Region(**{**facts, **change})


def test_a_declared_region_is_refined_and_its_scale_believed() -> None:
    spec = "shape=curvilinear,seed=3"
    clip = declared(phantom_clip(spec), region_around(phantom_clip(spec), spec))
    found = find_sector(clip)
    assert found.provenance is Provenance.DECLARED
    assert overlap(found, geometry(scene_of(spec)), clip) >= 0.97
    assert believed_scale(clip, found) == 0.25


@pytest.mark.parametrize(
    "change",
    [{"right": 5000}, {"left": -4}, {"left": 0, "top": 0, "right": 319, "bottom": 239}, {"spatial_format": 3},
     {"data_type": 10}, {"right": 0}],
)  # fmt: skip
def test_a_region_that_cannot_be_is_not_believed(change: dict[str, int]) -> None:
    spec = "shape=curvilinear,seed=3"
    clip = declared(phantom_clip(spec), region_around(phantom_clip(spec), spec, **change))
    found = find_sector(clip)
    assert believable_regions(clip) == ()
    assert found.provenance is Provenance.ESTIMATED
    assert believed_scale(clip, found) is None


def test_a_region_where_nothing_is_does_not_move_the_sector() -> None:
    spec = "shape=curvilinear,seed=3"
    empty = Region(0, 0, 30, 30, 1, 1, 0.25)
    found = find_sector(declared(phantom_clip(spec), empty))
    assert found.provenance is Provenance.ESTIMATED
    assert overlap(found, geometry(scene_of(spec)), phantom_clip(spec)) >= 0.97

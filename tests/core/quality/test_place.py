"""Laws of the place of a finding: inside the sector, all of it for the whole, on the side that was said."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.find_sector import find_sector
from pipeline.finding import Side
from pipeline.kept import mask_of
from pipeline.phantom import geometry
from pipeline.place import place, place_of
from pipeline.reading import read_clip
from pipeline.sector import UNKNOWN_SECTOR, Point, Sector
from tests.clips import scene_of
from tests.real_files import pydicom_example

ROWS, COLUMNS = 240, 320
SIMULATED = tuple(
    geometry(scene_of(f"shape={shape},subject={subject},seed=3"))
    for shape, subject in (("curvilinear", "abdomen"), ("phased", "heart"), ("linear", "vessel"))
)
sectors = st.sampled_from(SIMULATED)
share = st.floats(0, 1)
sides = st.sampled_from((None, *Side))


def area(polygon: tuple[Point, ...]) -> int:
    return int(mask_of((polygon,), ROWS, COLUMNS).sum())


@given(sectors, share, share, share, share, sides)
def test_a_place_lies_within_a_pixel_of_the_sector(
    sector: Sector, left: float, right: float, top: float, bottom: float, side: Side | None
) -> None:
    found = place_of(sector, dict(place((left, right), (top, bottom))), side)
    assert found is None or len(found) >= 3
    around = np.array(sector.polygon, np.float32)
    for corner in found or ():
        assert cv2.pointPolygonTest(around, corner, measureDist=True) >= -1.01
    if abs(right - left) > 0.1 and abs(top - bottom) > 0.1:
        assert found is not None
        assert 0 < area(found) <= area(sector.polygon) * 1.02


@given(sectors, sides)
def test_the_whole_is_the_sector(sector: Sector, side: Side | None) -> None:
    assert place_of(sector, dict(place((0, 1), (0, 1))), side) == sector.polygon


@given(sectors, st.floats(0.1, 0.9))
def test_two_parts_make_the_sector(sector: Sector, cut: float) -> None:
    for way in ("across", "depth"):
        parts = [
            place_of(sector, {f"{way}_from": start, f"{way}_to": end}, None) for start, end in ((0, cut), (cut, 1))
        ]
        masks = [mask_of((part,), ROWS, COLUMNS) for part in parts if part]
        assert len(masks) == 2
        whole = sector.mask(ROWS, COLUMNS)
        assert (masks[0] | masks[1] | whole).sum() - ((masks[0] | masks[1]) & whole).sum() <= 0.04 * whole.sum()
        assert (masks[0] & masks[1]).sum() <= 0.03 * whole.sum()


@given(sectors)
def test_a_side_alone_is_its_outer_third(sector: Sector) -> None:
    left, right, both = (place_of(sector, {}, side) for side in (Side.LEFT, Side.RIGHT, Side.BOTH))
    assert left
    assert right
    assert both
    assert np.mean(left, axis=0)[0] < np.mean(sector.polygon, axis=0)[0] < np.mean(right, axis=0)[0]
    shown = mask_of((both,), ROWS, COLUMNS)
    for part in (left, right):
        third = mask_of((part,), ROWS, COLUMNS)
        assert (third & shown).sum() >= 0.95 * third.sum()
    assert shown.sum() < 0.8 * area(sector.polygon)


def test_an_arc_is_an_arc() -> None:
    found = place_of(SIMULATED[0], dict(place((0.4, 0.6), (0.1, 0.9))), None)
    assert found
    assert len(found) >= 16


@pytest.mark.parametrize("evidence", [{}, {"place": 0.5}, {"across_from": 0.1}, {"depth_to": 0.3, "across_to": 1.0}])
def test_no_place_where_none_is_said(evidence: dict[str, float]) -> None:
    assert place_of(SIMULATED[0], evidence, None) is None
    assert place_of(UNKNOWN_SECTOR, dict(place((0, 0.5))), Side.LEFT) is None


@pytest.mark.parametrize("name", ["examples_ybr_color.dcm", "examples_palette.dcm"])
def test_places_in_real_sectors(name: str) -> None:
    sector = find_sector(read_clip(pydicom_example(name)))
    around = np.array(sector.polygon, np.float32)
    for across in ((0.0, 0.3), (0.2, 0.25), (0.6, 1.0)):
        for depth in ((0.0, 0.2), (0.0, 1.0), (0.7, 1.0)):
            found = place_of(sector, dict(place(across, depth)), None)
            assert found
            assert all(cv2.pointPolygonTest(around, corner, measureDist=True) >= -1.01 for corner in found)

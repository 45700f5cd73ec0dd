"""Where is the sector in real scans: of the right shape, without writing, and declined where it is not clear?"""

from functools import lru_cache

import numpy as np
import pytest

from pipeline.errors import SonorelayError
from pipeline.find_sector import CONFIDENT, find_sector
from pipeline.reading import read_clip
from pipeline.sector import Sector, Shape
from tests.real_files import data_file, manifest, needs_data

SHAPES = (
    ("pocus-lung-ccby/Vir_whitelung_h1n1.mp4", Shape.CURVILINEAR),
    ("pocus-lung-ccby/Reg_pat1Image_133327.mpeg", Shape.CURVILINEAR),
    ("itkpocus/clarius-ocular-image.png", Shape.LINEAR),
    ("itkpocus/interson-image.jpg", Shape.LINEAR),
    ("itkpocus/sonosite-anon-eye1.jpg", Shape.LINEAR),
    ("deid-data/GREYSCALE_IMAGE.dcm", Shape.LINEAR),
    ("pydicom-data/JPGLosslessP14SV1_1s_1f_8b.dcm", Shape.PHASED),
)
WITHIN = (
    ("deid-data/GREYSCALE_IMAGE.dcm", (124, 87, 899, 710)),
    ("pydicom-data/OBXXXX1A.dcm", (124, 64, 796, 518)),
    ("itkpocus/sonosite-anon-eye1.jpg", (385, 40, 724, 642)),
    ("itkpocus/sonosite-anon-eye1-video.mp4", (385, 40, 724, 642)),
    ("itkpocus/interson-image.jpg", (386, 57, 915, 851)),
    ("itkpocus/interson-image-annotation.jpg", (386, 60, 915, 851)),
    ("itkpocus/interson-phantom.png", (441, 90, 1004, 896)),
    ("itkpocus/sonoque_anechoic-3mm-3mm.dcm", (373, 73, 1709, 1416)),
    ("itkpocus/sonoque_axial-lateral-resolution-2020.dcm", (373, 73, 1709, 1416)),
    ("itkpocus/clarius-ocular-short.mp4", (262, 84, 1017, 875)),
    ("itkpocus/clarius-ocular-image.png", (262, 84, 1017, 875)),
    ("itkpocus/butterfly-ocular-phantom.mp4", (76, 199, 692, 889)),
    ("pocus-lung-ccby/Vir_whitelung_h1n1.mp4", (0, 3, 271, 265)),
    ("derived/affiniti_color_cine6_j2k.dcm", (65, 117, 750, 558)),
    ("derived/terason_cine5_rle.dcm", (150, 60, 711, 654)),
    ("pydicom-data/JPGLosslessP14SV1_1s_1f_8b.dcm", (116, 158, 927, 665)),
)
"""Left, top, right and bottom of what is free of writing, seen by eye. (Terason writes into its picture.)"""

DECLINED = (
    "bad/black.mp4", "bad/cat.mp4", "bad/coffee.png", "bad/camera_gray.png", "pydicom-data/US1_J2KI.dcm",
)  # fmt: skip
FEWEST_ACCEPTED = 40


@lru_cache(maxsize=256)
def sector_of(name: str) -> Sector:
    return find_sector(read_clip(data_file(name)))


@pytest.mark.parametrize(("name", "shape"), SHAPES)
def test_shape_and_confidence(name: str, shape: Shape) -> None:
    found = sector_of(name)
    assert found.shape is shape
    assert found.confidence >= CONFIDENT


@pytest.mark.parametrize(("name", "within"), WITHIN)
def test_an_outline_takes_in_no_writing(name: str, within: tuple[int, int, int, int]) -> None:
    found = sector_of(name)
    left, top, right, bottom = within
    assert found.confidence >= CONFIDENT
    assert all(left <= x <= right and top <= y <= bottom for x, y in found.polygon)
    assert np.ptp([x for x, _ in found.polygon]) >= 0.85 * (right - left)
    assert np.ptp([y for _, y in found.polygon]) >= 0.85 * (bottom - top)


@pytest.mark.parametrize("name", DECLINED)
def test_what_is_no_sector_or_not_clear_is_not_kept(name: str) -> None:
    assert sector_of(name).confidence < CONFIDENT


def test_a_picture_filled_to_the_border_is_never_safe_to_keep() -> None:
    found = sector_of("pocus-lung-ccby/Vir_prospective_file1.mp4")
    assert found.shape is Shape.LINEAR
    assert found.confidence < CONFIDENT


@needs_data
def test_most_framed_scans_have_a_sector() -> None:
    accepted = [name for row in manifest() if (name := row["path"]) and _is_accepted(row)]
    assert len(accepted) >= FEWEST_ACCEPTED, accepted


def _is_accepted(row: dict[str, str]) -> bool:
    try:
        return row["kind"].startswith("us-") and sector_of(row["path"]).confidence >= CONFIDENT
    except SonorelayError:
        return False

"""On which real scans do two witnesses agree, and is what they leave to a person what it should be?"""

from collections import Counter
from functools import lru_cache

import numpy as np
import pytest

from pipeline.agreement import agree
from pipeline.clip import Clip
from pipeline.errors import SonorelayError, Withheld
from pipeline.find_sector import find_sector
from pipeline.guidance import Guidance, Layout
from pipeline.kept import Kept, Witness
from pipeline.reading import read_clip
from pipeline.sector import Sector
from tests.real_files import data_file, manifest, needs_data

DECLARED, FITTED, MOVING = Witness.DECLARED, Witness.FITTED, Witness.MOVING

KEPT = (
    ("derived/affiniti_color_cine6_j2k.dcm", {FITTED, MOVING}),
    ("derived/neuruppin_mjpeg.avi", {FITTED, MOVING}),
    ("derived/sonosite_xvid.avi", {FITTED, MOVING}),
    ("derived/terason_cine5_rle.dcm", {DECLARED, FITTED}),
    ("itkpocus/butterfly-ocular-phantom.mp4", {FITTED, MOVING}),
    ("itkpocus/clarius-ocular-short.mp4", {FITTED, MOVING}),
    ("pocus-lung-ccby/Reg_pat2Image_134240.mpeg", {FITTED, MOVING}),
    ("pocus-lung-ccby/Vir_whitelung_h1n1.mp4", {FITTED, MOVING}),
    ("pydicom-data/OBXXXX1A.dcm", {DECLARED, FITTED}),
    ("pydicom-pkg/examples_ybr_color.dcm", {FITTED, MOVING}),
)
IN_DOUBT = (
    ("deid-data/GREYSCALE_IMAGE.dcm", "one_witness"),  # the declared region is the whole display, with parameters
    ("deid-data/RGB_IMAGE.dcm", "no_sector"),
    ("itkpocus/sonoque_anechoic-3mm-3mm.dcm", "one_witness"),  # declared: the whole picture, with the banner
    ("itkpocus/sonosite-anon-eye1-video.mp4", "one_witness"),  # hundred times the same frame
    ("itkpocus/interson-image.jpg", "one_witness"),
    ("pocus-lung-ccby/Vir_prospective_file1.mp4", "one_witness"),  # cropped: it moves to the border, no fan
    ("pydicom-data/JPGLosslessP14SV1_1s_1f_8b.dcm", "one_witness"),
    ("pydicom-pkg/examples_palette.dcm", "one_witness"),  # declared: outside the matrix
    ("pydicom-pkg/examples_jpeg2k.dcm", "no_sector"),
)
CROPPED = (
    "pocus-lung-ccby/Vir_prospective_file1.mp4", "pocus-lung-ccby/Vir_prospective_file2.mp4",
    "pocus-lung-ccby/Cov_convex_volpecelli_sonographic_v1.mov",
)  # fmt: skip
FEWEST_KEPT = {"cine": 27, "still": 4}


@lru_cache(maxsize=8)
def scan(name: str) -> tuple[Clip, Sector]:
    clip = read_clip(data_file(name))
    return clip, find_sector(clip)


def kept(name: str, guidance: Guidance | None = None) -> Kept:
    return agree(*scan(name), guidance or Guidance())


@pytest.mark.parametrize(("name", "witnesses"), KEPT)
def test_two_witnesses_agree(name: str, witnesses: set[Witness]) -> None:
    found, (clip, sector) = kept(name), scan(name)
    assert set(found.witnesses) == witnesses
    mask = found.mask(clip.rows, clip.columns)
    fan = sector.mask(clip.rows, clip.columns)
    assert not (mask & ~fan).any()
    assert mask.sum() >= 0.99 * fan.sum()


@pytest.mark.parametrize(("name", "code"), IN_DOUBT)
def test_what_is_left_to_a_person(name: str, code: str) -> None:
    with pytest.raises(Withheld) as doubt:
        kept(name)
    assert doubt.value.code == code


@pytest.mark.parametrize("name", CROPPED)
def test_a_crop_that_a_person_accepted_once_is_kept_where_it_moves(name: str) -> None:
    clip, sector = scan(name)
    layout = Layout(clip.kind, clip.rows, clip.columns, (sector.polygon,), drawn=True)
    found = kept(name, Guidance((layout,)))
    assert found.witnesses == (MOVING, Witness.LEARNED)
    mask, accepted = found.mask(clip.rows, clip.columns), sector.mask(clip.rows, clip.columns)
    assert not (mask & ~accepted).any()
    assert mask.sum() >= 0.95 * accepted.sum()  # skin that stands still is cut like a banner
    with pytest.raises(Withheld):
        kept(name, Guidance((layout,), device="SR-ANOTHER"))


def test_two_sectors_that_their_regions_cut_are_both_kept() -> None:
    name = "pydicom-data/gdcm-US-ALOKA-16.dcm"
    found = kept(name)
    assert set(found.witnesses) == {DECLARED, FITTED}
    left, right = sorted((np.array(polygon) for polygon in found.polygons), key=lambda corners: corners[0, 0])
    for corners, across in ((left, (32, 335)), (right, (336, 639))):
        assert corners[:, 0].min() >= across[0] - 1
        assert corners[:, 0].max() <= across[1] + 1
        assert corners[:, 1].min() >= 24  # the institution's name stands above
        assert np.ptp(corners, axis=0).min() >= 0.97 * 303
    mask = found.mask(*scan(name)[0].keyframes.shape[1:])
    assert not mask[40:80, 32:63].any()  # the grey bar
    assert not mask[30:50, 580:639].any()  # the numbers beside the second sector


def test_the_next_still_of_a_device_is_kept_by_its_layout() -> None:
    first, second = "itkpocus/sonoque_anechoic-3mm-3mm.dcm", "itkpocus/sonoque_axial-lateral-resolution-2020.dcm"
    clip, sector = scan(first)
    layout = Layout(clip.kind, clip.rows, clip.columns, (sector.polygon,), "SR-SONOQUE", "SonoQue", drawn=True)
    found = kept(second, Guidance((layout,), device="SR-SONOQUE"))
    assert found.witnesses == (FITTED, Witness.LEARNED)
    with pytest.raises(Withheld):
        kept(second, Guidance((layout,), device="SR-ANOTHER"))


@needs_data
def test_most_cines_and_some_stills_are_kept() -> None:
    counts: Counter[str] = Counter()
    for row in manifest():
        if not row["kind"].startswith("us-"):
            continue
        try:
            clip, _ = scan(row["path"])
            kept(row["path"])
        except SonorelayError:
            continue
        counts["still" if clip.is_still else "cine"] += 1
    assert all(counts[kind] >= fewest for kind, fewest in FEWEST_KEPT.items()), counts

"""Every hostile or damaged file is answered with its reason, or read where it is harmless."""

from pathlib import Path

import pytest

from pipeline.child import run_in_child
from pipeline.errors import NotAScan, Rejected, TooLarge, Undecodable
from pipeline.reading import read_clip
from tests.real_files import data_file, needs_data

BAD = {
    "bomb_deflate_16384x16384.dcm": TooLarge("too_large"),
    "bomb_rle_400x2000x2000.dcm.gz": NotAScan("archive"),
    "empty.dcm": NotAScan("empty"),
    "preamble_only.dcm": Undecodable("truncated"),
    "pydicom_CT_small.dcm": NotAScan("not_ultrasound"),
    "pydicom_MR_small_RLE.dcm": NotAScan("not_ultrasound"),
    "pydicom_MR_truncated.dcm": NotAScan("not_ultrasound"),
    "pydicom_SC_rgb_jpeg.dcm": NotAScan("not_ultrasound"),
    "pydicom_badVR.dcm": NotAScan("not_ultrasound"),
    "pydicom_image_dfl.dcm": NotAScan("not_ultrasound"),
    "pydicom_meta_missing_tsyntax.dcm": NotAScan("not_ultrasound"),
    "pydicom_no_meta.dcm": NotAScan("unknown_kind"),  # it begins one byte too early: no element can be read
    "pydicom_rtplan.dcm": NotAScan("no_pixels"),
    "pydicom_test-SR.dcm": NotAScan("no_pixels"),
    "pydicom_waveform_ecg.dcm": NotAScan("no_pixels"),
    "random.dcm": NotAScan("unknown_kind"),
    "us_claims_100000_frames.dcm": Undecodable("frames_missing", claimed=100000, found=30),
    "us_claims_60000x60000.dcm": Undecodable("size_mismatch"),
    "us_truncated.mp4": Undecodable("truncated"),
    "us_truncated_50pct.dcm": Undecodable("truncated"),
    "../itkpocus/sonivate-anechoic_1-1.nrrd": NotAScan("unknown_kind"),
    "../deid-data/GREYSCALE_CINE.zip": NotAScan("archive"),
}
HARMLESS = {  # frames, and whether some of them are damaged
    "black.mp4": (50, False),
    "camera_gray.png": (1, False),
    "cat.mp4": (50, False),
    "coffee.png": (1, False),
    "dcm_named_mp4.mp4": (30, False),
    "frozen_one_frame.mp4": (40, False),
    "one_frame.mp4": (1, False),
    "us_bitflips.mp4": (50, True),
    "us_bitflips_pixels.dcm": (30, True),
    "us_injection_strings.dcm": (30, False),
    "us_region_inverted.dcm": (30, False),
}


@needs_data
@pytest.mark.parametrize("name", BAD)
def test_refused_with_the_reason(name: str) -> None:
    answer = BAD[name]
    with pytest.raises(Rejected) as caught:
        run_in_child(read_clip, data_file("bad") / name, seconds=20)
    assert type(caught.value) is type(answer)
    assert (caught.value.code, caught.value.facts) == (answer.code, answer.facts)


@needs_data
@pytest.mark.parametrize("name", HARMLESS)
def test_read_where_harmless(name: str) -> None:
    clip = run_in_child(read_clip, data_file("bad") / name, seconds=20)
    assert (clip.frames, clip.damaged_frames > 0) == HARMLESS[name]


@needs_data
def test_the_tables_are_complete() -> None:
    names = {path.name for path in data_file("bad").iterdir()}
    assert names == {name for name in BAD if "/" not in name} | set(HARMLESS)


@needs_data
def test_damage_is_concealed_the_same_way_twice() -> None:
    first, second = (read_clip(data_file("bad/us_bitflips.mp4")) for _ in range(2))
    assert (first.proxy == second.proxy).all()


@needs_data
@pytest.mark.parametrize("cut", [0, 1, 3, 16, 128, 131, 132, 200, 1000, 3000, 60_000, 224_000])
def test_a_cut_dicom_file_is_refused_wherever_it_ends(cut: int, tmp_path: Path) -> None:
    path = tmp_path / "cut.dcm"
    path.write_bytes(data_file("pydicom-pkg/examples_ybr_color.dcm").read_bytes()[:cut])
    with pytest.raises(Rejected) as caught:
        read_clip(path)
    assert caught.value.code in {"empty", "unknown_kind", "truncated", "no_pixels"}

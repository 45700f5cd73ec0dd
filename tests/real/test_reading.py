"""Every real scan is read as it is: frames, size, times, colours."""

import warnings
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.pixels import pixel_array
from pydicom.pixels.processing import apply_color_lut

from pipeline.clip import Clip
from pipeline.reading import kind_of, open_scan, read_clip, read_dataset
from pipeline.received import Kind
from tests.real_files import data_file, manifest, needs_data, pydicom_example

# name, codec, frames, rows, columns, regions
WHEEL = [
    ("examples_ybr_color.dcm", "jpeg", 30, 240, 320, 1),
    ("examples_palette.dcm", "raw", 1, 350, 800, 2),
    ("examples_jpeg2k.dcm", "j2k", 1, 480, 640, 0),
    ("examples_rgb_color.dcm", "raw", 1, 240, 320, 0),
    ("ExplVR_BigEnd.dcm", "raw", 1, 60, 80, 0),
]
# forms of colour that no ultrasound file of the wheel has; their modality is changed in the test
FORMS = [
    "SC_rgb_dcmtk_+eb+cr.dcm",
    "SC_rgb_dcmtk_+eb+cy+n1.dcm",
    "SC_rgb_dcmtk_+eb+cy+np.dcm",
    "SC_rgb_dcmtk_+eb+cy+s4.dcm",
    "SC_jpeg_no_color_transform.dcm",
    "SC_jpeg_no_color_transform_2.dcm",
    "SC_rgb_jpeg_app14_dcmd.dcm",
    "SC_rgb_jpeg_lossy_gdcm.dcm",
    "SC_rgb_jpeg_gdcm.dcm",
    "SC_rgb_gdcm_KY.dcm",
    "GDCMJ2K_TextGBR.dcm",
    "SC_rgb_jls_lossy_line.dcm",
    "SC_rgb_jls_lossy_sample.dcm",
    "JPEGLSNearLossless_08.dcm",
    "SC_rgb_rle_2frame.dcm",
    "SC_rgb_small_odd_big_endian.dcm",
    "SC_rgb_small_odd_jpeg.dcm",
    "SC_ybr_full_422_uncompressed.dcm",
]
RATES = {  # frames per second
    "derived/terason_cine5_rle.dcm": 17.2512,  # FrameTimeVector of 51 increments
    "derived/affiniti_color_cine6_j2k.dcm": 18.4362,  # FrameTime, not the rounded CineRate
    "derived/clarius_h264_in_dicom.dcm": 25.0,
    "itkpocus/butterfly-ocular-phantom.mp4": 12.6576,
    "pocus-lung-ccby/Cov_recommendations_lightbeam_mov6.mov": 29.97003,
    "pocus-lung-ccby/Reg_pat1Image_132943.mpeg": 25.0,  # no count of frames, and a clock that begins at .54 s
    "pydicom-data/OBXXXX1A_rle_2frame.dcm": None,  # no time stated: none invented
}
ROWS = [row for row in manifest() if row["frames"] and row["set"] != "bad"]
DICOM = [row["path"] for row in ROWS if row["path"].endswith(".dcm") and "video" not in row["kind"]]


def is_whole(clip: Clip) -> bool:
    """Whether the parts of a clip agree with each other."""
    numbers, times = np.array(clip.keyframe_numbers), np.array(clip.frame_times)
    return bool(
        len(numbers) == min(12, clip.frames)
        and (np.diff(numbers) > 0).all()
        and numbers[-1] < clip.frames
        and max(clip.proxy.shape[1:]) <= 160
        and clip.colour.shape[1:] == clip.proxy.shape[1:]
        and times[0] == 0
        and (np.diff(times) >= 0).all()
        and not clip.keyframes.flags.writeable
    )


def by_pydicom(path: Path) -> np.ndarray:
    """Return the pixels as pydicom decodes them, 8 bit."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        header = pydicom.dcmread(path)
        pixels = pixel_array(path)
        if header.PhotometricInterpretation == "PALETTE COLOR":
            pixels = apply_color_lut(pixels, header)
    return (pixels >> 8 if pixels.dtype.itemsize > 1 else pixels).astype(np.uint8)


def frames(path: Path) -> np.ndarray:
    with open_scan(path) as scan:
        return np.stack([frame.pixels for frame in scan.frames()])


@pytest.mark.parametrize(("name", "codec", "count", "rows", "columns", "regions"), WHEEL)
def test_wheel(name: str, codec: str, count: int, rows: int, columns: int, regions: int) -> None:
    path = pydicom_example(name)
    clip = read_clip(path)
    assert kind_of(path) is clip.kind is Kind.DICOM
    assert (clip.codec, clip.frames, clip.rows, clip.columns, len(clip.regions)) == (
        codec,
        count,
        rows,
        columns,
        regions,
    )
    assert is_whole(clip)
    assert np.array_equal(frames(path).squeeze(), by_pydicom(path))


@pytest.mark.parametrize("name", FORMS)
def test_every_form_of_colour_is_what_pydicom_shows(name: str, tmp_path: Path) -> None:
    path = tmp_path / "form.dcm"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        header = pydicom.dcmread(pydicom_example(name))
        header.Modality = "US"
        header.save_as(path)
    assert np.array_equal(frames(path).squeeze(), by_pydicom(path).squeeze())


@needs_data
@pytest.mark.parametrize("path", DICOM)
def test_real_dicom_is_what_pydicom_shows(path: str) -> None:
    if path.endswith("_expb.dcm"):  # pydicom's palette is black there; the same picture in little endian is the truth
        assert np.array_equal(frames(data_file(path)), frames(data_file(path.replace("_expb", ""))))
        assert frames(data_file(path)).mean() > 5
    else:
        assert np.array_equal(frames(data_file(path)).squeeze(), by_pydicom(data_file(path)).squeeze())


@needs_data
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["path"])
def test_the_manifest_agrees(row: dict[str, str]) -> None:
    with open_scan(data_file(row["path"])) as scan:
        seconds = [picture.seconds for picture in scan.pictures() if not picture.damaged]
        assert (scan.facts.columns, scan.facts.rows) == (int(row["w"]), int(row["h"]))
    assert len(seconds) == int(row["frames"])
    if row["path"] in RATES:
        rate = RATES[row["path"]]
        assert seconds[-1] == (pytest.approx((len(seconds) - 1) / rate, rel=1e-4) if rate else 0)
    if row["path"] == "itkpocus/butterfly-ocular-phantom.mp4":
        steps = np.diff(seconds)
        assert steps.max() - steps.min() > 0.001  # its frames do not come evenly, and that is kept


@needs_data
@pytest.mark.parametrize("path", sorted({Path(row["path"]).suffix: row["path"] for row in ROWS}.values()))
def test_one_clip_of_each_suffix_is_whole(path: str) -> None:
    clip = read_clip(data_file(path))
    assert is_whole(clip)
    assert clip.damaged_frames == 0


@needs_data
@pytest.mark.parametrize("name", ["derived/clarius_h264_in_dicom.dcm", "derived/neuruppin_mpeg2_in_dicom.dcm"])
def test_video_in_dicom_is_the_video(name: str) -> None:
    source = "itkpocus/clarius-ocular-short.mp4" if "h264" in name else "pocus-lung-ccby/Reg_pat1Image_133410.mpeg"
    inside, outside = read_clip(data_file(name)), read_clip(data_file(source))
    assert (inside.kind, outside.kind) == (Kind.DICOM, Kind.VIDEO)
    assert np.array_equal(inside.proxy, outside.proxy)


def test_the_header_has_no_pixels_and_the_regions_stand_as_declared() -> None:
    path = pydicom_example("examples_ybr_color.dcm")
    header = read_dataset(path)
    assert "PixelData" not in header
    assert header.file_meta.TransferSyntaxUID == pydicom.uid.JPEGBaseline8Bit
    (region,) = read_clip(path).regions
    assert (region.right, region.bottom) == (595, 414)  # outside the 320 x 240 picture: declared, not yet believed
    assert region.mm_per_pixel == pytest.approx(10 * header.SequenceOfUltrasoundRegions[0].PhysicalDeltaX)


def test_encoded_frames_are_untouched() -> None:
    path = pydicom_example("examples_ybr_color.dcm")
    whole = path.read_bytes()
    with open_scan(path) as scan:
        assert scan.has_encoded_frames
        streams = list(scan.encoded_frames())
        assert len(streams) == len(list(scan.frames())) == len(list(scan.frames())) == 30
    assert all(stream in whole and stream.startswith(b"\xff\xd8") for stream in streams)

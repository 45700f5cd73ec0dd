"""A DICOM file full of identifiers is released with none, black outside the sector and exact inside."""

import io
from pathlib import Path

import gdcm
import numpy as np
import pydicom
import pytest
import simplejpeg
from pydicom.pixels import apply_color_lut
from pydicom.uid import JPEGBaseline8Bit

from pipeline.deidentify import Key, Release, deidentify
from pipeline.deidentify.dicom import as_jpeg_ls, mark_verified
from pipeline.errors import Withheld
from pipeline.reading import open_scan, read_clip
from tests.core.deidentify.scenes import (
    BANNER,
    KEY,
    OTHER_KEY,
    SECTOR,
    found_in,
    frames,
    outside,
    planted,
    planted_cine,
    with_segments,
    written,
)  # fmt: skip
from tests.core.reading.written import cine, compressed, encapsulated


def released(path: Path, to: Path, key: Key = KEY, *, read: bool = False) -> Release:
    return deidentify(path, read_clip(path), SECTOR, key, to, text_accepted=not read)


def pixels_of(path: Path) -> np.ndarray:
    with open_scan(path) as scan:
        return np.stack([frame.pixels for frame in scan.frames()])


def test_nothing_planted_survives_and_the_key_alone_decides(tmp_path: Path) -> None:
    path, marks = planted_cine(tmp_path)
    assert len(marks) > 60
    assert len(found_in(path.read_bytes(), marks)) == len(marks)  # the test itself can see them
    result = released(path, tmp_path / "a")
    assert {output.role for output in result.outputs} == {"derivative", "preview", "small", "poster"}
    for output in result.outputs:
        assert found_in(output.path.read_bytes(), [*marks, BANNER, "in.dcm"]) == []
    data_set = pydicom.dcmread(tmp_path / "a" / "scan.dcm")
    assert data_set.PatientIdentityRemoved == "YES"
    assert data_set.PatientAge == "090Y"
    assert data_set.preamble == bytes(128)
    assert set(data_set.file_meta.keys()) <= {0x00020000 + n for n in (0, 1, 2, 3, 0x10, 0x12, 0x13)}
    again, other = released(path, tmp_path / "b"), released(path, tmp_path / "c", OTHER_KEY)
    for one, two in zip(result.outputs, again.outputs, strict=True):
        assert one.path.read_bytes() == two.path.read_bytes()
    changed = pydicom.dcmread(other.outputs[0].path)
    for keyword in ("PatientID", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "DeviceSerialNumber"):
        assert data_set[keyword].value != changed[keyword].value
    assert result.frame_times == (0.0, 0.04, 0.08, 0.12)


@pytest.mark.parametrize("form", ["native", "grey", "rle", "jpegls", "j2k"])
def test_lossless_forms_are_exact_inside_and_black_outside(tmp_path: Path, form: str) -> None:
    pixels = frames(2, colour=form != "grey")
    data_set = cine(pixels, FrameTime="40") if form in ("native", "grey") else compressed(pixels, form)
    data_set.FrameTime = "40"
    path = written(data_set, tmp_path)
    released(path, tmp_path / "out")
    target = tmp_path / "out" / "scan.dcm"
    wanted = pixels.copy()
    wanted[:, outside()] = 0
    np.testing.assert_array_equal(pixels_of(target), wanted)
    np.testing.assert_array_equal(pydicom.dcmread(target).pixel_array, wanted)
    reader = gdcm.ImageReader()
    reader.SetFileName(str(target))
    assert reader.Read()
    assert reader.GetImage().GetBuffer() is not None


def test_jpeg_is_black_outside_and_its_segments_are_gone(tmp_path: Path) -> None:
    marks = [b"COMMENT MBEKI 81", b"Exif\0\0 THANDI 82"]
    streams = [
        with_segments(simplejpeg.encode_jpeg(np.ascontiguousarray(frame), quality=92), *marks) for frame in frames(2)
    ]
    data_set = encapsulated(cine(frames(2), FrameTime="40"), streams, JPEGBaseline8Bit)
    data_set.PhotometricInterpretation = "YBR_FULL_422"
    path = written(data_set, tmp_path)
    released(path, tmp_path / "out")
    target = tmp_path / "out" / "scan.dcm"
    assert pydicom.dcmread(target).file_meta.TransferSyntaxUID == JPEGBaseline8Bit
    assert found_in(target.read_bytes(), ["COMMENT MBEKI 81", "THANDI 82", "Exif"]) == []
    before, after = pixels_of(path).astype(int), pixels_of(target).astype(int)
    assert after[:, :36].max() == 0  # the banner's rows, clear of the blocks that the sector touches
    inside = ~outside()
    assert np.abs(before - after)[:, inside].mean() < 2


def test_text_inside_withholds_and_leaves_nothing(tmp_path: Path) -> None:
    path = written(cine(frames(2, inside="MBEKI T"), FrameTime="40"), tmp_path)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "theirs").touch()
    with pytest.raises(Withheld) as told:
        released(path, tmp_path / "out", read=True)
    assert told.value.code == "text_inside"
    assert told.value.facts["count"] >= 1
    assert [left.name for left in (tmp_path / "out").iterdir()] == ["theirs"]


def test_an_identifier_in_the_pixels_withholds(tmp_path: Path) -> None:
    pixels = frames(2, colour=False)
    pixels[1, 120, 150:161] = np.frombuffer(b"REC-7741902", np.uint8)  # letters as grey values, inside the sector
    data_set = cine(pixels, FrameTime="40")
    data_set.PatientID = "REC-7741902"
    with pytest.raises(Withheld, match="identifier_left"):
        released(written(data_set, tmp_path), tmp_path / "out")


def test_a_class_that_is_no_ultrasound_is_withheld(tmp_path: Path) -> None:
    data_set = cine(frames(1), SOPClassUID="1.2.840.10008.5.1.4.1.1.88.33")
    with pytest.raises(Withheld, match="cannot_clean"):
        released(written(data_set, tmp_path), tmp_path / "out")


def test_secondary_capture_becomes_an_ultrasound_image(tmp_path: Path) -> None:
    data_set = cine(frames(1), SOPClassUID="1.2.840.10008.5.1.4.1.1.7")
    del data_set.SOPInstanceUID
    released(written(data_set, tmp_path), tmp_path / "out")
    found = pydicom.dcmread(tmp_path / "out" / "scan.dcm")
    assert found.SOPClassUID == found.file_meta.MediaStorageSOPClassUID == "1.2.840.10008.5.1.4.1.1.6.1"
    assert found.SOPInstanceUID.startswith("2.25.")


def test_more_private_text_than_can_be_searched_is_withheld(tmp_path: Path) -> None:
    data_set = cine(frames(1))
    block = data_set.private_block(0x0029, "MANY", create=True)
    for number in range(250):
        block.add_new(number % 255, "LO", [f"note {number} {part}" for part in range(25)])
    with pytest.raises(Withheld, match="cannot_clean"):
        released(written(data_set, tmp_path), tmp_path / "out")


def test_verified_is_written_only_where_it_was_announced(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(bytes(300))
    with pytest.raises(ValueError, match="not where it was written"):
        mark_verified(path, 300)
    assert path.read_bytes() == bytes(300)


def test_jpeg_ls_of_what_is_not_contiguous() -> None:
    picture = np.arange(64, dtype=np.uint8).reshape(8, 8)[:, ::2]
    (stream,) = as_jpeg_ls([picture])
    assert io.BytesIO(stream).read(2) == b"\xff\xd8"


def test_palette_and_identifiers_of_the_planted_kind_on_a_still(tmp_path: Path) -> None:
    data_set = cine(frames(1, colour=False))
    del data_set.NumberOfFrames
    marks = planted(data_set)
    data_set.PhotometricInterpretation = "PALETTE COLOR"
    ramp = np.arange(256, dtype=np.uint16) * 257
    for name in ("Red", "Green", "Blue"):
        setattr(data_set, f"{name}PaletteColorLookupTableDescriptor", [256, 0, 16])
        setattr(data_set, f"{name}PaletteColorLookupTableData", (ramp if name != "Blue" else ramp[::-1]).tobytes())
    result = released(written(data_set, tmp_path), tmp_path / "out")
    shown = pydicom.dcmread(result.outputs[0].path)
    assert shown.PhotometricInterpretation == "PALETTE COLOR"
    assert apply_color_lut(shown.pixel_array, shown)[outside()].max() == 0
    assert [output.path.name for output in result.outputs] == ["scan.dcm", "preview.jpg", "poster.jpg"]
    for output in result.outputs:
        assert found_in(output.path.read_bytes(), marks) == []


def test_a_value_that_breaks_its_type_is_dropped_not_the_scan(tmp_path: Path) -> None:
    data_set = cine(frames(1), PatientWeight="77.25", HeartRate="61", PatientID="REC-7741902")
    path = written(data_set, tmp_path)
    path.write_bytes(path.read_bytes().replace(b"77.25 ", b"77,25k").replace(b"61", b"6?"))
    released(path, tmp_path / "out")
    found = pydicom.dcmread(tmp_path / "out" / "scan.dcm")
    assert "HeartRate" not in found
    assert "PatientWeight" not in found


def test_a_cine_that_states_no_times_is_released_with_those_it_is_shown_at(tmp_path: Path) -> None:
    path = written(cine(frames(3)), tmp_path)
    assert read_clip(path).frames_per_second is None
    assert released(path, tmp_path / "out").frame_times == (0.0, 0.04, 0.08)


def test_the_report_tells_what_was_removed_and_which_checks_ran(tmp_path: Path) -> None:
    path, marks = planted_cine(tmp_path)
    report = released(path, tmp_path / "out", read=True).report
    assert report.kept_witnesses == ("drawn",)
    assert 0.1 < report.kept_share < 0.4
    assert report.pixels == "exact"
    assert [check.name for check in report.checks if check.passed] == [
        *("decoded_again", "frame_times", "black_outside", "text", "bytes"),
    ]
    expected = {
        *("names", "identifiers", "places", "dates", "dates_shifted", "uids", "device", "free_text", "private"),
        *("overlays", "curves", "icons", "unknown", "file_meta", "preamble", "ages_banded", "references"),
    }
    assert expected <= set(report.removed)
    assert found_in(repr(report.as_json()).encode(), marks) == []

"""A released JPEG is the JPEG that came in, black outside the sector, in DICOM and as a still."""

import io
from pathlib import Path

import cv2
import gdcm
import numpy as np
import pydicom
import pytest
import simplejpeg
from numpy.typing import NDArray
from PIL import Image
from pydicom.uid import JPEGBaseline8Bit, JPEGExtended12Bit

from pipeline.deidentify import Release, deidentify
from pipeline.deidentify.jpeg_blocks import blocks_of
from pipeline.deidentify.jpeg_segments import geometry_of
from pipeline.deidentify.masking import grown
from pipeline.kept import Kept, Witness
from pipeline.reading import open_scan, read_clip
from tests.core.deidentify.scenes import KEY, SECTOR, found_in, frames, outside, with_segments, written
from tests.core.reading.written import cine, encapsulated
from tests.real_files import data_file, needs_data, pydicom_example

Pixels = NDArray[np.uint8]


def released(path: Path, to: Path, kept: Kept = SECTOR) -> Release:
    # the writing on the real files lies inside the outlines that these tests draw
    return deidentify(path, read_clip(path), kept, KEY, to, text_accepted=True)


def streams_of(path: Path) -> list[bytes]:
    with open_scan(path) as scan:
        return list(scan.encoded_frames())


def shown(path: Path) -> Pixels:
    with open_scan(path) as scan:
        return np.stack([frame.pixels for frame in scan.frames()])


def jpeg_cine(folder: Path, streams: list[bytes], photometric: str, syntax: str = JPEGBaseline8Bit) -> Path:
    data_set = encapsulated(cine(frames(len(streams)), FrameTime="40"), streams, syntax)
    data_set.PhotometricInterpretation = photometric
    return written(data_set, folder)


def as_jpeg(picture: Pixels, sampling: str = "422") -> bytes:
    return bytes(simplejpeg.encode_jpeg(np.ascontiguousarray(picture), 90, "RGB", sampling))


def assert_same_blocks(before: bytes, after: bytes, mask: NDArray[np.bool_]) -> None:
    """The luminance of every block wholly inside is the same, pixel by pixel, and outside the margin all is black."""
    whole = blocks_of(mask, geometry_of(after).components[0]).all(axis=2).repeat(8, axis=0).repeat(8, axis=1)
    whole = whole[: mask.shape[0], : mask.shape[1]]
    assert whole.sum() > 0.5 * mask.sum()
    one, two = (simplejpeg.decode_jpeg(data, "GRAY")[:, :, 0] for data in (before, after))
    np.testing.assert_array_equal(two[whole], one[whole])
    assert not simplejpeg.decode_jpeg(after, "RGB")[~grown(mask, geometry_of(after).margin)].any()


@pytest.mark.parametrize("sampling", ["444", "422", "420"])
@pytest.mark.parametrize("photometric", ["YBR_FULL_422", "YBR_FULL"])
def test_the_frames_of_a_cine_are_its_own(tmp_path: Path, sampling: str, photometric: str) -> None:
    streams = [with_segments(as_jpeg(frame, sampling), b"COMMENT MBEKI 81") for frame in frames(3)]
    released(jpeg_cine(tmp_path, streams, photometric), tmp_path / "out")
    target = tmp_path / "out" / "scan.dcm"
    header = pydicom.dcmread(target)
    assert header.file_meta.TransferSyntaxUID == JPEGBaseline8Bit
    assert (header.PhotometricInterpretation, header.SamplesPerPixel, header.PlanarConfiguration) == (photometric, 3, 0)
    assert (header.LossyImageCompression, header.LossyImageCompressionMethod) == ("01", "ISO_10918_1")
    after = streams_of(target)
    assert len(after) == 3
    for one, two in zip(streams, after, strict=True):
        assert len(two) <= 1.02 * len(one)
        assert_same_blocks(one, two, ~outside())
    assert found_in(target.read_bytes(), ["COMMENT MBEKI 81"]) == []
    assert not (tmp_path / "out" / "frames.part").exists()
    reader = gdcm.ImageReader()
    reader.SetFileName(str(target))
    assert reader.Read()
    assert len(reader.GetImage().GetBuffer()) == 3 * 240 * 320 * 3
    assert header.pixel_array.shape == (3, 240, 320, 3)
    assert np.abs(header.pixel_array.astype(int) - shown(target))[:, ~outside()].mean() < 40  # YBR as it is stored


def test_frames_in_red_green_and_blue_stay_so(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.fromarray(frames(1)[0]).save(buffer, "JPEG", quality=90, subsampling=0, keep_rgb=True)
    target = tmp_path / "out" / "scan.dcm"
    released(jpeg_cine(tmp_path, [buffer.getvalue()], "RGB"), target.parent)
    header = pydicom.dcmread(target)
    assert header.PhotometricInterpretation == "RGB"
    np.testing.assert_array_equal(header.pixel_array, shown(target)[0])
    assert_same_blocks(buffer.getvalue(), streams_of(target)[0], ~outside())


@pytest.mark.parametrize("case", ["progressive", "mixed sampling", "inverted"])
def test_what_cannot_be_blanked_in_blocks_is_encoded_anew_and_says_so(tmp_path: Path, case: str) -> None:
    pictures = frames(2, colour=case != "inverted")
    if case == "progressive":
        buffer = io.BytesIO()
        Image.fromarray(pictures[0]).save(buffer, "JPEG", quality=90, progressive=True)
        streams = [as_jpeg(pictures[1]), buffer.getvalue()]
    elif case == "mixed sampling":
        streams = [as_jpeg(pictures[0], "444"), as_jpeg(pictures[1], "420")]
    else:
        grey = [simplejpeg.encode_jpeg(255 - frame[:, :, None], 90, "GRAY", "Gray") for frame in pictures]
        data_set = encapsulated(cine(pictures, FrameTime="40"), [bytes(stream) for stream in grey], JPEGBaseline8Bit)
        data_set.PhotometricInterpretation = "MONOCHROME1"
        path = written(data_set, tmp_path)
    if case != "inverted":
        path = jpeg_cine(
            tmp_path, streams, "YBR_FULL_422", JPEGExtended12Bit if case == "progressive" else JPEGBaseline8Bit
        )
    released(path, tmp_path / "out")
    target = tmp_path / "out" / "scan.dcm"
    assert pydicom.dcmread(target).PhotometricInterpretation in ("YBR_FULL_422", "MONOCHROME2")
    before, after = shown(path).astype(int), shown(target).astype(int)
    assert np.abs(before - after)[:, ~outside()].mean() < 3
    assert after[:, ~grown(~outside(), 17)].max() <= 2


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
@pytest.mark.parametrize("size", [(240, 320), (236, 315)])
def test_a_still_jpeg_stays_a_jpeg_and_upright(tmp_path: Path, orientation: int, size: tuple[int, int]) -> None:
    picture = cv2.resize(frames(1)[0], size[::-1])
    exif = Image.Exif()
    exif[0x0112], exif[0x010E], exif[0x0132] = orientation, "MBEKI THANDI", "2013:04:17 09:37:12"
    path = tmp_path / "in.jpg"
    Image.fromarray(picture).save(path, "JPEG", quality=90, exif=exif, comment=b"KIVU 83")
    upright = shown(path)[0]
    rows, columns = upright.shape[:2]
    corners = (
        (columns * 0.3, rows * 0.3),
        (columns * 0.7, rows * 0.3),
        (columns * 0.8, rows * 0.8),
        (40.0, rows * 0.8),
    )
    kept = Kept((corners,), (Witness.DRAWN,))
    released(path, tmp_path / "out", kept)
    whole_blocks = orientation == 1 or size == (240, 320)  # else a turn would lose what stands in the last blocks
    target = tmp_path / "out" / ("scan.jpg" if whole_blocks else "scan.png")
    assert target.is_file()
    assert found_in(target.read_bytes(), ["MBEKI", "THANDI", "2013", "KIVU", "Exif"]) == []
    with Image.open(target) as image:
        assert image.getexif().get(0x0112, 1) == 1
    mask, after = kept.mask(rows, columns), shown(target)[0].astype(int)
    assert after.shape == upright.shape
    assert np.abs(after - upright)[mask].mean() < 1
    assert not after[~grown(mask, 16)].any()
    assert target.stat().st_size <= 1.02 * path.stat().st_size or not whole_blocks


def test_a_progressive_still_becomes_a_png(tmp_path: Path) -> None:
    path = tmp_path / "in.jpg"
    Image.fromarray(frames(1)[0]).save(path, "JPEG", quality=90, progressive=True)
    released(path, tmp_path / "out")
    mask = ~outside()
    after = shown(tmp_path / "out" / "scan.png")[0]
    np.testing.assert_array_equal(after[mask], shown(path)[0][mask])
    assert not after[~mask].any()


def middle(rows: int, columns: int) -> Kept:
    """Return a fan in the middle of the picture."""
    shares = ((0.44, 0.1), (0.56, 0.1), (0.9, 0.8), (0.5, 0.95), (0.1, 0.8))
    return Kept((tuple((columns * x, rows * y) for x, y in shares),), (Witness.DRAWN,))


def test_a_real_cine_keeps_its_blocks(tmp_path: Path) -> None:
    check_real_dicom(pydicom_example("examples_ybr_color.dcm"), tmp_path)


@needs_data
@pytest.mark.parametrize("name", ["sonoque_anechoic-3mm-3mm.dcm", "sonoque_axial-lateral-resolution-2020.dcm"])
def test_a_real_still_in_dicom_keeps_its_blocks(tmp_path: Path, name: str) -> None:
    check_real_dicom(data_file(f"itkpocus/{name}"), tmp_path)


def check_real_dicom(path: Path, folder: Path) -> None:
    before = streams_of(path)
    clip = read_clip(path)
    kept = middle(clip.rows, clip.columns)
    released(path, folder / "out", kept)
    after = streams_of(folder / "out" / "scan.dcm")
    for one, two in zip(before, after, strict=True):
        assert len(two) <= 1.02 * len(one)
        assert_same_blocks(one, two, kept.mask(clip.rows, clip.columns))


@needs_data
@pytest.mark.parametrize("name", ["interson-image-annotation.jpg", "interson-image.jpg"])
def test_a_real_still_keeps_its_blocks(tmp_path: Path, name: str) -> None:
    path = data_file(f"itkpocus/{name}")
    clip = read_clip(path)
    kept = middle(clip.rows, clip.columns)
    released(path, tmp_path / "out", kept)
    before, after = path.read_bytes(), (tmp_path / "out" / "scan.jpg").read_bytes()
    assert len(after) <= 1.02 * len(before)
    assert_same_blocks(before, after, kept.mask(clip.rows, clip.columns))


@needs_data
def test_a_real_progressive_still_becomes_a_png(tmp_path: Path) -> None:
    path = data_file("itkpocus/sonosite-anon-eye1.jpg")
    clip = read_clip(path)
    kept = middle(clip.rows, clip.columns)
    released(path, tmp_path / "out", kept)
    mask = kept.mask(clip.rows, clip.columns)
    np.testing.assert_array_equal(shown(tmp_path / "out" / "scan.png")[0][mask], shown(path)[0][mask])

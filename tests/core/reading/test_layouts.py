"""What was written without loss is read back exactly, in every layout."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
import simplejpeg
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.uid import DeflatedExplicitVRLittleEndian, ImplicitVRLittleEndian

from pipeline.reading import open_scan, read_clip
from tests.core.reading.written import cine, compressed, encapsulated, in_big_endian, padded, saved

Pixels = NDArray[np.uint8]
side = st.integers(1, 17)
grey = st.tuples(st.integers(1, 4), side, side).flatmap(lambda shape: arrays(np.uint8, shape))
colour = st.tuples(st.integers(1, 4), side, side).flatmap(lambda shape: arrays(np.uint8, (*shape, 3)))
# what a stream of Y 119, Cb 94, Cr 185 without a word about its colours shows under each header
COLOURS = [("RGB", [119, 94, 185]), ("YBR_FULL", [200, 90, 60]), ("YBR_FULL_422", [200, 90, 60])]
ENDS = st.sampled_from(["little endian", "big endian"])
wide = st.integers(12, 20)  # the JPEG-LS encoder of the test writes nothing smaller
solid = st.one_of(st.just(()), st.just((3,))).flatmap(
    lambda last: st.tuples(st.integers(1, 3), wide, wide).flatmap(lambda shape: arrays(np.uint8, (*shape, *last)))
)
few = settings(max_examples=12, deadline=None)


def read_back(data_set: Dataset) -> Pixels:
    with tempfile.TemporaryDirectory() as folder, open_scan(saved(data_set, Path(folder))) as scan:
        return np.stack([frame.pixels for frame in scan.frames()])


@few
@given(st.one_of(grey, colour), st.sampled_from(["explicit", "implicit", "deflated", "big endian"]))
def test_uncompressed(pixels: Pixels, encoding: str) -> None:
    data_set = cine(pixels)
    if encoding == "implicit":
        data_set.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    elif encoding == "deflated":
        data_set.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    elif encoding == "big endian":
        data_set = in_big_endian(data_set)
    assert np.array_equal(read_back(data_set), pixels)


@few
@given(colour)
def test_planes_one_after_the_other(pixels: Pixels) -> None:
    planes = np.moveaxis(pixels, 3, 1).tobytes()
    assert np.array_equal(read_back(cine(pixels, PlanarConfiguration=1, PixelData=padded(planes))), pixels)


@few
@given(solid, st.sampled_from(["rle", "jpegls", "j2k"]))
def test_compressed_without_loss(pixels: Pixels, form: str) -> None:
    assert np.array_equal(read_back(compressed(pixels, form)), pixels)


@few
@given(grey)
def test_inverted(pixels: Pixels) -> None:
    assert np.array_equal(read_back(cine(pixels, PhotometricInterpretation="MONOCHROME1")), 255 - pixels)


@few
@given(grey, arrays(np.uint8, (256, 3)), st.sampled_from([8, 16]), ENDS)
def test_palette(pixels: Pixels, table: Pixels, bits: int, encoding: str) -> None:
    data_set = cine(pixels, PhotometricInterpretation="PALETTE COLOR")
    for channel, name in enumerate(("Red", "Green", "Blue")):
        entries = table[:, channel]
        wide = (entries.astype(np.uint16) << 8 | entries) if bits == 16 else None
        data = entries.tobytes() if wide is None else wide.astype("<u2").tobytes()
        if encoding == "big endian":
            data = np.frombuffer(data, "<u2").astype(">u2").tobytes()
        setattr(data_set, f"{name}PaletteColorLookupTableDescriptor", [256, 0, bits])
        setattr(data_set, f"{name}PaletteColorLookupTableData", data)
    assert np.array_equal(read_back(in_big_endian(data_set) if encoding == "big endian" else data_set), table[pixels])


@few
@given(st.integers(9, 16), ENDS)
def test_more_than_eight_bits_keep_their_upper_ones(stored: int, encoding: str) -> None:
    values = np.linspace(0, (1 << stored) - 1, 64).astype(np.uint16).reshape(1, 8, 8)
    data_set = cine(np.zeros((1, 8, 8), np.uint8), BitsAllocated=16, BitsStored=stored, HighBit=stored - 1)
    data_set.PixelData = values.astype("<u2").tobytes()
    data_set["PixelData"].VR = "OW"
    assert np.array_equal(
        read_back(in_big_endian(data_set) if encoding == "big endian" else data_set), values >> (stored - 8)
    )


def test_a_window_shows_its_range() -> None:
    values = np.array([[[0, 1000, 1500, 2000, 4000]]], np.uint16)
    data_set = cine(np.zeros((1, 1, 5), np.uint8), BitsAllocated=16, BitsStored=12, HighBit=11)
    data_set.PixelData, data_set["PixelData"].VR = padded(values.tobytes()), "OW"
    data_set.WindowCenter, data_set.WindowWidth = 1500, 1000
    assert read_back(data_set).ravel().tolist() == [0, 0, 128, 255, 255]


@pytest.mark.parametrize(("photometric", "shown"), COLOURS)
def test_a_jpeg_that_does_not_name_its_colours_has_those_of_the_header(
    photometric: str, shown: list[int], tmp_path: Path
) -> None:
    planes = np.zeros((16, 16, 3), np.uint8) + np.array([200, 90, 60], np.uint8)
    stream = simplejpeg.encode_jpeg(planes, 100, "RGB", "444")
    start = stream.index(b"\xff\xe0")
    length = int.from_bytes(stream[start + 2 : start + 4], "big")
    without_jfif = stream[:start] + stream[start + 2 + length :]
    data_set = cine(planes[None], PhotometricInterpretation=photometric)
    path = saved(encapsulated(data_set, [without_jfif], "1.2.840.10008.1.2.4.50"), tmp_path)
    with open_scan(path) as scan:
        pixel = next(scan.frames()).pixels[8, 8].astype(int)
    assert np.abs(pixel - shown).max() <= 2


@few
@given(st.integers(1, 90), st.integers(1, 4))
def test_a_clip_has_a_proxy_and_a_time_per_frame_and_at_most_twelve_keyframes(frames: int, thin: int) -> None:
    pixels = np.arange(frames, dtype=np.uint8)[:, None, None] + np.zeros((1, thin, 300), np.uint8)
    with tempfile.TemporaryDirectory() as folder:
        clip = read_clip(saved(cine(pixels, FrameTime="40"), Path(folder)))
    assert clip.proxy.shape == (frames, max(1, round(thin * 160 / 300)), 160)
    assert clip.frame_times == pytest.approx([0.04 * i for i in range(frames)])
    assert clip.keyframe_numbers[0] == 0
    assert clip.keyframe_numbers[-1] == frames - 1
    assert clip.keyframes[:, 0, 0].tolist() == list(clip.keyframe_numbers)
    gaps = np.diff(clip.keyframe_numbers)
    assert len(clip.keyframe_numbers) == min(12, frames)
    assert frames < 2 or gaps.max() - gaps.min() <= 1

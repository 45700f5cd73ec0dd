"""Not one stored value inside the mask changes, in whatever form it came; outside nothing is left of what was there."""

import tempfile
from contextlib import nullcontext
from pathlib import Path

import gdcm
import jpeg_ls
import numpy as np
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydicom import FileDataset
from pydicom.pixels import apply_color_lut
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEGLSLossless

from pipeline.deidentify import deidentify
from pipeline.deidentify.dicom import as_jpeg_ls
from pipeline.deidentify.samples import blackened
from pipeline.deidentify.verify import EXACT, Inspection, sum_of
from pipeline.errors import Withheld
from pipeline.kept import Kept, Witness
from pipeline.reading import Frame, open_scan, read_clip
from pipeline.reading.native import Development, Layout
from pipeline.reading.stored import Stored
from tests.core.deidentify.scenes import KEY, frames, outside, written
from tests.core.deidentify.test_release_dicom import pixels_of, released
from tests.core.reading.written import cine, compressed, encapsulated, in_big_endian, padded

Samples = NDArray[np.integer]
FORMS = ["explicit", "implicit", "deflated", "big endian", "planar", "rle", "jpegls", "j2k", "jpegll"]


def in_form(pixels: Samples, form: str, folder: Path) -> FileDataset:
    """Return 8 bit samples in a transfer syntax or a planar configuration."""
    if form in ("rle", "jpegls", "j2k"):
        return compressed(pixels, form)
    data_set = cine(pixels)
    if form == "implicit":
        data_set.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    elif form == "deflated":
        data_set.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    elif form == "big endian":
        in_big_endian(data_set)
    elif form == "planar" and pixels.ndim == 4:
        data_set.PixelData, data_set.PlanarConfiguration = padded(np.moveaxis(pixels, 3, 1).tobytes()), 1
    elif form == "jpegll":
        return by_gdcm(data_set, gdcm.TransferSyntax.JPEGLosslessProcess14_1, folder)
    return data_set


def by_gdcm(data_set: FileDataset, syntax: int, folder: Path) -> FileDataset:
    """Return the data set with its pixels compressed by GDCM."""
    reader, change, writer = gdcm.ImageReader(), gdcm.ImageChangeTransferSyntax(), gdcm.ImageWriter()
    reader.SetFileName(str(written(data_set, folder, "plain.dcm")))
    assert reader.Read()
    change.SetTransferSyntax(gdcm.TransferSyntax(syntax))
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer.SetFile(reader.GetFile())
    writer.SetFileName(str(folder / "compressed.dcm"))
    writer.SetImage(change.GetOutput())
    assert writer.Write()
    return pydicom.dcmread(folder / "compressed.dcm")


def stored_in(path: Path) -> Samples:
    """Return the raw samples as pydicom alone decodes them."""
    return pydicom.pixels.pixel_array(path, raw=True)


def seen_by_gdcm(path: Path) -> bytes:
    reader = gdcm.ImageReader()
    reader.SetFileName(str(path))
    assert reader.Read()
    return reader.GetImage().GetBuffer().encode("utf-8", "surrogateescape")


def released_samples(data_set: FileDataset, folder: Path) -> tuple[Samples, pydicom.FileDataset]:
    """Release the data set; what is shown inside the sector must be what was shown before, exactly."""
    data_set.FrameTime = "40"
    path = written(data_set, folder)
    released(path, folder / "out")
    target = folder / "out" / "scan.dcm"
    before, after = pixels_of(path), pixels_of(target)
    np.testing.assert_array_equal(after[:, ~outside()], before[:, ~outside()])
    assert after[:, outside()].max() == 0
    return stored_in(target), pydicom.dcmread(target)


def deep(count: int, low: int, high: int, kind: str) -> Samples:
    """Return scenes whose speckle spreads over low..high, the writing outside at the top."""
    rng = np.random.default_rng(5)
    grey = frames(count, colour=False).astype(np.float64) / 255
    fine = np.where(grey > 0, grey * (high - low) + low + rng.integers(0, 8, grey.shape), low)
    return np.clip(fine, low, high).astype(kind)


@pytest.mark.parametrize("colour", [True, False])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_exact_inside_and_black_outside(form: str, colour: bool, tmp_path: Path) -> None:  # noqa: FBT001
    pixels = frames(2, colour=colour)
    if colour:
        pixels[..., 1] //= 2  # a colour that a wrong order of samples would show
    found, header = released_samples(in_form(pixels, form, tmp_path), tmp_path)
    np.testing.assert_array_equal(found, np.where(outside()[..., None] if colour else outside(), 0, pixels))
    assert header.PhotometricInterpretation == ("RGB" if colour else "MONOCHROME2")
    is_native = form in ("explicit", "implicit", "big endian", "planar")
    assert header.file_meta.TransferSyntaxUID == (ExplicitVRLittleEndian if is_native else JPEGLSLossless)
    assert header.LossyImageCompression == "00"


@pytest.mark.parametrize("form", ["explicit", "big endian", "rle", "jpegls"])
@pytest.mark.parametrize(("bits", "signed"), [(16, False), (12, False), (10, True), (16, True)])
def test_deep_samples_keep_their_bits_and_their_sign(form: str, bits: int, signed: bool, tmp_path: Path) -> None:  # noqa: FBT001
    low = -(1 << bits - 1) if signed else 0
    high = low + (1 << bits) - 1
    pixels = deep(2, low, high, "<i2" if signed else "<u2")
    data_set = cine(pixels, BitsAllocated=16, BitsStored=bits, HighBit=bits - 1, PixelRepresentation=int(signed))
    data_set["PixelData"].VR = "OW"
    if form == "big endian":
        in_big_endian(data_set)
    elif form == "rle":
        data_set.compress(pydicom.uid.RLELossless, encoding_plugin="pydicom", generate_instance_uid=False)
    elif form == "jpegls":
        encapsulated(data_set, list(as_jpeg_ls(pixels, bits)), JPEGLSLossless)
    found, header = released_samples(data_set, tmp_path)
    np.testing.assert_array_equal(found, np.where(outside(), low, pixels))
    assert (header.BitsAllocated, header.BitsStored, header.HighBit) == (16, bits, bits - 1)
    assert header.PixelRepresentation == int(signed)
    buffer = np.frombuffer(seen_by_gdcm(tmp_path / "out" / "scan.dcm"), pixels.dtype).reshape(pixels.shape)
    np.testing.assert_array_equal(buffer, found)


def test_an_overlay_in_the_unused_bits_is_gone(tmp_path: Path) -> None:
    pixels = deep(1, 0, 4095, "<u2")
    drawn = pixels.copy()
    drawn[:, 150:156, 140:180] |= 0x8000  # inside the sector, as old devices kept their overlays
    data_set = cine(drawn, BitsAllocated=16, BitsStored=12, HighBit=11)
    data_set["PixelData"].VR = "OW"
    found, _ = released_samples(data_set, tmp_path)
    np.testing.assert_array_equal(found, np.where(outside(), 0, pixels).squeeze())
    assert found.max() <= 4095


def test_samples_that_stand_in_the_upper_bits_are_found_there(tmp_path: Path) -> None:
    pixels = deep(1, 0, 4095, "<u2")
    data_set = cine(pixels << 4, BitsAllocated=16, BitsStored=12, HighBit=15)
    data_set["PixelData"].VR = "OW"
    found, header = released_samples(data_set, tmp_path)
    np.testing.assert_array_equal(found, np.where(outside(), 0, pixels).squeeze())
    assert header.HighBit == 11


@pytest.mark.parametrize("form", ["explicit", "rle", "jpegls"])
def test_inverted_grey_is_black_at_its_highest(form: str, tmp_path: Path) -> None:
    pixels = 255 - frames(2, colour=False)
    data_set = in_form(pixels, form, tmp_path)
    data_set.PhotometricInterpretation = "MONOCHROME1"
    found, header = released_samples(data_set, tmp_path)
    np.testing.assert_array_equal(found, np.where(outside(), 255, pixels))
    assert (header.PhotometricInterpretation, header.PresentationLUTShape) == ("MONOCHROME1", "INVERSE")


@pytest.mark.parametrize("form", ["explicit", "planar", "rle", "jpegls", "j2k"])
def test_luma_and_chroma_stay_and_black_is_neutral(form: str, tmp_path: Path) -> None:
    pixels = frames(2)
    pixels[..., 1:] = 128 + np.random.default_rng(2).integers(-30, 30, pixels[..., 1:].shape)
    if form == "j2k":
        data_set = by_gdcm(
            cine(pixels, PhotometricInterpretation="YBR_FULL"), gdcm.TransferSyntax.JPEG2000Lossless, tmp_path
        )
        assert data_set.PhotometricInterpretation == "YBR_FULL"
    else:
        data_set = in_form(pixels, form, tmp_path)
        data_set.PhotometricInterpretation = "YBR_FULL"
    found, header = released_samples(data_set, tmp_path)
    np.testing.assert_array_equal(found, np.where(outside()[..., None], (0, 128, 128), pixels))
    assert header.PhotometricInterpretation == "YBR_FULL"


def test_subsampled_chroma_is_spread_and_exact(tmp_path: Path) -> None:
    luma = frames(2, colour=False)
    chroma = 128 + np.random.default_rng(2).integers(-30, 30, (*luma.shape[:2], luma.shape[2] // 2, 2))
    pairs = np.concatenate([luma.reshape(*luma.shape[:2], -1, 2), chroma.astype(np.uint8)], axis=-1)
    data_set = cine(np.repeat(luma[..., None], 3, -1), PhotometricInterpretation="YBR_FULL_422")
    data_set.PixelData = pairs.tobytes()
    found, header = released_samples(data_set, tmp_path)
    whole = np.concatenate([luma[..., None], np.repeat(chroma, 2, axis=2)], axis=-1)
    np.testing.assert_array_equal(found, np.where(outside()[..., None], (0, 128, 128), whole))
    assert header.PhotometricInterpretation == "YBR_FULL"
    assert (tmp_path / "out" / "scan.dcm").stat().st_size < (tmp_path / "in.dcm").stat().st_size


def with_palette(data_set: FileDataset, table: Samples, first: int = 0) -> FileDataset:
    data_set.PhotometricInterpretation = "PALETTE COLOR"
    for channel, name in enumerate(("Red", "Green", "Blue")):
        setattr(data_set, f"{name}PaletteColorLookupTableDescriptor", [len(table), first, 8 * table.itemsize])
        setattr(data_set, f"{name}PaletteColorLookupTableData", padded(table[:, channel].tobytes()))
    return data_set


@pytest.mark.parametrize("form", ["explicit", "rle", "jpegls", "j2k"])
@pytest.mark.parametrize("kind", ["<u2", "u1"])
def test_a_palette_keeps_its_indices_and_only_the_colours_that_are_shown(form: str, kind: str, tmp_path: Path) -> None:
    indices = 200 - frames(2, colour=False) // 2  # black is index 200, the writing is darker
    hidden = b"MBEKI THANDI"
    table = np.random.default_rng(4).integers(1, 1 << 8 * np.dtype(kind).itemsize, (256, 3)).astype(kind)
    table[: len(hidden), 0] = np.frombuffer(hidden, np.uint8)
    table[200] = 0
    found, header = released_samples(with_palette(in_form(indices, form, tmp_path), table), tmp_path)
    np.testing.assert_array_equal(found[:, ~outside()], indices[:, ~outside()])
    assert len(np.unique(found[:, outside()])) == 1
    assert header.PhotometricInterpretation == "PALETTE COLOR"
    colours = apply_color_lut(found, header)
    assert colours[:, outside()].max() == 0
    wide = table.astype(np.uint16) * (257 if kind == "u1" else 1)
    np.testing.assert_array_equal(colours[:, ~outside()], wide[indices][:, ~outside()])
    data = header.RedPaletteColorLookupTableData
    assert not any(part in data for part in (hidden, hidden[:5], hidden.decode().encode("utf-16-le")))
    assert data.count(b"\0\0") > 100  # entries that nobody sees are empty


def test_a_full_palette_without_black_gets_one_or_becomes_colours() -> None:
    mask = np.zeros((16, 20), bool)
    mask[:13] = True
    indices = np.arange(320, dtype=np.uint16).reshape(16, 20) % 256
    bright = np.full((256, 3), 0x8080, np.uint16)
    for bits, samples, expected in ((8, indices.astype(np.uint8), "RGB"), (16, indices, "PALETTE COLOR")):
        layout = Layout(16, 20, 1, bits, bits, is_signed=False, is_planar=False, photometric="PALETTE COLOR")
        development = Development(layout, bright, 0, 1.0, 0.0, None)
        result = blackened(Stored(layout, development, lambda samples=samples: iter([(samples, False)])), mask)
        assert result.layout.photometric == expected
        (frame,) = result.frames
        shown = result.development.develop(frame)
        assert shown[~mask].max() == 0
        assert set(shown[mask].ravel()) == {0x80}


def test_a_window_is_released_with_the_samples_that_it_shows(tmp_path: Path) -> None:
    pixels = deep(1, 0, 4095, "<u2")
    data_set = cine(pixels, BitsAllocated=16, BitsStored=12, HighBit=11, WindowCenter="1500", WindowWidth="1000")
    data_set["PixelData"].VR = "OW"
    found, header = released_samples(data_set, tmp_path)
    np.testing.assert_array_equal(found, np.where(outside(), 0, pixels).squeeze())
    assert (header.WindowCenter, header.WindowWidth) == (1500, 1000)


@pytest.mark.parametrize(("centre", "width"), [("-9000", "100"), ("1234567890", "4294967295")])
def test_a_window_without_black_or_with_a_long_number_leaves_as_it_was_shown(
    centre: str, width: str, tmp_path: Path
) -> None:
    data_set = cine(deep(1, 0, 4095, "<u2"), BitsAllocated=16, BitsStored=12, HighBit=11)
    data_set["PixelData"].VR = "OW"
    data_set.WindowCenter, data_set.WindowWidth = centre, width
    _, header = released_samples(data_set, tmp_path)
    assert header.BitsStored == 8
    assert "WindowCenter" not in header


def test_what_lost_already_loses_no_more_and_says_so(tmp_path: Path) -> None:
    pixels = frames(2)
    streams = [bytes(jpeg_ls.encode_buffer(f.tobytes(), 240, 320, 3, 8, 2, interleave_mode=2)) for f in pixels]
    data_set = encapsulated(cine(pixels), streams, "1.2.840.10008.1.2.4.81")
    found, header = released_samples(data_set, tmp_path)
    before = stored_in(tmp_path / "in.dcm")
    assert not np.array_equal(before, pixels)
    np.testing.assert_array_equal(found, np.where(outside()[..., None], 0, before))
    assert (header.LossyImageCompression, header.LossyImageCompressionMethod) == ("01", "ISO_14495_1")


@settings(max_examples=25, deadline=None)
@given(st.integers(8, 16), st.integers(0, 1 << 30), st.booleans())
def test_jpeg_ls_holds_any_bits_and_signs(bits: int, seed: int, signed: bool) -> None:  # noqa: FBT001
    low = -(1 << bits - 1) if signed else 0
    pixels = np.random.default_rng(seed).integers(low, low + (1 << bits), (40, 33))
    pixels = pixels.astype(f"{'i' if signed else 'u'}{1 if bits == 8 else 2}")
    data_set = cine(pixels[None], BitsAllocated=8 * pixels.itemsize, BitsStored=bits, HighBit=bits - 1)
    data_set.PixelRepresentation = int(signed)
    encapsulated(data_set, list(as_jpeg_ls([pixels], bits)), JPEGLSLossless)
    with tempfile.TemporaryDirectory() as folder:
        path = written(data_set, Path(folder))
        np.testing.assert_array_equal(stored_in(path), pixels)
        with open_scan(path) as scan:
            assert scan.stored is not None
            ((ours, _),) = scan.stored.frames()
    np.testing.assert_array_equal(ours, pixels)


@pytest.mark.parametrize(("bits", "shape"), [(8, (20, 20)), (7, (40, 40)), (3, (40, 40))])
def test_what_jpeg_ls_does_not_suit_is_written_uncompressed(bits: int, shape: tuple[int, int], tmp_path: Path) -> None:
    pixels = np.random.default_rng(1).integers(0, 1 << bits, (1, *shape)).astype(np.uint8)
    data_set = compressed(pixels, "rle")
    data_set.BitsStored, data_set.HighBit = bits, bits - 1
    path = written(data_set, tmp_path)
    kept = Kept((((0.0, 0.0), (15.0, 0.0), (15.0, 15.0), (0.0, 15.0)),), (Witness.DRAWN,))
    deidentify(path, read_clip(path), kept, KEY, tmp_path / "out", text_accepted=True)
    mask = kept.mask(*shape)
    np.testing.assert_array_equal(stored_in(tmp_path / "out" / "scan.dcm"), np.where(mask, pixels[0], 0))


def test_a_picture_that_looks_otherwise_than_it_did_is_withheld() -> None:
    mask = np.zeros((20, 30), bool)
    mask[5:15, 5:25] = True
    picture = np.where(mask, 90, 0).astype(np.uint8)
    other = picture.copy()
    other[10, 10] += 1
    for pixels, passes in ((picture, True), (other, False)):
        inspection = Inspection(mask, (0,), (0.0,), EXACT, shown=[sum_of(picture)])
        with nullcontext() if passes else pytest.raises(Withheld, match="cannot_clean"):
            assert len(list(inspection.through([Frame(pixels, 0.0, damaged=False)]))) == 1

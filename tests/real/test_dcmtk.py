"""Do DCMTK, GDCM and pydicom, which share no code with us, read what we release, and see the same pixels?"""

import shutil
import subprocess
from pathlib import Path

import gdcm
import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.pixels import convert_color_space

from pipeline.deidentify import deidentify
from pipeline.kept import Kept, Witness
from pipeline.reading import open_scan, read_clip
from tests.core.deidentify.scenes import KEY
from tests.planted.cases import DICOM_FORMS, KINDS, case
from tests.planted.dicom_files import H264
from tests.real_files import pydicom_example
from tests.servers import absent

Pixels = NDArray[np.int_]

DECODER = {"1.2.840.10008.1.2.4.50": "dcmdjpeg", "1.2.840.10008.1.2.4.80": "dcmdjpls", "1.2.840.10008.1.2.5": "dcmdrle"}
VIDEO = "1.2.840.10008.1.2.4.10"
SHIPPED = ("examples_ybr_color.dcm", "examples_palette.dcm", "examples_jpeg2k.dcm", "examples_rgb_color.dcm")
LOSSY_MEAN, LOSSY_MOST = 1.5, 48
"""Grey levels by which decoders of JPEG differ: each puts the missing colours between two pixels in its own way."""


def dcmtk(program: str, *arguments: str | Path) -> str:
    found = shutil.which(program)
    if found is None:
        absent(f"{program} (Debian package dcmtk)")
    done = subprocess.run([str(found), *arguments], capture_output=True, check=False)
    said = (done.stdout + done.stderr).decode("latin-1")
    assert done.returncode == 0, f"{program}: {said}"
    return said


def released(path: Path, outline: tuple[tuple[float, float], ...] | None, to: Path) -> Path:
    clip = read_clip(path)
    if outline is None:
        right, low = clip.columns * 0.8, clip.rows * 0.8
        outline = ((40.0, 40.0), (right, 40.0), (right, low), (40.0, low))
    deidentify(path, clip, Kept((outline,), (Witness.DRAWN,)), KEY, to, text_accepted=True)
    return to / "scan.dcm"


def by_us(path: Path) -> Pixels:
    with open_scan(path) as scan:
        return shaped(np.stack([frame.pixels for frame in scan.frames()]))


def by_pydicom(path: Path) -> Pixels:
    data_set = pydicom.dcmread(path)
    pixels = data_set.pixel_array
    if data_set.PhotometricInterpretation == "PALETTE COLOR":
        pixels = pydicom.pixels.apply_color_lut(pixels, data_set) >> 8
    return shaped(pixels)


def by_gdcm(path: Path) -> Pixels:
    reader = gdcm.ImageReader()
    reader.SetFileName(str(path))
    assert reader.Read()
    image = reader.GetImage()
    data_set = pydicom.dcmread(path, stop_before_pixels=True)
    raw = image.GetBuffer().encode("utf-8", "surrogateescape")
    frames = int(data_set.get("NumberOfFrames", 1))
    shape = (frames, data_set.Rows, data_set.Columns, *((3,) if data_set.SamplesPerPixel == 3 else ()))
    pixels = np.frombuffer(raw, np.uint8).reshape(shape)
    told = str(image.GetPhotometricInterpretation()).strip()
    if told.startswith("YBR_FULL"):
        pixels = convert_color_space(pixels, "YBR_FULL", "RGB")
    if told == "PALETTE COLOR":
        pixels = pydicom.pixels.apply_color_lut(pixels, data_set) >> 8
    return shaped(pixels)


def by_dcmtk(path: Path, plain: Path) -> Pixels:
    decoder = DECODER.get(pydicom.dcmread(path, stop_before_pixels=True).file_meta.TransferSyntaxUID)
    if decoder is None:
        dcmtk("dcmconv", "+te", path, plain)
    else:
        dcmtk(decoder, path, plain)
    return by_pydicom(plain)


def shaped(pixels: NDArray[np.generic]) -> Pixels:
    """Return (frames, rows, columns, samples), grey where all samples are the same."""
    whole = pixels.astype(int)
    if whole.shape[-1] != 3:
        whole = whole[..., None]
    return whole if whole.ndim == 4 else whole[None]


def agree(path: Path, folder: Path) -> None:
    assert "yes" in dcmtk("dcmftest", path)
    said = dcmtk("dcmdump", "--print-all", path)
    assert "E: " not in said
    assert "W: " not in said
    data_set = pydicom.dcmread(path, stop_before_pixels=True)
    if data_set.file_meta.TransferSyntaxUID.startswith(VIDEO):
        return  # none of the three decodes video; the released suite of the core does
    ours = by_pydicom(path)
    lossy = data_set.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.4.50"
    for seen in (by_us(path), by_gdcm(path), by_dcmtk(path, folder / "plain.dcm")):
        assert seen.shape[:3] == ours.shape[:3]
        apart = np.abs(seen - ours)
        assert apart.max() <= (LOSSY_MOST if lossy else 0)
        assert apart.mean() <= (LOSSY_MEAN if lossy else 0)


@pytest.mark.dcmtk
@pytest.mark.parametrize(
    ("form", "cine"), [(form, cine) for form in DICOM_FORMS for cine in (True, False) if cine or form != H264]
)
def test_three_others_see_what_was_released(form: str, cine: bool, tmp_path: Path) -> None:  # noqa: FBT001
    made = case(11, KINDS.index(f"dicom {form}") + (0 if cine else len(KINDS)), tmp_path)
    agree(released(made.path, made.outline, tmp_path / "out"), tmp_path)


@pytest.mark.dcmtk
@pytest.mark.parametrize("name", SHIPPED)
def test_three_others_see_what_was_released_of_a_real_scan(name: str, tmp_path: Path) -> None:
    agree(released(pydicom_example(name), None, tmp_path / "out"), tmp_path)

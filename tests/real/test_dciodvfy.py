"""Does the validator of dicom3tools, which knows the standard's modules, find an error that the scan did not have?"""

import re
import shutil
import subprocess
from pathlib import Path

import pydicom
import pytest
from pydicom.uid import ExplicitVRLittleEndian

from pipeline.deidentify import deidentify
from pipeline.kept import Kept, Witness
from pipeline.phantom import Banner, Coding, DemoHeader, Scene, geometry
from pipeline.phantom import write_dicom as write_phantom
from pipeline.reading import read_clip
from pipeline.sector import Shape
from tests.core.deidentify.scenes import KEY
from tests.planted.cases import DICOM_FORMS, KINDS, case
from tests.planted.dicom_files import as_devices_write
from tests.real_files import data_file, pydicom_example
from tests.servers import absent

SHIPPED = ("examples_ybr_color.dcm", "examples_palette.dcm", "examples_jpeg2k.dcm", "examples_rgb_color.dcm")
IN_DATA = (
    *("pydicom-data/JPGLosslessP14SV1_1s_1f_8b.dcm", "pydicom-data/OBXXXX1A_rle.dcm", "pydicom-data/US1_J2KI.dcm"),
    *("pydicom-data/OBXXXX1A_rle_2frame.dcm", "pydicom-data/gdcm-US-ALOKA-16.dcm", "deid-data/RGB_IMAGE.dcm"),
    *("itkpocus/sonoque_anechoic-3mm-3mm.dcm", "derived/terason_cine5_rle.dcm", "pydicom-data/color-pl.dcm"),
)


def errors(path: Path) -> set[str]:
    """Return what the validator calls an error, without the values, which differ from file to file."""
    program = shutil.which("dciodvfy")
    if program is None:
        absent("dciodvfy (Debian package dicom3tools)")
    done = subprocess.run([str(program), str(path)], capture_output=True, check=False)
    said = (done.stdout + done.stderr).decode("latin-1").splitlines()
    assert said, "the validator says at least which object it takes the file for"
    return {re.sub(r"(?<!Element)(?<!Module)=.*?(?=Module|$)", "", line) for line in said if line.startswith("Error")}


def inflated(path: Path, folder: Path) -> Path:
    """Return the scan written without deflate, which the validator cannot read."""
    with as_devices_write():
        data_set = pydicom.dcmread(path)
        data_set.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        data_set.save_as(folder / "inflated.dcm")
    return folder / "inflated.dcm"


def released(path: Path, to: Path) -> Path:
    """Release the scan with a sector drawn in its middle and return the written file."""
    clip = read_clip(path)
    right, low = clip.columns * 0.8, clip.rows * 0.8
    left, top = clip.columns * 0.2, clip.rows * 0.2
    drawn = Kept((((left, top), (right, top), (right, low), (left, low)),), (Witness.DRAWN,))
    deidentify(path, clip, drawn, KEY, to, text_accepted=True)
    return to / "scan.dcm"


@pytest.mark.dcmtk
@pytest.mark.parametrize("name", SHIPPED + IN_DATA)
def test_no_new_error_in_a_real_scan(name: str, tmp_path: Path) -> None:
    path = pydicom_example(name) if name in SHIPPED else data_file(name)
    assert errors(released(path, tmp_path / "out")) - errors(path) == set()


@pytest.mark.dcmtk
@pytest.mark.parametrize("coding", list(Coding))
@pytest.mark.parametrize("frames", [1, 4])
def test_no_error_in_a_simulated_scan(coding: Coding, frames: int, tmp_path: Path) -> None:
    scene = Scene(3, Shape.CURVILINEAR, 240, 320, frames=frames, banner=Banner())
    write_phantom(scene, tmp_path / "in.dcm", header=DemoHeader(coding=coding))
    clip = read_clip(tmp_path / "in.dcm")
    drawn = Kept((geometry(scene).polygon,), (Witness.DRAWN,))
    deidentify(tmp_path / "in.dcm", clip, drawn, KEY, tmp_path / "out", text_accepted=True)
    assert errors(tmp_path / "out" / "scan.dcm") == set()


@pytest.mark.dcmtk
@pytest.mark.parametrize("form", DICOM_FORMS)
def test_no_new_error_in_a_scan_full_of_planted_identifiers(form: str, tmp_path: Path) -> None:
    made = case(7, KINDS.index(f"dicom {form}"), tmp_path)
    clip = read_clip(made.path)
    drawn = Kept((made.outline,), (Witness.DRAWN,))
    before = errors(inflated(made.path, tmp_path) if form == "deflated" else made.path)
    deidentify(made.path, clip, drawn, KEY, tmp_path / "out", text_accepted=True)
    assert errors(tmp_path / "out" / "scan.dcm") - before == set()

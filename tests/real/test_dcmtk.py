"""Does DCMTK, which shares no code with us, read what we release, and see the same pixels?"""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pydicom
import pytest
import simplejpeg
from pydicom.uid import JPEGBaseline8Bit

from tests.core.deidentify.scenes import frames, written
from tests.core.deidentify.test_release_dicom import released
from tests.core.reading.written import cine, compressed, encapsulated
from tests.servers import absent

DECODER = {"1.2.840.10008.1.2.4.50": "dcmdjpeg", "1.2.840.10008.1.2.4.80": "dcmdjpls"}


def dcmtk(program: str, *arguments: str | Path) -> str:
    found = shutil.which(program)
    if found is None:
        absent(f"{program} (Debian package dcmtk)")
    done = subprocess.run([str(found), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr


@pytest.mark.dcmtk
@pytest.mark.parametrize("form", ["native", "grey", "rle", "jpegls", "j2k", "jpeg"])
def test_dcmtk_sees_what_was_released(tmp_path: Path, form: str) -> None:
    pixels = frames(2, colour=form != "grey")
    if form == "jpeg":
        streams = [simplejpeg.encode_jpeg(np.ascontiguousarray(frame), quality=92) for frame in pixels]
        data_set = encapsulated(cine(pixels, FrameTime="40"), streams, JPEGBaseline8Bit)
        data_set.PhotometricInterpretation = "YBR_FULL_422"
    else:
        data_set = cine(pixels, FrameTime="40") if form in ("native", "grey") else compressed(pixels, form)
        data_set.FrameTime = "40"
    released(written(data_set, tmp_path), tmp_path / "out")
    target = tmp_path / "out" / "scan.dcm"

    assert "yes" in dcmtk("dcmftest", target)
    said = dcmtk("dcmdump", "--print-all", target)
    assert "E: " not in said
    assert "W: " not in said
    syntax = pydicom.dcmread(target).file_meta.TransferSyntaxUID
    plain = tmp_path / "plain.dcm"
    decoder = DECODER.get(syntax)
    if decoder is None:
        dcmtk("dcmconv", "+te", target, plain)
    else:
        dcmtk(decoder, target, plain)
    seen, ours = pydicom.dcmread(plain).pixel_array.astype(int), pydicom.dcmread(target).pixel_array.astype(int)
    assert seen.shape == ours.shape
    assert np.abs(seen - ours).max() <= (16 if form == "jpeg" else 0)

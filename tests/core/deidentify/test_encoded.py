"""A released header is written as pydicom writes it, byte for byte."""

import io
import warnings
from pathlib import Path

import pytest
from pydicom import Dataset, data, dcmwrite
from pydicom.valuerep import DSfloat

from pipeline.deidentify.encoded import encoded_file
from pipeline.deidentify.harvest import identifiers_of_dicom
from pipeline.deidentify.header import Palette, Picture, clean_header
from pipeline.deidentify.written import constants
from pipeline.errors import SonorelayError
from pipeline.reading import read_dataset
from tests.core.deidentify.scenes import KEY, frames
from tests.core.reading.written import cine

JPEG, NATIVE = "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.1"
PICTURES = (
    Picture(240, 320, 3, "YBR_FULL_422", JPEG, (0.0, 0.04), "ISO_10918_1"),
    Picture(240, 320, 1, "MONOCHROME1", NATIVE, (0.0, 0.04, 0.09), None, 16, 12, window=(2048.0, 4095.5, 0.1, -3.0)),
    Picture(240, 320, 1, "PALETTE COLOR", NATIVE, (0.0,), palette=Palette(7, (bytes(512), b"\1\2" * 256, bytes(512)))),
)


def as_pydicom_writes(dataset: Dataset) -> bytes:
    target = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dcmwrite(target, dataset, enforce_file_format=True)
    return target.getvalue()


def cleaned(source: Dataset, picture: Picture) -> Dataset:
    identifiers = identifiers_of_dicom(source, Path("x.dcm"), constants())
    return clean_header(source, "0" * 64, KEY, identifiers, picture).dataset


def test_released_headers_of_many_makers() -> None:
    compared = 0
    for path in sorted((Path(data.__file__).parent / "test_files").rglob("*.dcm")):
        try:
            headers = [cleaned(read_dataset(path), picture) for picture in PICTURES]
        except SonorelayError:
            continue
        for header in headers:
            assert encoded_file(header) == as_pydicom_writes(header), path.name
        compared += 1
    assert compared >= 50


def test_frame_times_longer_than_a_short_element_holds() -> None:
    times = tuple(number**2 / 7 for number in range(9000))
    header = cleaned(cine(frames(1)), Picture(240, 320, 3, "RGB", NATIVE, times))
    written = encoded_file(header)
    assert len(written) > 1 << 16
    assert written == as_pydicom_writes(header)


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("PatientName", "O'NEIL^A^^DR"),
        ("PatientID", ""),
        ("StudyDescription", None),
        ("ImageType", ["DERIVED", "PRIMARY", "ABDOMINAL"]),
        ("PatientWeight", DSfloat("70.50")),
        ("FrameTimeVector", [DSfloat(1 / 3, auto_format=True), DSfloat("2.0")]),
        ("StageNumber", "3 "),
        ("FrameIncrementPointer", [0x00181063, 0x00181065]),
        ("PixelAspectRatio", [1, 2]),
        ("ReferencePixelPhysicalValueX", [1.5, -2.25]),
    ],
)
def test_values_of_every_kind(keyword: str, value: object) -> None:
    header = cleaned(cine(frames(1)), PICTURES[0])
    setattr(header, keyword, value)
    item = Dataset()
    setattr(item, keyword, value)
    header.SequenceOfUltrasoundRegions = [item, Dataset()]
    assert encoded_file(header) == as_pydicom_writes(header)


def test_a_number_beyond_its_type_is_refused() -> None:
    header = cleaned(cine(frames(1)), PICTURES[0])
    header["Rows"]._value = 70000
    with pytest.raises(ValueError, match="type"):
        encoded_file(header)

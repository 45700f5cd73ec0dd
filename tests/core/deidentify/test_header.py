"""The header holds what the allow-list names, in the form that it names, and nothing else."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import Dataset
from pydicom.datadict import tag_for_keyword

from pipeline.deidentify.allow_list import Allowed, allow_list, image_type
from pipeline.deidentify.cleaned import age_band, shifted
from pipeline.deidentify.header import Header, Picture, clean_header
from pipeline.deidentify.identifiers import Identifiers
from pipeline.key import Key
from tests.core.deidentify.scenes import KEY, OTHER_KEY, frames, planted
from tests.core.reading.written import cine

few = settings(max_examples=40, deadline=None)
PICTURE = Picture(240, 320, 3, "RGB", "1.2.840.10008.1.2.1", (0.0, 0.04, 0.08, 0.12))
NOBODY = Identifiers(frozenset())


def header_of(key: Key = KEY, **values: object) -> Header:
    source = cine(frames(1), **values)
    return clean_header(source, "0" * 64, key, NOBODY, PICTURE)


def test_every_attribute_of_the_table_exists_and_has_a_reason() -> None:
    for entry in (*allow_list().attributes, *allow_list().region):
        assert tag_for_keyword(entry.keyword) is not None, entry.keyword
        assert entry.reason


def test_only_listed_attributes_stay() -> None:
    source = cine(frames(1), FrameTime="40")
    planted(source)
    allowed = {entry.keyword for entry in allow_list().attributes} | {
        *("ImageType", "SOPClassUID", "SequenceOfUltrasoundRegions", "Rows", "Columns", "SamplesPerPixel", "HighBit"),
        *("PhotometricInterpretation", "PlanarConfiguration", "BitsAllocated", "BitsStored", "PixelRepresentation"),
        *("NumberOfFrames", "FrameTime", "FrameIncrementPointer", "LossyImageCompression", "BurnedInAnnotation"),
        *("PatientIdentityRemoved", "DeidentificationMethod", "DeidentificationMethodCodeSequence"),
        *("LongitudinalTemporalInformationModified", "ContributingEquipmentSequence"),
    }
    released = clean_header(source, "", KEY, NOBODY, PICTURE).dataset
    assert {element.keyword for element in released} <= allowed
    regions = {element.keyword for element in released.SequenceOfUltrasoundRegions[0]}
    assert regions <= {entry.keyword for entry in allow_list().region}


@few
@given(st.dates(date(1950, 1, 1), date(2030, 1, 1)), st.integers(0, 3000), st.text("AB12", min_size=1, max_size=5))
def test_intervals_are_kept_and_days_are_not(first: date, gap: int, patient: str) -> None:
    later = first + timedelta(days=gap)
    moved = header_of(
        PatientID=patient, StudyDate=first.strftime("%Y%m%d"), ContentDate=later.strftime("%Y%m%d")
    ).dataset
    a, b = (date(int(v[:4]), int(v[4:6]), int(v[6:])) for v in (str(moved.StudyDate), str(moved.ContentDate)))
    assert (b - a).days == gap
    assert a != first


@few
@given(st.text("ABC123", min_size=1, max_size=8))
def test_one_patient_one_pseudonym_and_another_key_another(patient: str) -> None:
    one, again = header_of(PatientID=patient).dataset, header_of(PatientID=f" {patient}", PatientName="Else").dataset
    other = header_of(OTHER_KEY, PatientID=patient).dataset
    assert one.PatientID == one.PatientName == again.PatientID != other.PatientID
    assert one.SOPInstanceUID == one.file_meta.MediaStorageSOPInstanceUID != other.SOPInstanceUID


@pytest.mark.parametrize(
    ("age", "band"),
    [("093Y", "090Y"), ("120Y", "090Y"), ("067Y", "065Y"), ("003Y", "003Y"), ("004M", "003M"), ("010D", "000M"),
     ("030M", "002Y"), ("067", None), ("abcY", None), ("", None)],
)  # fmt: skip
def test_ages_are_bands(age: str, band: str | None) -> None:
    assert age_band(age) == band


def test_a_date_that_is_none_is_gone() -> None:
    assert shifted("Mbeki", -400) is None
    assert shifted("20130230", -400) is None
    assert shifted("20130411093712.5", -400) == "20120307"


def test_numbers_hide_no_record_number() -> None:
    released = header_of(MechanicalIndex="0.123456789012", HeartRate="77419", SeriesNumber="20130411").dataset
    assert str(released.MechanicalIndex) == "0.1234568"
    assert "HeartRate" not in released
    assert released.SeriesNumber == ""


def test_make_and_model_word_by_word() -> None:
    entry = next(entry for entry in allow_list().attributes if entry.keyword == "ManufacturerModelName")
    assert model(entry, "EPIQ 7C") == "EPIQ 7C"
    assert model(entry, "Philips Medical Systems") == "Philips Medical Systems"
    assert model(entry, "CX50 of Thandi Mbeki") == "CX50"
    assert model(entry, "=cmd|' /C calc'!A0") is None
    assert model(entry, "REC-7741902") is None
    assert entry.model("Edge", Identifiers(frozenset(["EDGE"])).inside) is None


def model(entry: Allowed, value: str) -> str | None:
    return entry.model(value, NOBODY.inside)


def region(**bounds: int) -> Dataset:
    item = Dataset()
    item.RegionSpatialFormat = item.RegionDataType = 1
    for keyword, value in ({"MinX0": 50, "MinY0": 30, "MaxX1": 270, "MaxY1": 225} | bounds).items():
        setattr(item, f"RegionLocation{keyword}", value)
    return item


def test_only_regions_inside_the_picture_stay() -> None:
    items = [region(), region(MaxX1=595), region(MinX0=300), region(MinX0=0, MinY0=0, MaxX1=319, MaxY1=239)]
    kept = header_of(SequenceOfUltrasoundRegions=items).dataset.SequenceOfUltrasoundRegions
    assert [item.RegionLocationMaxX1 for item in kept] == [270]


def test_image_type_keeps_the_exam_that_the_standard_knows() -> None:
    assert image_type(["ORIGINAL", "PRIMARY", "ABDOMINAL", "0001"]) == ["DERIVED", "PRIMARY", "ABDOMINAL", "0001"]
    assert image_type(["ORIGINAL", "PRIMARY", "MBEKI", "0001"]) == ["DERIVED", "PRIMARY"]
    assert image_type("ORIGINAL") == ["DERIVED", "PRIMARY"]


def test_not_yet_verified_and_once_lossy_for_ever_lossy() -> None:
    released = header_of(LossyImageCompression="01").dataset
    assert released.PatientIdentityRemoved == "NO  "
    assert released.LossyImageCompression == "01"
    assert {item.CodeValue for item in released.DeidentificationMethodCodeSequence} == {
        "113100",
        "113101",
    }

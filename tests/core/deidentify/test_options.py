"""Options of PS3.15 are claimed where they were applied to this file, and nowhere else."""

import pytest
from pydicom import Dataset

from pipeline.deidentify.allow_list import Allowed, allow_list
from pipeline.deidentify.cleaned import Subject, clean_value
from pipeline.deidentify.header import VERSION, Picture, clean_header
from pipeline.deidentify.identifiers import Identifiers
from tests.core.deidentify.scenes import KEY, frames
from tests.core.reading.written import cine

PICTURE = Picture(240, 320, 3, "RGB", "1.2.840.10008.1.2.1", (0.0, 0.04, 0.08, 0.12))
DATES = ("StudyDate", "SeriesDate", "ContentDate", "AcquisitionDate", "AcquisitionDateTime")


def released(**values: object) -> Dataset:
    source = cine(frames(1))
    for keyword in (*DATES, "PatientSex", "PatientAge"):
        source.pop(keyword, None)
    for keyword, value in values.items():
        setattr(source, keyword, value)
    return clean_header(source, "0" * 64, KEY, Identifiers(frozenset()), PICTURE).dataset


def claimed(**values: object) -> set[str]:
    codes = released(**values).DeidentificationMethodCodeSequence
    assert {(code.CodingSchemeDesignator, code.CodeMeaning) for code in codes} <= {
        ("DCM", meaning) for meaning in allow_list().codes.values()
    }
    return {code.CodeValue for code in codes} - {"113100", "113101"}


@pytest.mark.parametrize(
    ("values", "options"),
    [
        ({}, set()),
        ({"StudyDate": "20130411"}, {"113107"}),
        ({"AcquisitionDateTime": "2013"}, set()),
        ({"PatientSex": "F"}, {"113108"}),
        ({"PatientWeight": "71"}, {"113108"}),
        ({"PatientSex": "X"}, set()),
        ({"SeriesDescription": "abdomen"}, {"113105"}),
        ({"ImageComments": "Mbeki"}, {"113105"}),
        ({"IconImageSequence": [Dataset()]}, set()),
        ({"GraphicAnnotationSequence": [Dataset()]}, {"113103"}),
        ({"ContentSequence": [Dataset()]}, {"113104"}),
        ({"StudyDate": "20130411", "PatientAge": "044Y", "ViewName": "apical"}, {"113105", "113107", "113108"}),
    ],
)
def test_claimed_where_applied(values: dict[str, object], options: set[str]) -> None:
    assert claimed(**values) == options


def test_graphics_are_claimed_where_there_were_some() -> None:
    source = cine(frames(1))
    source.add_new(0x60003000, "OW", b"\xff" * 8)
    header = clean_header(source, "0" * 64, KEY, Identifiers(frozenset()), PICTURE).dataset
    assert "113103" in {code.CodeValue for code in header.DeidentificationMethodCodeSequence}


def test_dates_are_modified_or_removed() -> None:
    assert released(StudyDate="20130411").LongitudinalTemporalInformationModified == "MODIFIED"
    assert released().LongitudinalTemporalInformationModified == "REMOVED"


def test_the_equipment_that_did_it_is_named_and_nothing_else() -> None:
    (equipment,) = released(ContributingEquipmentSequence=[Dataset()]).ContributingEquipmentSequence
    (purpose,) = equipment.PurposeOfReferenceCodeSequence
    assert (purpose.CodeValue, purpose.CodingSchemeDesignator) == ("109104", "DCM")
    assert (equipment.Manufacturer, equipment.SoftwareVersions) == ("Sonorelay", f"deidentify {VERSION}")
    assert len(equipment) == 3


def entry(keyword: str) -> Allowed:
    return next(one for one in allow_list().attributes if one.keyword == keyword)


@pytest.mark.parametrize(
    ("keyword", "told", "kept"),
    [
        ("PatientWeight", "3.27", 3.5), ("PatientWeight", "12.4", 12), ("PatientWeight", "71.3", 70),
        ("PatientWeight", "119", 120), ("PatientWeight", "187", 120), ("PatientWeight", "77419", None),
        ("PatientWeight", "7kg", None), ("PatientSize", "1.73", 1.75), ("PatientSize", "2.2", 2.0),
        ("PatientSize", "173", None), ("TransducerData", ["C5-1", "55360", ""], "C5-1"),
        ("TransducerData", "S5_1", "S5_1"), ("TransducerData", "C60", "C60"), ("TransducerData", "SN7741902", None),
        ("TransducerData", "Mbeki", None), ("PregnancyStatus", 4, 4), ("PregnancyStatus", 471, None),
    ],
)  # fmt: skip
def test_what_is_kept_of_patient_and_probe(keyword: str, told: object, kept: object) -> None:
    assert clean_value(entry(keyword), told, Subject("0", KEY, "patient", -400, Identifiers(frozenset()))) == kept

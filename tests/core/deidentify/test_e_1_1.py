"""Every line of the allow-list agrees with PS3.15 table E.1-1, as two sources made by different people print it."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydicom import Dataset
from pydicom.datadict import dictionary_VR, tag_for_keyword

from pipeline.deidentify.allow_list import Allowed, allow_list
from pipeline.deidentify.header import Picture, clean_header
from pipeline.deidentify.identifiers import Identifiers
from tests.core.deidentify.scenes import KEY, frames
from tests.core.reading.written import cine

TABLE = Path(__file__).with_name("e_1_1.json")

# where the sources differ, and why
KNOWN_DIFFERENCES = {
    "3004007F": "only in the first; its edition 2026d is one newer",
    "PRIVATE": "the row of all private attributes: the second source names no tag for it",
}
# what an action of ours does, in the letters of the table
PERMITTED = {
    "fixed": {"K"},
    "empty": {"Z"},
    "uid": {"U"},
    "instance": {"U"},
    "pseudonym": {"Z", "D"},
    "date": {"113107"},
    "age": {"113108"},
    "coarse": {"113108"},
    "words": {"113105"},
    "number": {"113108"},
    "term": {"113108"},
    "model": set(),
    "probe": set(),
}
# attributes that the writer makes anew for every file; none of them carries a value of the old one
MADE_ANEW = {
    *("SOPClassUID", "ImageType", "SequenceOfUltrasoundRegions", "Rows", "Columns", "SamplesPerPixel", "HighBit"),
    *("PhotometricInterpretation", "PlanarConfiguration", "BitsAllocated", "BitsStored", "PixelRepresentation"),
    *("PresentationLUTShape", "NumberOfFrames", "FrameTime", "FrameTimeVector", "FrameIncrementPointer"),
    *("LossyImageCompression", "PatientIdentityRemoved", "DeidentificationMethod", "BurnedInAnnotation"),
    *("DeidentificationMethodCodeSequence", "LongitudinalTemporalInformationModified", "ContributingEquipmentSequence"),
}
# attributes of the modules of the Ultrasound Image and Multi-frame Image IODs (PS3.3 A.6 and A.7), by group and range
ULTRASOUND_GROUPS = (0x0008, 0x0010, 0x0012, 0x0018, 0x0020, 0x0028, 0x0032, 0x0038, 0x0040, 0x0088, 0x2050)


@cache
def table() -> dict[str, Any]:
    return json.loads(TABLE.read_text(encoding="utf-8"))


def rows(entry: Allowed) -> tuple[dict[str, str] | None, str | None]:
    row = table()["attributes"].get(f"{tag_for_keyword(entry.keyword):08X}", {"first": None, "second": None})
    return row["first"], row["second"]


def test_the_copies_say_what_they_are() -> None:
    assert table()["edition"] in allow_list().edition
    assert len(table()["attributes"]) > 650
    for source in ("first", "second"):
        assert table()[source]["source"]
        assert table()[source]["licence"] in ("MIT", "BSD-3-Clause")


def test_the_sources_differ_only_where_it_is_known() -> None:
    attributes = table()["attributes"].items()
    differing = {tag for tag, row in attributes if (row["first"] or {}).get("basic") != row["second"]}
    assert differing == set(KNOWN_DIFFERENCES)


@pytest.mark.parametrize("entry", allow_list().attributes, ids=lambda entry: entry.keyword)
def test_what_stays_of_an_attribute_is_what_the_table_permits(entry: Allowed) -> None:
    first, second = rows(entry)
    if first is None:
        assert second is None
        assert "not in E.1-1" in entry.reason or entry.action in ("empty", "fixed"), entry.reason
        return
    basic = set(second.split("/")) if second else set()
    options = {option for option, action in first.items() if option != "basic" and action in ("C", "K")}
    claimed = options & set(allow_list().codes)
    done = PERMITTED[entry.action]
    assert done & (basic | claimed), f"{entry.action}: {basic}, {options}"
    assert "not in E.1-1" not in entry.reason


@pytest.mark.parametrize("keyword", sorted(MADE_ANEW))
def test_what_is_made_anew_is_no_attribute_of_the_table(keyword: str) -> None:
    assert f"{tag_for_keyword(keyword):08X}" not in table()["attributes"]


def test_no_option_is_claimed_that_keeps_more_than_we_do() -> None:
    assert not {"113106", "113109", "113110", "113111", "113112"} & set(allow_list().codes)


def filled(value_type: str) -> object | None:
    texts = {"LO": "kivu", "SH": "kivu", "ST": "kivu", "LT": "kivu", "UT": "kivu", "PN": "kivu^kivu", "AE": "KIVU"}
    texts |= {"CS": "KIVU", "UI": "1.2.3.4", "DA": "20130411", "TM": "0937", "DT": "20130411", "AS": "044Y"}
    numbers = {"IS": 7, "DS": 7.5, "US": 7, "UL": 7, "SS": 7, "FD": 7.5, "FL": 7.5}
    return texts.get(value_type, numbers.get(value_type, [Dataset()] if value_type == "SQ" else None))


def test_whatever_else_a_file_holds_is_dropped() -> None:
    from pydicom.datadict import DicomDictionary

    source = cine(frames(1))
    for tag, (_, _, _, _, keyword) in DicomDictionary.items():
        value = filled(dictionary_VR(tag)) if keyword and " or " not in dictionary_VR(tag) else None
        if tag >> 16 in ULTRASOUND_GROUPS and value is not None and keyword not in source and tag & 0xFFFF:
            source.add_new(tag, dictionary_VR(tag), value)
    assert len(source) > 1500
    picture = Picture(240, 320, 3, "RGB", "1.2.840.10008.1.2.1", (0.0, 0.04))
    released = clean_header(source, "0" * 64, KEY, Identifiers(frozenset()), picture).dataset
    listed = {entry.keyword for entry in allow_list().attributes} | MADE_ANEW
    assert {element.keyword for element in released} <= listed
    assert "kivu" not in str(released).lower()

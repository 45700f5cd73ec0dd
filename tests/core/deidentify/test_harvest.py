"""What identifies is read wherever a file holds it, in the characters that it declares; what does not is left alone."""

from pathlib import Path

import pytest
from pydicom import Dataset, FileDataset, dcmread
from pydicom.dataelem import DataElement

from pipeline.deidentify.harvest import identifiers_of_dicom, of_name
from pipeline.deidentify.identifiers import Identifiers
from pipeline.errors import Withheld
from tests.core.deidentify.scenes import frames, written
from tests.core.reading.written import cine

PIXELS = frames(1)


def harvested(tmp_path: Path, source: FileDataset | None = None, **values: object) -> Identifiers:
    source = source or cine(PIXELS)
    for keyword, value in values.items():
        setattr(source, keyword, value)
    path = written(source, tmp_path, "x.dcm")
    return identifiers_of_dicom(dcmread(path, stop_before_pixels=True), Path("x.dcm"), "")


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ({"PatientName": "Wamba^Josée"}, {"Wamba", "Josée"}),
        ({"PatientName": "LI^Ma"}, {"LI", "Ma"}),
        ({"PatientID": "REC-7741902"}, {"REC-7741902", "7741902"}),
        ({"PatientBirthDate": "19510829"}, {"19510829", "29/08/1951", "29 août 1951"}),
        ({"StudyDescription": "abdomen 7741902"}, {"7741902"}),
        ({"StudyTime": "093712"}, {"093712", "09:37:12"}),
        ({"StudyInstanceUID": "1.2.840.113663.1500.7"}, {"1.2.840.113663.1500.7"}),
        ({"InstitutionName": "Clinique Bukavu"}, {"Bukavu", "Clinique"}),
        ({"StationName": "KIVU-ROOM 3"}, {"KIVU-ROOM"}),
    ],
)
def test_who_and_when(tmp_path: Path, values: dict[str, object], names: set[str]) -> None:
    source = cine(PIXELS, SpecificCharacterSet="ISO_IR 192")
    assert names <= harvested(tmp_path, source, **values).texts


@pytest.mark.parametrize(
    "values",
    [
        {"StudyDescription": "Échographie abdominale"},
        {"StationName": "EPIQ"},
        {"InstitutionalDepartmentName": "Echo"},
        {"ImageType": ["ORIGINAL", "PRIMARY", "ABDOMINAL"]},
        {"HeartRate": "61", "PatientAge": "044Y", "PatientSex": "F"},
    ],
)
def test_what_says_nothing_of_anybody_is_no_name(tmp_path: Path, values: dict[str, object]) -> None:
    before = harvested(tmp_path, cine(PIXELS, SpecificCharacterSet="ISO_IR 192"))
    after = harvested(tmp_path, cine(PIXELS, SpecificCharacterSet="ISO_IR 192"), **values)
    assert after.texts == before.texts


@pytest.mark.parametrize(
    ("declared", "encoding", "name"),
    [
        ("ISO_IR 144", "iso8859-5", "Иванов"),
        ("ISO_IR 127", "iso8859-6", "قباني"),
        ("GB18030", "gb18030", "王小东"),
        ("ISO_IR 166", "iso8859-11", "สมชาย"),
    ],
)
def test_names_are_read_in_the_declared_characters(tmp_path: Path, declared: str, encoding: str, name: str) -> None:
    source = cine(PIXELS, PatientName="AAAAAAAAAAAA", SpecificCharacterSet=declared)
    path = written(source, tmp_path)
    raw = name.encode(encoding).ljust(12, b" ")
    path.write_bytes(path.read_bytes().replace(b"AAAAAAAAAAAA", raw))
    found = identifiers_of_dicom(dcmread(path, stop_before_pixels=True), Path("x.dcm"), "")
    assert name in found.texts
    assert encoding in found.encodings


def test_three_groups_of_one_name(tmp_path: Path) -> None:
    source = cine(PIXELS, PatientName="Yamada^Tarou=山田^太郎=やまだ^たろう", SpecificCharacterSet="ISO_IR 192")
    assert {"Yamada", "Tarou", "山田", "太郎", "やまだ"} <= harvested(tmp_path, source).texts


def test_at_every_depth_in_private_and_unknown_and_broken_values(tmp_path: Path) -> None:
    source = cine(PIXELS)
    inner, outer = Dataset(), Dataset()
    inner.PersonName, inner.TextValue = "Kabila^J", "note 7741902"
    outer.ContentSequence = [inner]
    source.ContentSequence = [outer]
    block = source.private_block(0x0029, "MAKER", create=True)
    block.add_new(1, "LO", "Mobutu 4471902")
    block.add_new(2, "UN", b"\x00\x01" + "Lumumba77".encode("utf-16-le"))
    block.add_new(3, "UN", b"\xd8Abe\x02")
    source.add_new(0x60001500, "LO", "Tshisekedi")
    source[0x00091001] = DataElement(0x00091001, "UN", b"\xff\x00orphan word\x00")
    source.file_meta.SourceApplicationEntityTitle = "AE_KIVU_9"
    source.file_meta.PrivateInformationCreatorUID = "1.2.826.0.1.3680043.77"
    source.file_meta.PrivateInformation = b"meta private 31\0"
    source.preamble = b"Kasavubu patrice".ljust(128, b"\0")
    found = harvested(tmp_path, source)
    assert {"Kabila", "7741902", "4471902", "1.2.826.0.1.3680043.77"} <= found.texts
    others = {"Lumumba77", "Abe", "Tshisekedi", "orphan word", "AE_KIVU_9", "meta private 31", "Kasavubu patrice"}
    assert others <= found.others


def test_a_value_that_breaks_its_type_is_read_all_the_same(tmp_path: Path) -> None:
    source = cine(PIXELS, PatientBirthDate="19510829", PatientID="R1")
    path = written(source, tmp_path)
    path.write_bytes(path.read_bytes().replace(b"19510829", b"1951-8-X"))
    found = identifiers_of_dicom(dcmread(path, stop_before_pixels=True), Path("x.dcm"), "")
    assert "R1" in found.texts


def test_names_of_files_and_folders() -> None:
    found = set(of_name(Path("/data/MBEKI Thandi/REC 7741902/IMG_20130411_0007.dcm")))
    assert {"MBEKI Thandi", "7741902", "20130411", "11.04.2013"} <= found
    assert not {"IMG", "0007", "data"} & found


def test_more_than_can_be_searched_is_withheld(tmp_path: Path) -> None:
    source = cine(PIXELS)
    block = source.private_block(0x0029, "MANY", create=True)
    for number in range(250):
        block.add_new(number % 255, "LO", [f"note {number} {part}" for part in range(25)])
    with pytest.raises(Withheld, match="cannot_clean"):
        harvested(tmp_path, source)

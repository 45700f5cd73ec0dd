"""Do clips of one examination share a pseudonym that tells nobody anything else?"""

from pathlib import Path

import pydicom
import pytest

from pipeline.deidentify import Key, deidentify
from pipeline.deidentify.identity import identify
from pipeline.reading import read_clip
from tests.core.deidentify.scenes import KEY, OTHER_KEY, SECTOR, frames, planted_cine, written
from tests.core.reading.written import cine

STUDY, OTHER_STUDY = "1.2.826.0.1.3680043.8.498.1", "1.2.826.0.1.3680043.8.498.2"


def study_of(folder: Path, study: str | None, key: Key = KEY, **header: str) -> str | None:
    named = {} if study is None else {"StudyInstanceUID": study}
    data_set = cine(frames(1), FrameTime="40", **named, **header)
    return identify(written(data_set, folder), key).study


def test_clips_of_one_study_share_a_pseudonym_that_the_key_alone_makes(tmp_path: Path) -> None:
    one = study_of(tmp_path, STUDY, PatientID="A1")
    assert one is not None
    assert one == study_of(tmp_path, STUDY, PatientID="B2")
    assert len({one, study_of(tmp_path, OTHER_STUDY), study_of(tmp_path, STUDY, OTHER_KEY)}) == 3
    assert study_of(tmp_path, None) is study_of(tmp_path, "") is None


def test_it_stands_nowhere_in_what_is_released(tmp_path: Path) -> None:
    path, _ = planted_cine(tmp_path)
    known = identify(path, KEY)
    assert known.study
    result = deidentify(path, read_clip(path), SECTOR, KEY, tmp_path / "out", text_accepted=True)
    for output in result.outputs:
        assert known.study.encode() not in output.path.read_bytes()
    uid = str(pydicom.dcmread(tmp_path / "out" / "scan.dcm").StudyInstanceUID)
    assert identify(tmp_path / "out" / "scan.dcm", KEY).study != known.study
    assert KEY.pseudonym("study", uid, length=16) != known.study, "not to be had from the released header either"


@pytest.mark.parametrize(
    ("operators", "patient", "operator"),
    [
        ("TRAORE^AWA", "MBEKI^THANDI", "TRAORE AWA"),
        ("Traoré^Awa^Marie^Dr^PhD", "MBEKI^THANDI", "Traoré Awa Marie"),
        ("=山田^太郎", "MBEKI^THANDI", "山田 太郎"),
        ("TRAORE^AWA=山田", "MBEKI^THANDI", "TRAORE AWA"),
        ("MBEKI^THANDI", "MBEKI^THANDI", None),
        ("mbeki", "MBEKI^THANDI", None),
        ("A1", "MBEKI^THANDI", None),
        ("", "MBEKI^THANDI", None),
        ("AWA\\MOUSSA", "MBEKI^THANDI", None),
        ("0012345", "MBEKI^THANDI", None),
    ],
)
def test_the_operator_is_who_scanned_and_never_the_patient(
    tmp_path: Path, operators: str, patient: str, operator: str | None
) -> None:
    header = {"SpecificCharacterSet": "ISO_IR 192", "PatientName": patient, "PatientID": "A1"}
    data_set = cine(frames(1), FrameTime="40", OperatorsName=operators, **header)
    found = identify(written(data_set, tmp_path), KEY)
    assert found.operator == operator
    assert operator is None or operator not in repr(found), "it stands in no log"


def test_the_operator_stands_nowhere_in_what_is_released(tmp_path: Path) -> None:
    data_set = cine(frames(1), FrameTime="40", OperatorsName="TRAORE^AWA", PatientID="A1")
    path = written(data_set, tmp_path)
    assert identify(path, KEY).operator == "TRAORE AWA"
    result = deidentify(path, read_clip(path), SECTOR, KEY, tmp_path / "out", text_accepted=True)
    for output in result.outputs:
        assert b"TRAORE" not in output.path.read_bytes().upper()

"""A name or number too short for a search among bytes is seen where it is a value of a released header."""

import io
from collections.abc import Mapping

import pytest
from pydicom import Dataset

from pipeline.deidentify.dicom import write_header
from pipeline.deidentify.header import Picture, clean_header
from pipeline.deidentify.identifiers import Identifiers
from pipeline.deidentify.released_values import names_somebody, texts_in
from pipeline.deidentify.written import constant_values
from tests.core.deidentify.scenes import KEY, frames
from tests.core.reading.written import cine

PICTURE = Picture(240, 320, 3, "RGB", "1.2.840.10008.1.2.1", (0.0, 0.04, 0.08, 0.12))
NOBODY = Identifiers(frozenset())


def header_bytes(change: Mapping[str, object] | None = None, **values: object) -> tuple[bytes, frozenset[str]]:
    header = clean_header(cine(frames(1), **values), "0" * 64, KEY, NOBODY, PICTURE)
    for keyword, value in (change or {}).items():
        setattr(header.dataset, keyword, value)
    target = io.BytesIO()
    write_header(header.dataset, target)
    return target.getvalue(), header.made


def seen(text: str, change: dict[str, object] | None = None, **values: object) -> bool:
    raw, made = header_bytes(change, **values)
    return names_somebody(raw, Identifiers(frozenset([text])), constant_values(), made)


@pytest.mark.parametrize(
    ("text", "keyword", "value"),
    [
        ("LI", "StudyDescription", "LI"),
        ("Li", "SeriesDescription", "abdomen li"),
        ("4711", "StudyID", "4711"),
        ("471", "StudyID", "A/471"),
        ("Mina", "ImageComments", "mina"),
        ("Mina", "ReferringPhysicianName", "ABE^MINA"),
        ("李", "PatientName", "李"),
    ],
)
def test_a_short_value_is_seen(text: str, keyword: str, value: str) -> None:
    assert seen(text, {keyword: value, "SpecificCharacterSet": "ISO_IR 192"})
    assert not seen(text)


def test_a_value_inside_an_item_is_seen() -> None:
    inner, outer = Dataset(), Dataset()
    inner.CodeMeaning = "LI"
    outer.PurposeOfReferenceCodeSequence = [inner]
    assert seen("LI", {"ContributingEquipmentSequence": [outer]})


def test_what_every_file_says_names_nobody() -> None:
    for text in ("ABDOMINAL", "Mina", "US", "Profile", "10008", "Sonorelay", "109104"):
        assert not seen(text, ImageType=["ORIGINAL", "PRIMARY", "ABDOMINAL"], BodyPartExamined="ABDOMEN"), text


def test_every_text_of_a_header_is_read() -> None:
    raw, _ = header_bytes({"StudyDescription": "abdomen"})
    texts = set(texts_in(raw))
    assert {"abdomen", "US", "De-identifying Equipment", "113101", "Sonorelay", "RGB"} <= texts


@pytest.mark.parametrize("cut", [5, 60])
def test_a_header_that_cannot_be_read_is_no_clean_header(cut: int) -> None:
    raw, _ = header_bytes()
    with pytest.raises(ValueError, match="header"):
        list(texts_in(raw[:-cut]))
    with pytest.raises(ValueError, match="header"):
        list(texts_in(b"name" + raw[4:]))

"""What in this very file could identify somebody?"""

import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import av
from pydicom import DataElement, Dataset
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag

from pipeline.deidentify.allow_list import allow_list
from pipeline.deidentify.identifiers import (
    MOST_IDENTIFIERS,
    STANDARD_UIDS,
    Identifiers,
    printed,
    spellings,
    telling_words,
    words,
)
from pipeline.errors import Withheld
from pipeline.reading.dataset import MALFORMED_DICOM

TEXT = {"LO", "SH", "ST", "LT", "UT", "UC", "AE", "UR"}
NAMES = {
    "PatientID", "OtherPatientIDs", "IssuerOfPatientID", "AccessionNumber", "StudyID", "InstitutionName", "StationName",
    "InstitutionalDepartmentName", "InstitutionAddress", "PatientAddress", "PatientTelephoneNumbers",
    "DeviceSerialNumber",
    "RequestedProcedureID", "ScheduledProcedureStepID", "PerformedProcedureStepID", "MilitaryRank",
    "CurrentPatientLocation", "PatientComments", "MedicalRecordLocator", "InsurancePlanIdentification",
    "PatientMotherBirthName", "Occupation", "EthnicGroup", "PatientReligiousPreference", "RequestingService",
}  # fmt: skip
TECHNICAL = {"SoftwareVersions", "TransducerData", "ProcessingFunction", "Manufacturer", "ManufacturerModelName"}
LARGEST_BLOB = 1 << 16
EIGHT_DIGITS = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")


def identifiers_of_dicom(source: Dataset, path: Path, harmless: str) -> Identifiers:
    """Return what identifies in the header, its private parts, its file meta and its preamble.

    Raises Withheld (`cannot_clean`) where there is more than can be searched for.
    """
    found: set[str] = set(_of_name(path))
    for text in _in_header(source):
        found.add(text)
        if len(found) > MOST_IDENTIFIERS:  # a search that leaves some out proves nothing
            raise Withheld("cannot_clean")
    meta = getattr(source, "file_meta", None)
    for element in meta if meta is not None else ():
        if element.keyword not in ("TransferSyntaxUID", "MediaStorageSOPClassUID", "FileMetaInformationVersion"):
            found.update(_of_element(element))
    preamble = getattr(source, "preamble", None) or b""
    found.update(printed(preamble))
    return Identifiers(frozenset(found), harmless)


def identifiers_of_picture(path: Path, harmless: str) -> Identifiers:
    """Return what identifies in the tags of a video's container, streams and chapters, and in the file's name."""
    found = set(_of_name(path))
    try:
        with av.open(str(path), metadata_errors="replace") as container:
            tags = [container.metadata, *(stream.metadata for stream in container.streams)]
            tags += [chapter["metadata"] for chapter in container.chapters()]
    except (av.error.FFmpegError, ValueError, OSError):
        tags = []  # a picture: its text segments are not written anew
    for values in tags:
        for name, value in values.items():
            if name not in CONTAINER_WORDS and value.lower() not in TRACK_WORDS:
                found.update(telling_words(value))
                found.update(_dates_in(value))
    return Identifiers(frozenset(found), harmless)


CONTAINER_WORDS = {"major_brand", "minor_version", "compatible_brands", "language", "vendor_id", "encoder"}
TRACK_WORDS = {"videohandler", "soundhandler", "subtitlehandler", "datahandler", "core media video", "core media audio"}


def _in_header(dataset: Dataset) -> Iterator[str]:
    """Yield what identifies at every depth, but for the values that the allow-list itself judges."""
    judged = {entry.keyword for entry in allow_list().attributes if entry.action in ("number", "term", "fixed")}
    judged |= TECHNICAL
    for tag in list(dataset.keys()):
        element = element_of(dataset, tag)
        if element is None:  # a value that breaks the rules of its type, as devices write them
            yield from printed(bytes(getattr(dataset.get_item(tag), "value", None) or b""))
        elif element.VR == "SQ":
            for item in element.value or ():
                yield from _in_header(item)
        elif element.keyword not in judged:
            yield from _of_element(element)


def element_of(dataset: Dataset, tag: BaseTag | str) -> DataElement | None:
    """Return an element of the data set, None where it is absent or breaks the rules of its type."""
    try:
        element = dataset.get_item(tag)
        return None if element is None else dataset[tag]
    except MALFORMED_DICOM:
        return None


def value_of(dataset: Dataset, keyword: str) -> Any:
    """Return the value of an element, None where it is absent or breaks the rules of its type."""
    element = element_of(dataset, keyword)
    return None if element is None else element.value


def _of_element(element: DataElement) -> Iterator[str]:
    value = element.value
    if value is None or value == "":
        return
    opaque = element.VR == "UN" or element.tag.is_private
    for part in value if isinstance(value, MultiValue | list | tuple) else [value]:
        if isinstance(part, bytes):
            if opaque and len(part) <= LARGEST_BLOB:
                yield from printed(part)
        elif element.VR in TEXT or opaque:
            yield from (words if element.keyword in NAMES else telling_words)(str(part))
            yield from _dates_in(str(part))
        else:
            yield from _of_typed(element.VR, str(part))


def _of_typed(value_type: str, text: str) -> Iterator[str]:
    if value_type == "PN":
        yield from words(text)
    elif value_type in ("DA", "DT"):
        yield from _dates_in(text)
    elif value_type == "TM":
        yield text[:6]
    elif value_type == "UI" and not text.startswith(STANDARD_UIDS):
        yield text


def _dates_in(text: str) -> Iterator[str]:
    """Yield every spelling of the dates that the text holds as YYYYMMDD or YYYY-MM-DD."""
    for digits in EIGHT_DIGITS.findall(re.sub(r"(?<=\d)[-/.](?=\d)", "", text)):
        day = as_date(digits)
        if day is not None:
            yield from spellings(day)


def as_date(text: str) -> date | None:
    """Return the day that a DA or DT value begins with, None where it is none."""
    digits = re.sub(r"[^0-9]", "", str(text))[:8]
    try:
        return datetime.strptime(digits, "%Y%m%d").date()  # noqa: DTZ007  a day has no zone
    except ValueError:
        return None


def _of_name(path: Path) -> Iterator[str]:
    """Yield the record numbers and dates of a file's name; its plain words are too often the device's."""
    yield from list(telling_words(path.stem))[1:]
    yield from _dates_in(path.stem)

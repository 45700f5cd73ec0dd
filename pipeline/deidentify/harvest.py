"""What in the header of this very file could identify somebody?

Every value at every depth is read from its bytes, so that one which breaks the rules of its type is read too.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import av
from pydicom import DataElement, Dataset
from pydicom.charset import decode_bytes
from pydicom.datadict import dictionary_VR, keyword_for_tag
from pydicom.dataelem import RawDataElement
from pydicom.tag import BaseTag

from pipeline.deidentify.allow_list import allow_list
from pipeline.deidentify.harvest_media import texts_of_media
from pipeline.deidentify.identifiers import (
    MOST_IDENTIFIERS,
    STANDARD_UIDS,
    Identifiers,
    printed,
    telling_words,
    words,
)
from pipeline.deidentify.spelled import encodings_of, spellings
from pipeline.deidentify.vocabulary import vocabulary, words_of
from pipeline.errors import Withheld
from pipeline.reading.dataset import MALFORMED_DICOM

TEXT = {"LO", "SH", "ST", "LT", "UT", "UC", "AE", "UR", "CS"}
NUMBERS = {
    "PatientID", "OtherPatientIDs", "IssuerOfPatientID", "AccessionNumber", "StudyID", "PatientTelephoneNumbers",
    "DeviceSerialNumber", "RequestedProcedureID", "ScheduledProcedureStepID", "PerformedProcedureStepID",
    "MedicalRecordLocator", "InsurancePlanIdentification", "AdmissionID", "DetectorID", "GantryID", "ServiceEpisodeID",
    "IssuerOfAdmissionID", "PlacerOrderNumberImagingServiceRequest", "FillerOrderNumberImagingServiceRequest",
    "OtherPatientNames", "PatientAddress", "CurrentPatientLocation",
}  # fmt: skip
PLACES = {
    "InstitutionName", "InstitutionalDepartmentName", "InstitutionAddress", "StationName", "PerformedStationName",
    "ScheduledStationName", "MilitaryRank", "BranchOfService", "PatientComments", "Occupation", "EthnicGroup",
    "PatientReligiousPreference", "RequestingService", "RegionOfResidence", "CountryOfResidence",
    "ResponsibleOrganization",
}  # fmt: skip
"""A word of ultrasound in them names a department, one of a maker the device: neither says who, so both may stay."""
PLAIN = {"SpecificCharacterSet", "TimezoneOffsetFromUTC"}
META_OF_ALL = {"TransferSyntaxUID", "MediaStorageSOPClassUID", "FileMetaInformationVersion"}
LARGEST_BLOB = 1 << 16
EIGHT_DIGITS = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
SEPARATED = re.compile(r"(?<=\d)[-/.](?=\d)")
PIXEL_GROUPS = (0x0028, 0x7FE0)

Found = tuple[set[str], set[str]]
"""Who and when; what else."""


def identifiers_of_dicom(source: Dataset, path: Path, harmless: str) -> Identifiers:
    """Return what identifies in the header, its private parts, its file meta, its preamble and the file's name.

    Raises Withheld (`cannot_clean`) where there is more than can be searched for.
    """
    encodings = encodings_of(_parts(source.get("SpecificCharacterSet")))
    found: Found = (set(of_name(path)), set())
    _in_header(source, encodings or ("iso8859-1",), found)
    meta = getattr(source, "file_meta", None)
    for element in meta.elements() if meta is not None else ():
        if keyword_for_tag(element.tag) not in META_OF_ALL:
            _of_element(element, ("ascii",), found)
    found[1].update(printed(getattr(source, "preamble", None) or b""))
    _bounded(found)
    return Identifiers(frozenset(found[0]), harmless, frozenset(found[1]), encodings=encodings)


def identifiers_of_picture(path: Path, harmless: str) -> Identifiers:
    """Return what identifies in a video's or picture's tags, notes and segments, and in the file's name.

    Raises Withheld (`cannot_clean`) where there is more than can be searched for.
    """
    found = set(of_name(path))
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
                found.update(dates_in(value))
    with path.open("rb") as file:
        return with_texts(Identifiers(frozenset(found), harmless), texts_of_media(file))


def with_texts(identifiers: Identifiers, texts: Iterable[str]) -> Identifiers:
    """Return the identifiers with what tells in `texts`, of a container or a code stream; same error as above."""
    found = set(identifiers.texts)
    for text in texts:
        found.update(telling_words(text))
        found.update(dates_in(text))
        if len(found) > MOST_IDENTIFIERS:  # a search that leaves some out proves nothing
            raise Withheld("cannot_clean")
    return replace(identifiers, texts=frozenset(found))


CONTAINER_WORDS = {"major_brand", "minor_version", "compatible_brands", "language", "vendor_id", "encoder"}
TRACK_WORDS = {"videohandler", "soundhandler", "subtitlehandler", "datahandler", "core media video", "core media audio"}


def _in_header(dataset: Dataset, encodings: tuple[str, ...], found: Found) -> None:
    for element in dataset.elements():
        if _value_type(element) != "SQ":
            _of_element(element, encodings, found)
            continue
        items = element_of(dataset, element.tag)
        if items is None:
            found[1].update(printed(bytes(element.value or b"")))
            continue
        for item in items.value or ():
            inner = encodings_of(_parts(item.get("SpecificCharacterSet")))
            _in_header(item, inner or encodings, found)
        _bounded(found)


def _bounded(found: Found) -> None:
    if sum(map(len, found)) > MOST_IDENTIFIERS:  # a search that leaves some out proves nothing
        raise Withheld("cannot_clean")


def _of_element(element: DataElement | RawDataElement, encodings: tuple[str, ...], found: Found) -> None:
    """Add what one element says, unless the allow-list itself judges its value."""
    value_type, tag = _value_type(element), element.tag
    keyword = "" if tag.is_private else keyword_for_tag(tag)
    if not element.value or keyword in _judged() or tag.group in PIXEL_GROUPS:
        return
    raw = element.value
    if value_type in ("PN", "DA", "DT", "TM", "UI", *TEXT):
        for text in _texts(raw, value_type, encodings):
            _of_text(text, value_type, keyword, found)
    elif isinstance(raw, bytes) and (value_type in ("UN", "OB", "OW") or tag.is_private) and len(raw) <= LARGEST_BLOB:
        found[1].update(printed(raw))


def _texts(raw: Any, value_type: str, encodings: tuple[str, ...]) -> list[str]:
    if isinstance(raw, bytes):
        text = raw.decode("ascii") if raw.isascii() and b"\x1b" not in raw else _decoded(raw, encodings)
    else:
        text = "\\".join(map(str, _parts(raw)))
    several = value_type not in ("ST", "LT", "UT", "UR")
    return [part for part in (text.split("\\") if several else [text]) if part.strip(" \0")]


def _decoded(raw: bytes, encodings: tuple[str, ...]) -> str:
    try:
        return decode_bytes(raw, list(encodings), {0x0D, 0x0A, 0x09, 0x0C, 0x5C, 0x5E, 0x3D})
    except (UnicodeDecodeError, LookupError):
        return raw.decode("latin-1")


def _of_text(text: str, value_type: str, keyword: str, found: Found) -> None:
    text, (who, other) = text.strip(" \0"), found
    if value_type == "UI":
        who.update([] if text.startswith(STANDARD_UIDS) else [text])
        return
    who.update(dates_in(text))
    if value_type == "TM":
        who.update((text[:6], ":".join((text[:2], text[2:4], text[4:6]))) if len(text) >= 6 else ())
    elif value_type == "PN" or keyword in NUMBERS:
        who.update(words(text))
    elif keyword in PLACES:
        for word in words(text):
            (other if _is_plain(word) else who).add(word)
    elif value_type in TEXT:
        dropped = vocabulary().description(text).dropped if keyword in _described() else ()
        if value_type != "CS" and (dropped or keyword not in _described()):
            other.update((text, *dropped))
        who.update(list(telling_words(text))[1:])


def _is_plain(text: str) -> bool:
    known = vocabulary().words | allow_list().models
    return all(word in known for word in words_of(text))


@cache
def _judged() -> frozenset[str]:
    actions = ("number", "term", "fixed", "coarse", "age")
    return frozenset(entry.keyword for entry in allow_list().attributes if entry.action in actions) | PLAIN


@cache
def _described() -> frozenset[str]:
    """Return the attributes of which words may stay, so that only the others are sought."""
    return frozenset(entry.keyword for entry in allow_list().attributes if entry.action in ("words", "model", "probe"))


def _value_type(element: DataElement | RawDataElement) -> str:
    if element.VR is not None:
        return str(element.VR)
    try:
        return dictionary_VR(element.tag)
    except KeyError:
        return "UN"


def _parts(value: Any) -> list[str]:
    several = hasattr(value, "__iter__") and not isinstance(value, str | bytes)
    return [str(part) for part in (value if several else [value]) if part]


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


def dates_in(text: str) -> Iterator[str]:
    """Yield every spelling of the dates that the text holds as YYYYMMDD or YYYY-MM-DD."""
    if sum(map(text.count, "0123456789")) < 8:
        return
    for digits in EIGHT_DIGITS.findall(SEPARATED.sub("", text)):
        day = as_date(digits)
        if day is not None:
            yield from spellings(day)


@lru_cache(maxsize=256)
def as_date(text: str) -> date | None:
    """Return the day that a DA or DT value begins with, None where it is none."""
    digits = re.sub(r"[^0-9]", "", text)[:8]
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def of_name(path: Path) -> Iterator[str]:
    """Yield the record numbers and dates of a file's name and of its last two folders, and folders of several words.

    Other plain words of a name are too often the device's.
    """
    folders = path.parent.parts[-2:]
    for name in (path.stem, *folders):
        yield from list(telling_words(name))[1:]
        yield from dates_in(name)
    yield from (folder for folder in folders if len(words_of(folder)) > 1)

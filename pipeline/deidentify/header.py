"""What does the header of the released file say?

A new data set is built from the allow-list; nothing of the old one is edited. The values that
the key made come back beside it, so that the search for identifiers can tell them from what was in the input.

Study and series keep one new UID each over all files, runs and machines with the same key. The UID of an image is made
from the old one and the file's bytes: two files that share it and differ stay two files; therefore references to other
images are not kept, as nothing could follow them.
"""

from dataclasses import dataclass
from functools import cache

from pydicom import DataElement, Dataset
from pydicom.dataelem import RawDataElement
from pydicom.dataset import FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_sequence_item
from pydicom.tag import BaseTag, Tag
from pydicom.uid import UID, ExplicitVRLittleEndian

from pipeline.deidentify.allow_list import allow_list, image_type
from pipeline.deidentify.cleaned import Subject, clean_value
from pipeline.deidentify.described_pixels import (
    Palette,
    Picture,
    describe_loss,
    describe_pixels,
    describe_regions,
)
from pipeline.deidentify.harvest import element_of, value_of
from pipeline.deidentify.identifiers import Identifiers
from pipeline.deidentify.removed import removed_from_header
from pipeline.key import Key

__all__ = ["Header", "Palette", "Picture", "clean_header", "patient_of"]

VERSION = "2"
IMPLEMENTATION = UID("2.25.104886392871937401264528740815672091733")
IMPLEMENTATION_VERSION = "SONORELAY_" + VERSION
EQUIPMENT = "De-identifying Equipment"
NOT_YET = "NO  "  # as long as "YES " is, which replaces it in place once the checks passed
METHOD_CODES, EQUIPMENT_SEQUENCE = Tag("DeidentificationMethodCodeSequence"), Tag("ContributingEquipmentSequence")
MADE = {"uid", "instance", "pseudonym", "date"}
KEPT = {"words", "model", "probe", "age"}
GRAPHICS = ("overlays", "curves")
CHARACTERISTICS = ("PatientSex", "PatientAge", "PatientSize", "PatientWeight", "PregnancyStatus")


@dataclass(frozen=True)
class Header:
    """The new data set without pixels, the texts in it that the key made, and what was removed by class.

    kept: the words of descriptions and models and the age that stayed, one phrase a line.
    """

    dataset: Dataset
    made: frozenset[str]
    kept: str
    removed: dict[str, int]


def clean_header(source: Dataset, digest: str, key: Key, identifiers: Identifiers, picture: Picture) -> Header:
    """Return the header of the released file, PatientIdentityRemoved still NO: verification comes after writing.

    digest: of the file's bytes; it stands for the UIDs and the patient that the header does not name.
    """
    released, made, kept = Dataset(), set[str](), list[str]()
    patient = patient_of(source) or digest
    subject = Subject(digest, key, patient, key.days(patient), identifiers)
    for entry in allow_list().attributes:
        old = element_of(source, entry.tag)
        value = clean_value(entry, None if old is None else old.value, subject)
        if value is None:
            continue
        plain = entry.value_type != "PN"
        released.add(DataElement(entry.tag, entry.value_type, value, already_converted=plain))
        if entry.action in MADE and value:
            made.add(str(value))
        if entry.action in KEPT:
            kept.append(str(value))
    released.ImageType = image_type(value_of(source, "ImageType"))
    made.update(released.ImageType)  # the standard's words and codes
    describe_regions(released, source, picture)
    describe_pixels(released, picture)
    describe_loss(released, source, picture)
    removed = removed_from_header(source, released)
    _describe_method(released, source, removed)
    _write_meta(released, picture)
    return Header(released, frozenset(made), "\n".join(kept), removed)


def patient_of(source: Dataset) -> str:
    """Return whom the pseudonym stands for: the record number, else name and birth date, else the study; '' if none."""
    for parts in (("PatientID",), ("PatientName", "PatientBirthDate"), ("StudyInstanceUID",), ("SOPInstanceUID",)):
        values = [str(value_of(source, part) or "").strip() for part in parts]
        if values[0]:
            return "/".join((parts[0], *values))
    return ""


def _describe_method(released: Dataset, source: Dataset, removed: dict[str, int]) -> None:
    """Say what was really done to this file, and by what (PS3.15 E.1.1, PS3.3 C.12.1 and C.12.1.1.5)."""
    dates = any(entry.action == "date" and released.get(entry.keyword) for entry in allow_list().attributes)
    descriptors = any(entry.action == "words" and entry.tag in source for entry in allow_list().attributes)
    applied = {
        "113100": True,
        "113101": True,
        "113103": any(removed.get(kind) for kind in GRAPHICS) or "GraphicAnnotationSequence" in source,
        "113104": any(keyword in source for keyword in ("ContentSequence", "AcquisitionContextSequence")),
        "113105": descriptors,
        "113107": dates,
        "113108": any(released.get(keyword) for keyword in CHARACTERISTICS),
    }
    codes = allow_list().codes
    released.PatientIdentityRemoved = NOT_YET
    released.DeidentificationMethod = allow_list().method
    released[METHOD_CODES] = _written_once(
        METHOD_CODES, tuple((code, codes[code]) for code in applied if applied[code])
    )
    released.BurnedInAnnotation = "NO"
    released.LongitudinalTemporalInformationModified = "MODIFIED" if dates else "REMOVED"
    released[EQUIPMENT_SEQUENCE] = _equipment()


@cache
def _equipment() -> RawDataElement:
    equipment = Dataset()
    equipment.PurposeOfReferenceCodeSequence = [_code("109104", EQUIPMENT)]
    equipment.Manufacturer = "Sonorelay"
    equipment.SoftwareVersions = f"deidentify {VERSION}"
    return _as_bytes(EQUIPMENT_SEQUENCE, [equipment])


@cache
def _written_once(tag: BaseTag, codes: tuple[tuple[str, str], ...]) -> RawDataElement:
    """Return a sequence of codes as the bytes that it is in every file: writing items is slow."""
    return _as_bytes(tag, [_code(value, meaning) for value, meaning in codes])


def _as_bytes(tag: BaseTag, items: list[Dataset]) -> RawDataElement:
    target = DicomBytesIO()
    target.is_implicit_VR, target.is_little_endian = False, True
    for item in items:
        write_sequence_item(target, item, ["iso8859"])
    raw = target.getvalue()
    return RawDataElement(tag, "SQ", len(raw), raw, 0, is_implicit_VR=False, is_little_endian=True)


def _code(value: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "DCM", meaning
    return item


def _write_meta(released: Dataset, picture: Picture) -> None:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = released.SOPClassUID
    meta.MediaStorageSOPInstanceUID = released.SOPInstanceUID
    meta.TransferSyntaxUID = UID(picture.transfer_syntax or ExplicitVRLittleEndian)
    meta.ImplementationClassUID = IMPLEMENTATION
    meta.ImplementationVersionName = IMPLEMENTATION_VERSION
    released.file_meta = meta

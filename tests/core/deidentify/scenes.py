"""Scans that carry identifiers in every place a device may put them; drawn and written for the tests of this folder."""

import struct
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset, FileDataset, dcmwrite
from pydicom.dataelem import DataElement

from pipeline.deidentify import Key
from pipeline.kept import Kept, Witness
from pipeline.sector import Mask
from tests.core.reading.written import cine

Pixels = NDArray[np.uint8]

ROWS, COLUMNS = 240, 320
SECTOR = Kept((((140.0, 40.0), (180.0, 40.0), (260.0, 220.0), (60.0, 220.0)),), (Witness.DRAWN,))
KEY = Key.from_bytes(bytes(range(32)))
OTHER_KEY = Key.from_bytes(bytes(range(1, 33)))
BANNER = "MBEKI THANDI 19510829"

TEXTS = [
    "AccessionNumber", "InstitutionName", "InstitutionAddress", "InstitutionalDepartmentName", "StationName",
    "StudyID", "StudyDescription", "SeriesDescription", "ProtocolName", "ImageComments", "PatientComments",
    "AdditionalPatientHistory", "OtherPatientIDs", "PatientAddress", "PatientTelephoneNumbers", "MilitaryRank",
    "BranchOfService", "EthnicGroup", "Occupation", "CurrentPatientLocation", "DeviceSerialNumber",
    "RequestingService", "RequestedProcedureID", "RequestedProcedureDescription", "PerformedProcedureStepID",
    "ProcessingFunction", "PerformedProcedureStepDescription", "AdmissionID", "DerivationDescription", "StageName",
    "ViewName", "ManufacturerModelName", "Manufacturer", "TransducerData", "MedicalAlerts", "Allergies",
    "DetectorID", "SoftwareVersions", "IssuerOfPatientID", "ReasonForStudy",
]  # fmt: skip
NAMES = [
    "PatientName", "OtherPatientNames", "PatientBirthName", "PatientMotherBirthName", "ReferringPhysicianName",
    "OperatorsName", "PerformingPhysicianName", "NameOfPhysiciansReadingStudy", "RequestingPhysician",
    "PhysiciansOfRecord",
]  # fmt: skip
DATES = ["PatientBirthDate", "StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate", "InstanceCreationDate"]
UIDS = ["StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID", "InstanceCreatorUID"]


def frames(count: int = 4, *, colour: bool = True, inside: str = "", seed: int = 1) -> Pixels:
    """Return (count, 240, 320[, 3]) speckle in a fan, a banner above it, and `inside` written into it."""
    rng = np.random.default_rng(seed)
    mask = SECTOR.mask(ROWS, COLUMNS)
    drawn = []
    for _ in range(count):
        speckle = cv2.GaussianBlur(rng.rayleigh(55, (ROWS, COLUMNS)), (0, 0), 1.2) * mask
        picture = np.clip(speckle, 0, 255).astype(np.uint8)
        cv2.putText(picture, BANNER, (8, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 255, 1, cv2.LINE_AA)
        cv2.putText(picture, "KLINIEK X", (2, 232), cv2.FONT_HERSHEY_PLAIN, 0.9, 200, 1, cv2.LINE_AA)
        if inside:
            cv2.putText(picture, inside, (110, 150), cv2.FONT_HERSHEY_SIMPLEX, 0.45, 255, 1, cv2.LINE_AA)
        drawn.append(picture)
    grey = np.stack(drawn)
    return np.repeat(grey[..., None], 3, axis=-1) if colour else grey


def outside() -> Mask:
    """Return what must be black."""
    return ~SECTOR.mask(ROWS, COLUMNS)


def planted(data_set: FileDataset) -> list[str]:
    """Put an identifier of its own into each of more than 40 places; return all of them."""
    marks: list[str] = []

    def mark(text: str) -> str:
        marks.append(text)
        return text

    for number, keyword in enumerate(TEXTS):
        setattr(data_set, keyword, mark(f"Qz{number:02}kivu{number:02}"))
    for number, keyword in enumerate(NAMES):
        setattr(data_set, keyword, mark(f"Wamba{number:02}") + "^" + mark(f"Josée{number:02}"))
    data_set.PatientID = mark("REC-7741902")
    for number, keyword in enumerate(DATES):
        setattr(data_set, keyword, mark(f"2013041{number}"))
    data_set.AcquisitionDateTime = mark("20130417") + mark("093712") + ".000"
    for number, keyword in enumerate(UIDS):
        setattr(data_set, keyword, mark(f"1.2.840.113663.1500.{number}.392075967"))
    data_set.SOPInstanceUID = mark("1.2.840.113663.1500.9.20130411.193711")
    data_set.SpecificCharacterSet = "ISO_IR 192"
    request, code = Dataset(), Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = (
        mark("CV99120"),
        mark("LOCALKIN"),
        mark("Salle Bukavu"),
    )
    request.RequestedProcedureCodeSequence, request.ScheduledProcedureStepDescription = [code], mark("Nested note 55")
    data_set.RequestAttributesSequence = [request]
    region = Dataset()
    region.RegionLocationMinX0, region.RegionLocationMinY0 = 50, 30
    region.RegionLocationMaxX1, region.RegionLocationMaxY1 = 270, 225
    region.RegionSpatialFormat, region.RegionDataType, region.RegionFlags = 1, 1, 2
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = 3
    region.PhysicalDeltaX = region.PhysicalDeltaY = 0.031
    region.add_new(0x00186FF0, "UN", mark("UNKNOWNREGION7").encode())
    data_set.SequenceOfUltrasoundRegions = [region]
    private = data_set.private_block(0x0029, mark("KINSHASA PACS"), create=True)
    private.add_new(1, "LO", mark("private 88123"))
    private.add_new(2, "UN", b"\x00\x01" + mark("BlobName77").encode("utf-16-le"))
    data_set.add_new(0x60000010, "US", 8)
    data_set.add_new(0x60000011, "US", 8)
    data_set.add_new(0x60001500, "LO", mark("overlay label 4"))
    data_set.add_new(0x60003000, "OW", b"\xff" * 8)
    data_set.add_new(0x50000040, "SH", mark("curve label"))
    icon = Dataset()
    icon.PixelData = mark("ICONPIXELS12").encode()
    icon["PixelData"].VR = "OB"
    data_set.IconImageSequence = [icon]
    data_set[0x00091001] = DataElement(0x00091001, "UN", mark("orphan private").encode())
    data_set.file_meta.SourceApplicationEntityTitle = mark("AE_KIVU_9")
    data_set.file_meta.SendingApplicationEntityTitle = mark("AE_SEND_9")
    data_set.file_meta.PrivateInformationCreatorUID = mark("1.2.826.0.1.3680043.77")
    data_set.file_meta.PrivateInformation = mark("meta private 31").encode() + b"\0"
    data_set.preamble = mark("PREAMBLE MBEKI").encode().ljust(128, b"\0")
    data_set.add_new(0xFFFCFFFC, "OB", mark("TRAILER MBEKI 1").ljust(16).encode())
    return marks


def written(data_set: FileDataset, folder: Path, name: str = "in.dcm") -> Path:
    """Write the data set as it stands, its private file meta included."""
    path = folder / name
    dcmwrite(path, data_set, enforce_file_format=False)
    raw = bytearray(path.read_bytes())
    raw[:128] = data_set.preamble or bytes(128)
    path.write_bytes(raw)
    return path


def planted_cine(folder: Path, **header: object) -> tuple[Path, list[str]]:
    """Return a native RGB cine full of identifiers."""
    data_set = cine(frames(), FrameTime="40", PatientAge="093Y", PatientSex="F")
    marks = planted(data_set)
    for keyword, value in header.items():
        setattr(data_set, keyword, value)
    return written(data_set, folder), marks


def found_in(raw: bytes, marks: list[str]) -> list[str]:
    """Return those that stand in the bytes, whatever the case, in any encoding; plain and slow on purpose."""
    lower = raw.lower()
    encodings = ("utf-8", "latin-1", "utf-16-le", "utf-16-be")
    return [mark for mark in marks if any(mark.lower().encode(encoding) in lower for encoding in encodings)]


def with_segments(jpeg: bytes, *texts: bytes) -> bytes:
    """Return the JPEG with a COM segment for the first text and an APP1 segment for each other."""
    extra = b""
    for number, text in enumerate(texts):
        extra += b"\xff" + (b"\xfe" if number == 0 else b"\xe1") + struct.pack(">H", len(text) + 2) + text
    return jpeg[:2] + extra + jpeg[2:]

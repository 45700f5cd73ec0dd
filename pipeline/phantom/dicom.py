"""How is a simulated clip written as the DICOM file of a handheld device, with a (made-up) patient in its header?"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path

import numpy as np
import simplejpeg
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import (
    UID,
    ExplicitVRLittleEndian,
    JPEGBaseline8Bit,
    UltrasoundImageStorage,
    UltrasoundMultiFrameImageStorage,
)

from pipeline.phantom.cine import render
from pipeline.phantom.probe import layout
from pipeline.phantom.scene import Scene
from pipeline.sector import Shape


class Coding(StrEnum):
    """How the pixels are stored: JPEG baseline in colour, or uncompressed in grey."""

    JPEG = "jpeg"
    RAW = "raw"


@dataclass(frozen=True)
class DemoHeader:
    """What the simulated device writes into the header: an invented person, an invented device, a time.

    regions: whether the device declares its sector (SequenceOfUltrasoundRegions).
    """

    acquired_at: datetime = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
    patient_name: str = "SIMULATED^PATIENT"
    patient_id: str = "SIM-000000"
    birth_date: date = date(1990, 1, 1)
    sex: str = "F"
    institution: str = "SIMULATED CLINIC"
    operator: str = "SIMULATED^TRAINEE"
    manufacturer: str = "Simulated Ultrasound"
    model: str = "PocketSim C"
    serial: str = "SIM-C-0001"
    description: str = "SIMULATED SCAN"
    regions: bool = True
    coding: Coding = Coding.JPEG


def write_dicom(scene: Scene, path: Path, *, header: DemoHeader | None = None) -> None:
    """Write the scene as an ultrasound multi-frame object, or a single-frame one if it has one frame."""
    header = header or DemoHeader()
    jpeg = header.coding is Coding.JPEG
    sop_class = UltrasoundMultiFrameImageStorage if scene.frames > 1 else UltrasoundImageStorage
    data = Dataset()
    data.SOPClassUID, data.SOPInstanceUID = sop_class, _uid(scene, header, "instance")
    _person_and_study(data, scene, header)
    _device(data, header, burned_in=scene.banner is not None)
    _picture(data, scene, jpeg=jpeg)
    if header.regions:
        data.SequenceOfUltrasoundRegions = Sequence([_region(scene)])
    if jpeg:
        data.PixelData = encapsulate([_jpeg(frame) for frame in render(scene)])
        data["PixelData"].VR = "OB"
    else:
        pixels = b"".join(frame.tobytes() for frame in render(scene))
        data.PixelData = pixels + b"\0" * (len(pixels) % 2)
        data["PixelData"].VR = "OB"
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = data.SOPClassUID, data.SOPInstanceUID
    meta.TransferSyntaxUID = JPEGBaseline8Bit if jpeg else ExplicitVRLittleEndian
    data.file_meta = meta
    data.save_as(path, enforce_file_format=True)


def _jpeg(frame: np.ndarray) -> bytes:
    colour = np.repeat(frame[..., None], 3, axis=2)
    return bytes(simplejpeg.encode_jpeg(colour, quality=88, colorspace="RGB", colorsubsampling="422"))


def _uid(scene: Scene, header: DemoHeader, role: str) -> UID:
    """Derive an identifier from the content, so that the same scene is the same object (PS3.5 B.2, root 2.25)."""
    source = repr((scene if role == "instance" else None, header, role)).encode()
    return UID(f"2.25.{int.from_bytes(hashlib.sha256(source).digest()[:15])}")


def _person_and_study(data: Dataset, scene: Scene, header: DemoHeader) -> None:
    day, time = header.acquired_at.strftime("%Y%m%d"), header.acquired_at.strftime("%H%M%S")
    data.PatientName, data.PatientID = header.patient_name, header.patient_id
    data.PatientBirthDate, data.PatientSex = header.birth_date.strftime("%Y%m%d"), header.sex
    data.StudyInstanceUID, data.SeriesInstanceUID = _uid(scene, header, "study"), _uid(scene, header, "series")
    data.StudyDate = data.SeriesDate = data.ContentDate = data.AcquisitionDate = day
    data.StudyTime = data.SeriesTime = data.ContentTime = data.AcquisitionTime = time
    data.AcquisitionDateTime = day + time
    data.StudyID, data.AccessionNumber, data.ReferringPhysicianName = "1", "", ""
    data.SeriesNumber, data.InstanceNumber, data.Modality = 1, 1, "US"
    data.StudyDescription, data.OperatorsName = header.description, header.operator
    data.InstitutionName = header.institution
    data.PatientOrientation, data.Laterality = "", ""


def _device(data: Dataset, header: DemoHeader, *, burned_in: bool) -> None:
    data.Manufacturer, data.ManufacturerModelName = header.manufacturer, header.model
    data.DeviceSerialNumber, data.SoftwareVersions = header.serial, "1.0"
    data.BurnedInAnnotation = "YES" if burned_in else "NO"


def _picture(data: Dataset, scene: Scene, *, jpeg: bool) -> None:
    data.ImageType = ["ORIGINAL", "PRIMARY", "", "0001"]
    data.Rows, data.Columns = scene.rows, scene.columns
    data.SamplesPerPixel = 3 if jpeg else 1
    data.PhotometricInterpretation = "YBR_FULL_422" if jpeg else "MONOCHROME2"
    if jpeg:
        data.PlanarConfiguration = 0
        data.LossyImageCompressionRatio, data.LossyImageCompressionMethod = 10, "ISO_10918_1"
    data.LossyImageCompression = "01" if jpeg else "00"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 8, 8, 7, 0
    if scene.frames > 1:
        data.NumberOfFrames = scene.frames
        data.FrameTime = format(1000 / scene.frames_per_second, ".6g")
        data.CineRate = data.RecommendedDisplayFrameRate = round(scene.frames_per_second)
        data.FrameIncrementPointer = 0x00181063
        data.EffectiveDuration = format(scene.frames / scene.frames_per_second, ".6g")


def _region(scene: Scene) -> Dataset:
    """Declare the bounds of the true sector and its scale (PS3.3 C.8.5.5)."""
    probe = layout(scene)
    columns, rows = zip(*probe.sector.polygon, strict=True)
    region = Dataset()
    region.RegionSpatialFormat, region.RegionDataType, region.RegionFlags = 1, 1, 0
    region.RegionLocationMinX0, region.RegionLocationMinY0 = round(min(columns)), round(min(rows))
    region.RegionLocationMaxX1, region.RegionLocationMaxY1 = round(max(columns)), round(max(rows))
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = 3
    region.PhysicalDeltaX = region.PhysicalDeltaY = probe.mm_per_pixel / 10
    if probe.sector.shape is not Shape.LINEAR and probe.sector.apex and probe.sector.radii:
        region.ReferencePixelX0 = round(probe.sector.apex[0] - min(columns))
        region.ReferencePixelY0 = round(probe.sector.apex[1] + probe.sector.radii[0] - min(rows))
    region.TransducerFrequency = 3500
    return region

"""Whose scan is it and from which device, told by pseudonyms only?"""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pydicom import Dataset

from pipeline.deidentify.allow_list import allow_list
from pipeline.deidentify.author import operator_of
from pipeline.deidentify.harvest import identifiers_of_dicom, value_of
from pipeline.deidentify.header import patient_of
from pipeline.key import Key
from pipeline.reading import kind_of, read_dataset
from pipeline.received import Kind

STUDY_LENGTH = 16
"""Characters: among the millions of studies of an organisation no two are taken for one."""


@dataclass(frozen=True)
class Identity:
    """Pseudonyms of patient, device and study (None where the file names none) and the device's model as a word.

    operator: by which name the device knows whoever scanned, for the catalogue alone: it stands in no log, and in
    nothing that is released.
    """

    patient: str | None = None
    device: str | None = None
    device_model: str | None = None
    captured_at: datetime | None = None
    study: str | None = None
    operator: str | None = field(default=None, repr=False)


def identify(path: Path, key: Key) -> Identity:
    """Return what the file at `path` says of patient, device and study; nothing for video and stills. Raises Rejected.

    The patient's pseudonym is the one of the released header. That of the study is not: it only tells clips of one
    examination, and stands nowhere in what is released. A device without a serial number is known by its model.
    No time of capture is taken from a header: it would undo the shift of dates in what is released.
    """
    if kind_of(path) is not Kind.DICOM:
        return Identity()
    source = read_dataset(path)
    patient = patient_of(source)
    model = _model(source, path)
    serial = str(value_of(source, "DeviceSerialNumber") or "").strip()
    study = str(value_of(source, "StudyInstanceUID") or "").strip()
    device = serial or (f"model/{model}" if model else "")
    return Identity(
        patient=key.pseudonym("patient", patient) if patient else None,
        device=key.pseudonym("device", device, length=12) if device else None,
        device_model=model,
        study=key.pseudonym("study", study, length=STUDY_LENGTH) if study else None,
        operator=operator_of(source),
    )


def _model(source: Dataset, path: Path) -> str | None:
    allowed = next(entry for entry in allow_list().attributes if entry.keyword == "ManufacturerModelName")
    told = value_of(source, "ManufacturerModelName")
    return allowed.model(told, identifiers_of_dicom(source, path, "").inside) if told else None

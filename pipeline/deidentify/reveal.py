"""Whose scan is it really? For two people who need to know; works on untrusted bytes, inside a child process."""

from dataclasses import dataclass
from pathlib import Path

from pipeline.deidentify.harvest import value_of
from pipeline.reading import kind_of, read_dataset
from pipeline.received import Kind

LONGEST = 256


@dataclass(frozen=True, repr=False)
class Revealed:
    """Name and number of the patient as the file has them, empty where it names none; never kept, never printed."""

    patient_name: str
    patient_id: str


def reveal(path: Path) -> Revealed:
    """Return what the header at `path` says of the patient; nothing for video and stills. Raises Rejected."""
    if kind_of(path) is not Kind.DICOM:
        return Revealed("", "")
    header = read_dataset(path)
    return Revealed(_text(value_of(header, "PatientName")), _text(value_of(header, "PatientID")))


def _text(value: object) -> str:
    """Return what can be shown on one line."""
    plain = "".join(letter if letter.isprintable() else " " for letter in str(value or ""))
    return " ".join(plain.split())[:LONGEST]

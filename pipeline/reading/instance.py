"""Which DICOM instance does a file say that it is? Asked in a child process: the file is untrusted."""

from dataclasses import dataclass
from pathlib import Path

from pydicom import dcmread
from pydicom.uid import UID

from pipeline.errors import NotAScan, Undecodable
from pipeline.reading.kind import kind_of
from pipeline.received import Kind

_ASKED = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID")


@dataclass(frozen=True)
class Instance:
    """The UIDs of an instance; they name no patient, but whoever sent it knows it by them, so they are not kept."""

    sop_class: str
    sop_instance: str
    study: str


def instance_of(path: Path) -> Instance:
    """Return the UIDs that stand in the file.

    Rejected (NotAScan, Undecodable) where it is no DICOM, or does not say which instance it is. For a child process:
    whatever pydicom stumbles over ends it.
    """
    if kind_of(path) is not Kind.DICOM:
        raise NotAScan("unknown_kind")
    found = dcmread(path, stop_before_pixels=True, force=True, specific_tags=list(_ASKED))
    said = [_uid(str(found.get(name, ""))) for name in _ASKED]
    if not (said[0] and said[1]):
        raise Undecodable("damaged")
    return Instance(*said)


def _uid(said: str) -> str:
    return said if UID(said).is_valid else ""

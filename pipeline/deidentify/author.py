"""By which name does a device know whoever scanned, as long as that is not the patient's?

Only the operator's name is read. The performing physician is whoever answers for the examination, on many devices the
head of the department: to credit one person with another's scan is worse than to ask whose it is.
"""

from collections.abc import Iterator
from pathlib import Path

from pydicom import Dataset
from pydicom.multival import MultiValue

from pipeline.author_names import could_name_a_patient, tidied
from pipeline.deidentify.harvest import value_of
from pipeline.reading import read_dataset

OF_THE_PATIENT = (
    *("PatientName", "PatientID", "OtherPatientNames", "OtherPatientIDs", "PatientBirthName", "PatientBirthDate"),
    *("PatientMotherBirthName", "ResponsiblePerson", "AccessionNumber", "StudyID", "MedicalRecordLocator"),
)
_TELLING = 3
"""Family, given and middle name: what follows are titles (PS3.5 6.2.1)."""


def operator_of(source: Dataset) -> str | None:
    """Return the operator's name; None where the file names nobody, several people, or perhaps the patient."""
    named = list(_values(source, "OperatorsName"))
    if len(named) != 1:
        return None
    written = next(iter(_spelled(named[0])), "")
    said = tidied("^".join(written.split("^")[:_TELLING]))
    return said if said and not could_name_a_patient(said, names_of_patient(source)) else None


def may_name_author(path: Path, said: str) -> bool:
    """Tell whether a name that was given for the author of a DICOM file may be kept. Raises Rejected."""
    return not could_name_a_patient(said, names_of_patient(read_dataset(path)))


def names_of_patient(source: Dataset) -> list[str]:
    """Return all that the file calls the patient, or their examination, by."""
    return [one for keyword in OF_THE_PATIENT for value in _values(source, keyword) for one in _spelled(value)]


def _spelled(value: str) -> list[str]:
    """Return a name in each of the scripts in which it stands (PS3.5 6.2.1.2)."""
    return [group.strip() for group in value.split("=") if group.strip()]


def _values(source: Dataset, keyword: str) -> Iterator[str]:
    value = value_of(source, keyword)
    for one in value if isinstance(value, MultiValue | list) else (value,):
        if one is not None and str(one).strip():
            yield str(one).strip()

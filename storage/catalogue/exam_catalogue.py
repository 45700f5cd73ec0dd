"""Which exam types does an organisation know, in which version?"""

from collections.abc import Mapping

from storage.catalogue.models import Exam
from supervision.exam_types import ExamType, exam_types


def types_of(organisation_id: int) -> Mapping[str, ExamType]:
    """Return the exam types of an organisation by their codes, in the order of the catalogue."""
    del organisation_id
    return exam_types()


def type_of(exam: Exam) -> ExamType | None:
    """Return what the exam's type asks for now; None as long as the type is not known."""
    return types_of(exam.project.organisation_id).get(exam.exam_type)


def type_at(organisation_id: int, code: str, version: int) -> ExamType:
    """Return an exam type as it was in one version; LookupError for one that never was."""
    del version
    return types_of(organisation_id)[code]

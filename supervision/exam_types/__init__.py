"""Which kinds of examination are known, and what does each ask of a scan? One file, one exam type."""

from supervision.exam_types.exam_type import ExamType, FocusedQuestion, View
from supervision.exam_types.shipped import (
    MOST_SHIPPED,
    critical_codes,
    exam_type_named,
    exam_types,
    non_clinical_codes,
    shipped_version,
)

__all__ = [
    "MOST_SHIPPED",
    "ExamType",
    "FocusedQuestion",
    "View",
    "critical_codes",
    "exam_type_named",
    "exam_types",
    "non_clinical_codes",
    "shipped_version",
]

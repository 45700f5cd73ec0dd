"""Who is competent, how sure are we, and what is to be done next? The software proposes, a person signs."""

from supervision.competence.course import Course, ExamResult, Observation, result_of
from supervision.competence.curves import Curve, Measure, Point, curve
from supervision.competence.evidence import Evidence, StepEvidence, evidence_for
from supervision.ladder import Rung, phase_on

__all__ = [
    "Course",
    "Curve",
    "Evidence",
    "ExamResult",
    "Measure",
    "Observation",
    "Point",
    "Rung",
    "StepEvidence",
    "curve",
    "evidence_for",
    "phase_on",
    "result_of",
]

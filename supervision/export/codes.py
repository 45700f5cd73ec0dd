"""By which codes do other systems know what a reading says?

A code of DICOM (DCM) or of the part of SNOMED CT that DICOM may use freely (SCT) wherever one means the same; else one
of our own scheme, 99SONORELAY. A code never changes its meaning: what is meant otherwise gets another code.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from supervision.exam_types import ExamType
from supervision.rating import Answer, Cause, Component, Consequence, Outcome, Reference

OWN = "99SONORELAY"
LONGEST_MEANING = 64


@dataclass(frozen=True)
class Concept:
    """A code, the scheme in which it has its meaning, and the meaning in English."""

    value: str
    scheme: str
    meaning: str


def own(value: str, meaning: str) -> Concept:
    """Return a code of our own scheme; a meaning longer than DICOM allows is cut."""
    if len(meaning.encode()) > LONGEST_MEANING:
        meaning = meaning.encode()[: LONGEST_MEANING - 3].decode(errors="ignore").rstrip() + "..."
    return Concept(value, OWN, meaning)


ULTRASONOGRAPHY = Concept("16310003", "SCT", "Diagnostic ultrasonography")
PROCEDURES: Mapping[str, Concept] = MappingProxyType(
    {
        "CARD": Concept("40701008", "SCT", "Echocardiography"),
        "RHD": Concept("40701008", "SCT", "Echocardiography"),
        "OB_T1": Concept("268445003", "SCT", "Ultrasound scan - obstetric"),
        "OB_T23": Concept("268445003", "SCT", "Ultrasound scan - obstetric"),
        "BREAST": Concept("47079000", "SCT", "Ultrasonography of breast"),
    }
)
"""What was done, by exam type, where the free part of SNOMED CT says more than that it was ultrasonography."""

OVERALL = Concept("111029", "DCM", "Image Quality Rating")
VIEW = Concept("111031", "DCM", "Image View")
YES = Concept("373066001", "SCT", "Yes")
NO = Concept("373067005", "SCT", "No")

EXAM_TYPE = own("exam-type", "Exam type of the catalogue")
ADEQUATE = own("adequate", "Every required view usable, overall at least 3")
CORRECT = own("correct", "No critical question answered wrongly")
VIEWS_PRESENT = own("views-present", "Required views that are there")
VIEWS_REQUIRED = own("views-required", "Views that the exam type requires")
INDICATION = own("indication", "Indication, 0 to 2")
INTEGRATION = own("integration", "Clinical integration, 1 to 5")
ENTRUSTMENT = own("entrustment", "Entrustment, 1 to 5")
CONFIDENCE = own("confidence", "Confidence of the reader, 1 to 3")
CONSEQUENCE = own("consequence", "What the reading means for the patient")
CAUSE = own("cause", "Main cause of the worst defect")
EXPERT_ANSWER = own("answer-expert", "Answer of the expert")
SCANNER_ANSWER = own("answer-scanner", "Answer of the scanner")
COMPARED = own("outcome", "Answer of the scanner against the expert's")
RESTS_ON = own("reference", "What the expert's answer rests on")
REVIEW = own("review", "Reading of a supervised ultrasound exam by an expert")

COMPONENTS: Mapping[Component, Concept] = MappingProxyType(
    {
        Component.PRESENT: own("component-present", "View present"),
        Component.LANDMARKS: own("component-landmarks", "Landmarks"),
        Component.AXIS: own("component-axis", "Axis"),
        Component.DEPTH: own("component-depth", "Depth"),
        Component.GAIN: own("component-gain", "Gain and TGC"),
        Component.FOCUS: own("component-focus", "Focus and preset"),
        Component.STEADY: own("component-steady", "Contact, artefact, motion"),
        Component.SWEEP: own("component-sweep", "Sweep and length"),
        Component.LABEL: own("component-label", "Label and laterality"),
    }
)
LEVELS: tuple[Concept, ...] = (
    own("level-0", "Absent or unusable"),
    own("level-1", "Flawed, still answerable"),
    own("level-2", "Correct"),
)
NOT_APPLICABLE = own("level-na", "Does not apply")
ANSWERS: Mapping[Answer, Concept] = MappingProxyType(
    {
        Answer.POSITIVE: Concept("10828004", "SCT", "Positive"),
        Answer.NEGATIVE: Concept("260385009", "SCT", "Negative"),
        Answer.INDETERMINATE: Concept("82334004", "SCT", "Indeterminate"),
        Answer.NOT_ASSESSABLE: own("not-assessable", "Cannot be assessed"),
    }
)
OUTCOMES: Mapping[Outcome, Concept] = MappingProxyType(
    {
        Outcome.TRUE_POSITIVE: own("tp", "True positive"),
        Outcome.TRUE_NEGATIVE: own("tn", "True negative"),
        Outcome.FALSE_POSITIVE: own("fp", "False positive"),
        Outcome.FALSE_NEGATIVE: own("fn", "False negative"),
        Outcome.INDETERMINATE: own("unsure", "Scanner or expert not sure"),
        Outcome.MISSED_INDETERMINATE: own("missed", "Finding there, scanner did not commit to it"),
        Outcome.NOT_ASSESSABLE: own("not-assessable", "Cannot be assessed"),
        Outcome.NOT_ANSWERED: own("not-answered", "Not answered by the scanner"),
    }
)
REFERENCES: Mapping[Reference, Concept] = MappingProxyType(
    {
        Reference.EXPERT_READING: own("ref-expert", "Reading of an expert"),
        Reference.REPEATED_SCAN: own("ref-repeated", "Repeated scan"),
        Reference.OTHER_IMAGING: own("ref-imaging", "Other imaging"),
        Reference.LABORATORY: own("ref-laboratory", "Laboratory"),
        Reference.PROCEDURE: own("ref-procedure", "Procedure"),
        Reference.FOLLOW_UP: own("ref-follow-up", "Follow-up"),
    }
)
CONSEQUENCES: Mapping[Consequence, Concept] = MappingProxyType(
    {
        Consequence.NONE: own("consequence-none", "None"),
        Consequence.MINOR: own("consequence-minor", "Minor"),
        Consequence.MEANINGFUL: own("consequence-meant", "Meaningful"),
        Consequence.CONTACT_NOW: own("consequence-now", "Patient needs to be contacted now"),
    }
)
CAUSES: Mapping[Cause, Concept] = MappingProxyType(
    {one: own(f"cause-{one.value.replace('_', '-')}"[:16], one.value.replace("_", " ").capitalize()) for one in Cause}
)


def procedure_of(exam_type: ExamType) -> Concept:
    """Return what was done."""
    return PROCEDURES.get(exam_type.code, ULTRASONOGRAPHY)


def exam_type_concept(exam_type: ExamType) -> Concept:
    """Return the code of an exam type."""
    return own(exam_type.code, exam_type.label.en)


def view_concept(exam_type: ExamType, code: str) -> Concept:
    """Return the code of a view, which has its meaning within its exam type."""
    view = exam_type.view(code)
    return own(f"{exam_type.code}.{code}", view.label.en if view else code)


def question_concept(exam_type: ExamType, code: str) -> Concept:
    """Return the code of a focused question, which has its meaning within its exam type."""
    question = exam_type.question(code)
    return own(f"{exam_type.code}.{code}", question.label.en if question else code)

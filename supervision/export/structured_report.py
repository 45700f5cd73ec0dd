"""How is a final reading written as a DICOM structured report beside the released clips?

A Comprehensive SR after TID 1500 (PS3.16), with one group (TID 1501) for the exam, one for each view and one for each
focused question. Patient, study and dates are those of the released objects: dates there are moved, so the report's is
moved with them, and keeps its distance. The same reading of the same objects gives the same bytes.
"""

import hashlib
from collections.abc import Iterable, Sequence
from copy import deepcopy
from datetime import date, datetime, timedelta
from io import BytesIO

import pydicom
from highdicom.sr import (
    CodedConcept,
    ComprehensiveSR,
    LanguageOfContentItemAndDescendants,
    Measurement,
    MeasurementReport,
    MeasurementsAndQualitativeEvaluations,
    ObservationContext,
    ObserverContext,
    PersonObserverIdentifyingAttributes,
    QualitativeEvaluation,
    SourceImageForMeasurementGroup,
    TrackingIdentifier,
)
from pydicom.dataset import Dataset
from pydicom.sr.coding import Code
from pydicom.uid import UID

from supervision.export import codes
from supervision.export.codes import Concept
from supervision.export.final_reading import FinalReading
from supervision.rating import Component

VERSION = "2"
"""Of this way to write a reading; another way is another version, and other bytes."""

LAST_SERIES = 9000
"""A series number that no device gives: the reports of an exam stand behind its clips."""

NO_TIME = "000000"
"""What stands for the time of day: the true one would find the same reading in a FHIR file, and there its true day."""

NO_DATE = date(1970, 1, 1)
"""The day of a report whose objects name none."""

REPEATED = (
    *("PatientID", "PatientName", "PatientBirthDate", "PatientSex"),
    *("StudyID", "StudyDate", "StudyTime", "AccessionNumber", "ReferringPhysicianName"),
)
"""What a report has in common with the objects of its study."""

ENGLISH = CodedConcept("en-US", "RFC5646", "English (United States)")
NO_UNITS = CodedConcept("1", "UCUM", "no units")
REPORT = CodedConcept("126000", "DCM", "Imaging Measurement Report")


def structured_report(reading: FinalReading, released: Sequence[Dataset]) -> bytes:
    """Return the DICOM file of a reading; released: headers of the exam's released objects, at least one."""
    if not released:
        raise ValueError("a structured report needs a released DICOM object")
    by_name = {str(one.SOPInstanceUID): _whole(one) for one in released}
    evidence = [by_name[name] for name in sorted(by_name)]
    report = ComprehensiveSR(
        evidence=evidence,
        content=_content(reading, evidence)[0],
        series_instance_uid=_uid("series", reading),
        series_number=LAST_SERIES,
        sop_instance_uid=_uid("instance", reading, *(str(one.SOPInstanceUID) for one in evidence)),
        instance_number=reading.version,
        manufacturer="Sonorelay",
        is_complete=True,
        is_final=True,
        requested_procedures=None,
    )
    _let_dates_follow(report, reading, evidence[0])
    report.SpecificCharacterSet = "ISO_IR 192"
    report.SoftwareVersions = VERSION
    report.CodingSchemeIdentificationSequence = [_own_scheme()]
    file = BytesIO()
    pydicom.dcmwrite(file, report, enforce_file_format=True)
    return file.getvalue()


def _content(reading: FinalReading, evidence: Sequence[Dataset]) -> MeasurementReport:
    groups = [_of_exam(reading, evidence)]
    groups += [_of_view(reading, code, evidence) for code in sorted(reading.form.views)]
    groups += [_of_question(reading, code) for code in sorted(reading.form.answers)]
    reader = ObserverContext(
        CodedConcept("121006", "DCM", "Person"),
        PersonObserverIdentifyingAttributes(name=f"{reading.reviewer.name or reading.reviewer.pseudonym}^"),
    )
    return MeasurementReport(
        observation_context=ObservationContext(observer_person_context=reader),
        procedure_reported=_coded(codes.procedure_of(reading.exam_type)),
        imaging_measurements=groups,
        title=REPORT,
        language_of_content_item_and_descendants=LanguageOfContentItemAndDescendants(ENGLISH),
        referenced_images=list(evidence),
    )


def _of_exam(reading: FinalReading, evidence: Sequence[Dataset]) -> MeasurementsAndQualitativeEvaluations:
    form = reading.form
    there, required = form.completeness(reading.exam_type)
    numbers: list[tuple[Concept, int | None]] = [
        (codes.OVERALL, form.overall),
        (codes.VIEWS_PRESENT, there),
        (codes.VIEWS_REQUIRED, required),
        (codes.INDICATION, form.indication),
        (codes.INTEGRATION, form.integration),
        (codes.ENTRUSTMENT, form.entrustment),
        (codes.CONFIDENCE, form.confidence),
    ]
    said: list[tuple[Concept, Concept | None]] = [
        (codes.EXAM_TYPE, codes.exam_type_concept(reading.exam_type)),
        (codes.ADEQUATE, codes.YES if reading.adequate else codes.NO),
        (codes.CORRECT, None if reading.correct is None else codes.YES if reading.correct else codes.NO),
        (codes.CONSEQUENCE, codes.CONSEQUENCES[form.consequence] if form.consequence else None),
        (codes.CAUSE, codes.CAUSES[form.cause] if form.cause else None),
    ]
    return MeasurementsAndQualitativeEvaluations(
        TrackingIdentifier(_uid("exam", reading), "exam"),
        measurements=[Measurement(_coded(name), value, NO_UNITS) for name, value in numbers if value is not None],
        qualitative_evaluations=_evaluations(said),
        source_images=_images(evidence),
    )


def _of_view(reading: FinalReading, code: str, evidence: Sequence[Dataset]) -> MeasurementsAndQualitativeEvaluations:
    rated = reading.form.views[code]
    said: list[tuple[Concept, Concept | None]] = [(codes.VIEW, codes.view_concept(reading.exam_type, code))]
    for part in Component:
        if part in rated:
            level = rated[part]
            said.append((codes.COMPONENTS[part], codes.NOT_APPLICABLE if level is None else codes.LEVELS[level]))
    shown = [one for one in evidence if reading.views.get(str(one.SOPInstanceUID)) == code]
    return MeasurementsAndQualitativeEvaluations(
        TrackingIdentifier(_uid("view", reading, code), f"view {code}"),
        qualitative_evaluations=_evaluations(said),
        source_images=_images(shown) or None,
    )


def _of_question(reading: FinalReading, code: str) -> MeasurementsAndQualitativeEvaluations:
    form = reading.form
    scanner = reading.scanner.get(code)
    said: list[tuple[Concept, Concept | None]] = [
        (codes.EXPERT_ANSWER, codes.ANSWERS[form.answers[code]]),
        (codes.SCANNER_ANSWER, codes.ANSWERS[scanner] if scanner else None),
        (codes.COMPARED, codes.OUTCOMES[form.outcomes(reading.scanner)[code]]),
        (codes.RESTS_ON, codes.REFERENCES[form.reference(code)]),
    ]
    return MeasurementsAndQualitativeEvaluations(
        TrackingIdentifier(_uid("question", reading, code), f"question {code}"),
        finding_type=_coded(codes.question_concept(reading.exam_type, code)),
        qualitative_evaluations=_evaluations(said),
    )


def _evaluations(said: Iterable[tuple[Concept, Concept | None]]) -> list[QualitativeEvaluation]:
    return [QualitativeEvaluation(_coded(name), _coded(value)) for name, value in said if value is not None]


def _images(evidence: Iterable[Dataset]) -> list[SourceImageForMeasurementGroup]:
    return [SourceImageForMeasurementGroup(str(one.SOPClassUID), str(one.SOPInstanceUID)) for one in evidence]


def _coded(one: Concept) -> CodedConcept:
    return CodedConcept.from_code(Code(one.value, one.scheme, one.meaning))


def _whole(released: Dataset) -> Dataset:
    """Return the header with what an SR must repeat of it, empty where the released object leaves it out."""
    whole = deepcopy(released)  # the library writes into what it is given
    for name in REPEATED:
        if name not in whole:
            setattr(whole, name, "")
    if not whole.get("Modality"):
        whole.Modality = "US"
    named = str(whole.PatientName)
    if named and "^" not in named:
        whole.PatientName = f"{named}^"  # a pseudonym is one word on purpose
    return whole


def _let_dates_follow(report: Dataset, reading: FinalReading, released: Dataset) -> None:
    """Set every date to that of the moved study and as many days later as the reading was, without a time of day."""
    day = _day_of(released)
    if day != NO_DATE and reading.days_after is not None:
        day += timedelta(days=reading.days_after)
    for name in ("ContentDate", "InstanceCreationDate", "SeriesDate"):
        setattr(report, name, f"{day:%Y%m%d}")
    for name in ("ContentTime", "InstanceCreationTime", "SeriesTime"):
        setattr(report, name, NO_TIME)
    for equipment in report.ContributingEquipmentSequence:
        equipment.pop("ContributionDateTime", None)
    if "TimezoneOffsetFromUTC" in report:
        del report.TimezoneOffsetFromUTC


def _day_of(released: Dataset) -> date:
    for name in ("StudyDate", "AcquisitionDate", "ContentDate", "SeriesDate"):
        said = str(released.get(name, "") or "")[:8]
        if len(said) == 8 and said.isdecimal():
            return datetime.strptime(said, "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
    return NO_DATE


def _uid(what: str, reading: FinalReading, *more: str) -> UID:
    """Return a UID that is the same whenever this reading is written."""
    named = "/".join(("sonorelay", "sr", VERSION, what, str(reading.reading), str(reading.version), *more))
    return UID(f"2.25.{int.from_bytes(hashlib.sha256(named.encode()).digest()[:16], 'big')}")


def _own_scheme() -> Dataset:
    scheme = Dataset()
    scheme.CodingSchemeDesignator = codes.OWN
    scheme.CodingSchemeName = "Sonorelay: ratings of supervised ultrasound"
    scheme.CodingSchemeResponsibleOrganization = "Sonorelay"
    return scheme

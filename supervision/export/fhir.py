"""How does a final reading look to a system that speaks FHIR R4B?

A Bundle of the task that somebody was asked, the report, what was observed, and the people as pseudonyms. It names no
patient, study or picture: beside the released clips stand moved dates, and the days here are real.
Identifiers are the same whenever the same reading is written.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from supervision.export import codes
from supervision.export.codes import Concept
from supervision.export.final_reading import FinalReading, Somebody
from supervision.priority import Clock
from supervision.rating import Component

Resource = dict[str, Any]

SYSTEMS: Mapping[str, str] = {
    "SCT": "http://snomed.info/sct",
    "DCM": "http://dicom.nema.org/resources/ontology/DCM",
    codes.OWN: "urn:sonorelay:codes",
}
PEOPLE = "urn:sonorelay:pseudonyms"
PROJECTS = "urn:sonorelay:projects"
EXAMS = "urn:ietf:rfc:3986"
"""The system of identifiers that are addresses themselves, such as urn:uuid."""

SECTIONS: Mapping[str, tuple[str, str]] = {
    "CARD": ("CUS", "Cardiac Ultrasound"),
    "RHD": ("CUS", "Cardiac Ultrasound"),
    "OB_T1": ("OUS", "OB Ultrasound"),
    "OB_T23": ("OUS", "OB Ultrasound"),
    "DVT": ("VUS", "Vascular Ultrasound"),
    "AORTA": ("VUS", "Vascular Ultrasound"),
}
"""The diagnostic service (HL7 table 0074), by exam type; ultrasound in general where none is named."""

PRIORITIES: Mapping[Clock, str] = {Clock.P0: "stat", Clock.P1: "asap", Clock.P2: "routine", Clock.P3: "routine"}


def bundle_of(reading: FinalReading) -> Resource:
    """Return everything of one final reading as a Bundle of FHIR R4B."""
    observations = [_of_exam(reading)]
    observations += [_of_view(reading, code) for code in sorted(reading.form.views)]
    observations += [_of_question(reading, code) for code in sorted(reading.form.answers)]
    people = [one for one in (reading.reviewer, reading.trainee) if one is not None]
    resources = [_task(reading), _report(reading, observations), *observations, *map(_practitioner, people)]
    return {
        "resourceType": "Bundle",
        "id": _id("bundle", reading),
        "type": "collection",
        "timestamp": _moment(reading.submitted_at),
        "entry": [{"fullUrl": _urn(one["id"]), "resource": one} for one in resources],
    }


def as_bytes(resource: Resource) -> bytes:
    """Return a resource as the bytes of a JSON file; the same resource is the same bytes."""
    return json.dumps(resource, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def _task(reading: FinalReading) -> Resource:
    return {
        "resourceType": "Task",
        "id": _id("task", reading),
        "identifier": [_exam(reading)],
        "status": "completed",
        "intent": "order",
        "priority": PRIORITIES[reading.clock],
        "code": _concept(codes.REVIEW),
        "authoredOn": _moment(reading.asked_at),
        "lastModified": _moment(reading.submitted_at),
        "executionPeriod": {"start": _moment(reading.asked_at), "end": _moment(reading.submitted_at)},
        "requester": {"identifier": {"system": PROJECTS, "value": reading.project}, "type": "Organization"},
        "owner": _to(reading.reviewer),
        "restriction": {"period": {"end": _moment(reading.due_at)}},
        "output": [
            {
                "type": {"text": "report"},
                "valueReference": {"reference": _urn(_id("report", reading)), "type": "DiagnosticReport"},
            }
        ],
    }


def _report(reading: FinalReading, observations: Iterable[Resource]) -> Resource:
    section, name = SECTIONS.get(reading.exam_type.code, ("RUS", "Radiology Ultrasound"))
    performed = {"performer": [_to(reading.trainee)]} if reading.trainee else {}
    service = {"system": "http://terminology.hl7.org/CodeSystem/v2-0074", "code": section, "display": name}
    return {
        "resourceType": "DiagnosticReport",
        "id": _id("report", reading),
        "identifier": [_exam(reading)],
        "status": _status(reading),
        "category": [{"coding": [service]}],
        "code": _concept(codes.procedure_of(reading.exam_type), codes.exam_type_concept(reading.exam_type)),
        "issued": _moment(reading.submitted_at),
        **performed,
        "resultsInterpreter": [_to(reading.reviewer)],
        "result": [{"reference": _urn(one["id"]), "type": "Observation"} for one in observations],
    }


def _of_exam(reading: FinalReading) -> Resource:
    form = reading.form
    there, required = form.completeness(reading.exam_type)
    numbers: list[tuple[Concept, int | None]] = [
        (codes.VIEWS_PRESENT, there),
        (codes.VIEWS_REQUIRED, required),
        (codes.INDICATION, form.indication),
        (codes.INTEGRATION, form.integration),
        (codes.ENTRUSTMENT, form.entrustment),
        (codes.CONFIDENCE, form.confidence),
    ]
    parts = [_component(name, valueInteger=value) for name, value in numbers if value is not None]
    parts.append(_component(codes.ADEQUATE, valueBoolean=reading.adequate))
    if reading.correct is not None:
        parts.append(_component(codes.CORRECT, valueBoolean=reading.correct))
    if form.consequence:
        parts.append(_component(codes.CONSEQUENCE, valueCodeableConcept=_concept(codes.CONSEQUENCES[form.consequence])))
    if form.cause:
        parts.append(_component(codes.CAUSE, valueCodeableConcept=_concept(codes.CAUSES[form.cause])))
    return _observation(reading, "exam", codes.OVERALL) | {"valueInteger": form.overall, "component": parts}


def _of_view(reading: FinalReading, code: str) -> Resource:
    rated = reading.form.views[code]
    parts = []
    for part in Component:
        if part not in rated:
            continue
        level = rated[part]
        told = {"dataAbsentReason": _absent("not-applicable")} if level is None else {"valueInteger": level}
        parts.append(_component(codes.COMPONENTS[part], **told))
    whole = _observation(reading, f"view/{code}", codes.view_concept(reading.exam_type, code))
    return whole | ({"component": parts} if parts else {"dataAbsentReason": _absent("not-performed")})


def _of_question(reading: FinalReading, code: str) -> Resource:
    form = reading.form
    scanner = reading.scanner.get(code)
    said: list[tuple[Concept, Concept | None]] = [
        (codes.SCANNER_ANSWER, codes.ANSWERS[scanner] if scanner else None),
        (codes.COMPARED, codes.OUTCOMES[form.outcomes(reading.scanner)[code]]),
        (codes.RESTS_ON, codes.REFERENCES[form.reference(code)]),
    ]
    parts = [_component(name, valueCodeableConcept=_concept(value)) for name, value in said if value is not None]
    whole = _observation(reading, f"question/{code}", codes.question_concept(reading.exam_type, code))
    return whole | {"valueCodeableConcept": _concept(codes.ANSWERS[form.answers[code]]), "component": parts}


def _observation(reading: FinalReading, what: str, name: Concept) -> Resource:
    return {
        "resourceType": "Observation",
        "id": _id(what, reading),
        "status": _status(reading),
        "code": _concept(name),
        "effectiveDateTime": _moment(reading.submitted_at),
        "performer": [_to(reading.reviewer)],
    }


def _practitioner(person: Somebody) -> Resource:
    named = {"name": [{"text": person.name}]} if person.name else {}
    return {
        "resourceType": "Practitioner",
        "id": _person_id(person),
        "identifier": [{"system": PEOPLE, "value": person.pseudonym}],
        **named,
    }


def _component(name: Concept, **value: Any) -> Resource:
    return {"code": _concept(name), **value}


def _concept(*several: Concept) -> Resource:
    codings = [{"system": SYSTEMS[one.scheme], "code": one.value, "display": one.meaning} for one in several]
    return {"coding": codings}


def _absent(code: str) -> Resource:
    return {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": code}]}


def _exam(reading: FinalReading) -> Resource:
    return {"system": EXAMS, "value": f"urn:uuid:{reading.exam}"}


def _status(reading: FinalReading) -> str:
    return "final" if reading.version == 1 else "amended"


def _to(person: Somebody) -> Resource:
    return {"reference": _urn(_person_id(person)), "type": "Practitioner"}


def _person_id(person: Somebody) -> str:
    return str(uuid5(NAMESPACE_URL, f"{PEOPLE}/{person.pseudonym}"))


def _id(what: str, reading: FinalReading) -> str:
    """Return what a resource is called: the same in every version of a reading."""
    return str(uuid5(reading.exam, f"fhir/{what}"))


def _urn(name: str) -> str:
    return f"urn:uuid:{name}"


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds")

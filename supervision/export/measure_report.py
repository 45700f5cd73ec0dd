"""How do the figures of a project and a period look as a MeasureReport of FHIR R4B?

One group for each share, with its numerator and its denominator; numbers so small that they must not leave are masked.
"""

from collections.abc import Mapping
from uuid import NAMESPACE_URL, uuid5

from supervision.export.counts import Name, hidden
from supervision.export.fhir import PROJECTS, Resource
from supervision.period import Period

MEASURES: Mapping[str, tuple[str, str, str]] = {
    "read": ("rated", "exams", "Exams with a final reading, of all exams"),
    "adequate": ("adequate", "rated", "Adequate exams, of those with a final reading"),
    "correct": ("correct", "answered", "Exams without a wrong answer to a critical question, of those that tell"),
    "success": ("succeeded", "judged", "Adequate and correct exams, of those that tell"),
    "in-time": ("in_time", "due", "First readings within their clock, of those due"),
    "seen": ("seen", "released", "Feedback seen, of what was released"),
}
"""Numerator, denominator and title of each share."""

CODES = "urn:sonorelay:measures"
POPULATIONS = "http://terminology.hl7.org/CodeSystem/measure-population"
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"


def measure_report(project: str, period: Period, numbers: Mapping[Name, int], made_at: str) -> Resource:
    """Return the report of one project, from its numbers of all exam types together; made_at: ISO 8601, with zone."""
    told = {Name(figure): numbers.get(Name(figure), 0) for one in MEASURES.values() for figure in one[:2]}
    small = hidden(told)
    return {
        "resourceType": "MeasureReport",
        "id": str(uuid5(NAMESPACE_URL, f"{CODES}/{project}/{period.code}")),
        "status": "complete",
        "type": "summary",
        "measure": f"{CODES}:quality",
        "date": made_at,
        "reporter": {"identifier": {"system": PROJECTS, "value": project}},
        "period": {"start": period.first.isoformat(), "end": period.last.isoformat()},
        "group": [_group(code, told, small) for code in MEASURES],
    }


def _group(code: str, told: Mapping[Name, int], small: frozenset[Name]) -> Resource:
    above, below, title = MEASURES[code]
    group: Resource = {
        "code": {"coding": [{"system": CODES, "code": code, "display": title}], "text": title},
        "population": [_population("denominator", below, told, small), _population("numerator", above, told, small)],
    }
    total = told[Name(below)]
    if total and not {Name(above), Name(below)} & small:
        share = round(told[Name(above)] / total, 4)
        group["measureScore"] = {"value": share, "unit": "1", "system": "http://unitsofmeasure.org", "code": "1"}
    return group


def _population(role: str, figure: str, told: Mapping[Name, int], small: frozenset[Name]) -> Resource:
    population: Resource = {"code": {"coding": [{"system": POPULATIONS, "code": role}]}}
    if Name(figure) in small:
        population["_count"] = {"extension": [{"url": ABSENT, "valueCode": "masked"}]}
    else:
        population["count"] = told[Name(figure)]
    return population

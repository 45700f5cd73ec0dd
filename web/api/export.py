"""Which readings and figures may a program take to another system: FHIR, DICOM SR, DHIS2? Nothing names a patient."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from storage.catalogue.models import Review
from storage.catalogue.programme import current
from storage.catalogue.scope import projects_for
from storage.export import numbers, readings
from supervision.export import dhis2, fhir
from supervision.export.measure_report import measure_report
from supervision.period import Period
from supervision.roles import Action
from web.api.access import DICOM, FHIR, operation
from web.api.failures import checked
from web.api.shapes import Code, Number, Page, Part, page_of
from web.permissions import person_of

router = Router()


class ExportableOut(Schema):
    """A final reading that can be taken out; exam: its number here, uuid: its name in every installation."""

    exam: int
    uuid: UUID
    project: str
    exam_type: str
    submitted: datetime
    dicom: bool


class NamesAsked(Schema):
    """names: of who scanned and who read in place of pseudonyms, where the person may know them."""

    names: bool = False


class DataValue(Schema):
    """One number of a data set."""

    dataElement: str  # noqa: N815 - as DHIS2 calls it
    orgUnit: str  # noqa: N815
    period: str
    value: str
    categoryOptionCombo: str | None = None  # noqa: N815
    attributeOptionCombo: str | None = None  # noqa: N815


class DataValueSet(Schema):
    """What can be posted to /api/dataValueSets of a DHIS2."""

    dataSet: str  # noqa: N815
    period: str
    dataValues: list[DataValue]  # noqa: N815


class PeriodAsked(Schema):
    """A period: 2026-W07, 2026-02, 2026-Q1 or 2026."""

    period: str = Field(pattern=r"^\d{4}(-(W\d{2}|\d{2}|Q\d))?$")


@operation(router, "GET", "/export/readings", Action.EXPORT, response=Page[ExportableOut])
def known(request: HttpRequest, part: Part) -> dict[str, object]:
    """List the final readings that can be taken out, newest first."""
    return page_of(readings.readings_for(person_of(request)), part, lambda rows: [_listed(one) for one in rows])


@operation(router, "GET", "/export/exams/{exam}/fhir", Action.EXPORT, response=dict[str, Any], file=FHIR)
def as_fhir(request: HttpRequest, exam: Number, asked: Annotated[NamesAsked, Query()]) -> HttpResponse:
    """Take out a final reading as a Bundle of FHIR R4B: Task, DiagnosticReport, Observations, Practitioners."""
    review = _review(request, exam)
    told = readings.exported(review, names=_names(request, review, asked), dicom=False)
    readings.note("fhir", 1, person_of(request), timezone.now(), exam=review.exam)
    return _file(fhir.as_bytes(fhir.bundle_of(told.reading)), FHIR, f"{review.exam.uuid}.json")


@operation(router, "GET", "/export/exams/{exam}/sr", Action.EXPORT, response=None, file=DICOM)
def as_structured_report(request: HttpRequest, exam: Number, asked: Annotated[NamesAsked, Query()]) -> HttpResponse:
    """Take out a final reading as a DICOM structured report (Comprehensive SR, TID 1500) of its released clips.

    404 where none of the clips came as DICOM.
    """
    review = _review(request, exam)
    told = readings.exported(review, names=_names(request, review, asked))
    if not told.released:
        raise Http404
    from supervision.export.structured_report import structured_report  # the library takes a while to load

    readings.note("sr", 1, person_of(request), timezone.now(), exam=review.exam)
    return _file(structured_report(told.reading, told.released), DICOM, f"{readings.report_name(review)}.dcm")


@operation(router, "GET", "/export/measures/{code}", Action.EXPORT, response=dict[str, Any], file=FHIR)
def as_measures(request: HttpRequest, code: Code, asked: Annotated[PeriodAsked, Query()]) -> HttpResponse:
    """Take out a project's shares of a period as a MeasureReport of FHIR R4B; small numbers are masked."""
    project = projects_for(person_of(request), Action.EXPORT).get(code=code)
    now, period = timezone.now(), _period(asked)
    told = numbers.numbers_of([project], period, now)[project.code]
    readings.note("measures", 1, person_of(request), now)
    until = min(now, period.ends).isoformat(timespec="seconds")
    content = fhir.as_bytes(measure_report(project.code, period, told, until))
    return _file(content, FHIR, f"{project.code}-{period.code}.json")


@operation(router, "GET", "/export/dhis2", Action.EXPORT, response=DataValueSet)
def as_data_values(request: HttpRequest, asked: Annotated[PeriodAsked, Query()]) -> dict[str, Any]:
    """Take out the figures of the person's projects as DHIS2 dataValueSets, as [dhis2] of programme.toml maps them.

    Numbers of 1 to 4, and what would betray them, are left out. 404 where the programme maps nothing.
    """
    mapping = current().dhis2
    if mapping is None:
        raise Http404
    now, period = timezone.now(), _period(asked)
    places = list(projects_for(person_of(request), Action.EXPORT).filter(code__in=mapping.org_units))
    with checked("query.period"):
        if period.kind is not mapping.period:
            raise ValueError(f"the data set is {mapping.period.value}")
    told = dhis2.data_value_set(mapping, period, numbers.numbers_of(places, period, now))
    readings.note("dhis2", len(told["dataValues"]), person_of(request), now)
    return told


def _review(request: HttpRequest, exam: int) -> Review:
    return readings.readings_for(person_of(request)).get(exam=exam)


def _names(request: HttpRequest, review: Review, asked: NamesAsked) -> bool:
    return asked.names and readings.may_name(person_of(request), review.exam.project)


def _period(asked: PeriodAsked) -> Period:
    with checked("query.period"):
        return Period.named(asked.period)


def _listed(one: Review) -> ExportableOut:
    return ExportableOut(
        exam=one.exam_id,
        uuid=one.exam.uuid,
        project=one.exam.project.code,
        exam_type=one.exam.exam_type,
        submitted=one.submitted_at,
        dicom=readings.has_dicom(one),
    )


def _file(content: bytes, media: str, name: str) -> HttpResponse:
    headers = {"Cache-Control": "private, no-store", "Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=media, headers=headers)

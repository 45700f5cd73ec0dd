"""What does a report of a scope and a period tell?"""

from collections.abc import Iterable
from datetime import datetime

from pipeline.text import Text
from storage.catalogue.exam_catalogue import types_of_all
from storage.catalogue.models import Project
from storage.catalogue.registers.figures import registers_of
from storage.catalogue.reporting.activity import activity_of, counted_in, counted_of
from storage.catalogue.reporting.alerts import alerts_of
from storage.catalogue.reporting.beside import equipment_in, incidents_in, sustained_at, telemedicine_in
from storage.catalogue.reporting.labels import labels_of
from storage.catalogue.reporting.pipeline import pipeline_in
from storage.catalogue.reporting.reach import Reach, reach_of
from storage.catalogue.reporting.readings import read_in
from storage.catalogue.reporting.supervised import supervised_in
from storage.catalogue.reporting.waiting import refusals_in, waiting_at
from supervision.period import Period, PeriodKind
from supervision.report.figures import Figures, Scope, Stretch
from supervision.report.measures import Detailed


def figures_of(scope: Scope, period: Period, cut_off: datetime) -> Figures:
    """Return every figure of a report; `cut_off` is the moment until which the catalogue is read.

    The same catalogue gives the same figures. What was recorded after `cut_off` is left out, but the states of scans
    are those of now: a report is made when it is due, and kept.
    """
    reach = reach_of(scope)
    activity = activity_of(reach, period, cut_off, projects=scope.projects)
    known = Project.objects.filter(code__in=scope.projects).select_related("organisation").order_by("code")
    detailed, alerts = _detailed(reach, list(known), period, cut_off), alerts_of(reach, known, cut_off)
    told_of = {*detailed.pipeline.rungs, *(one.exam_type for one in alerts if one.exam_type)}
    return Figures(
        scope=scope,
        period=period,
        cut_off=cut_off,
        activity=activity,
        months=_months(reach, period, cut_off),
        before=counted_of(reach, period.previous(), cut_off),
        detailed=detailed,
        registers=registers_of(known, period.first, period.last, cut_off),
        alerts=alerts,
        exam_types=labels_of("exam_type", told_of | {cross.exam_type for cross in activity.crossed}),
        questions=_questions(known),
        projects=labels_of("project", scope.projects),
        countries={project.code: project.country for project in known},
    )


def _months(reach: Reach, period: Period, cut_off: datetime) -> tuple[Stretch, ...]:
    months = period.parts(PeriodKind.MONTH) if period.kind in (PeriodKind.QUARTER, PeriodKind.YEAR) else ()
    return tuple(map(Stretch, months, counted_in(reach, months, cut_off)))


def _questions(projects: Iterable[Project]) -> dict[tuple[str, str], Text]:
    types = types_of_all(sorted({project.organisation_id for project in projects}))
    return {(code, one.code): one.label for code, kind in types.items() for one in kind.questions}


def _detailed(reach: Reach, projects: list[Project], period: Period, cut_off: datetime) -> Detailed:
    numbers = [project.pk for project in projects]
    return Detailed(
        refusals=refusals_in(reach, period, cut_off),
        waiting=waiting_at(reach, cut_off),
        read=read_in(reach, period, cut_off),
        supervised=supervised_in(reach, period, cut_off),
        pipeline=pipeline_in(reach, numbers, period, cut_off),
        telemedicine=telemedicine_in(reach, period, cut_off),
        equipment=equipment_in(numbers, period, cut_off),
        sustained=sustained_at(reach, numbers, period, cut_off),
        incidents=incidents_in(numbers, period, cut_off),
        simulated=reach.scans_in(period, cut_off).filter(simulated=True).count(),
    )

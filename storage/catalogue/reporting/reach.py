"""Which scans and exams is a figure about?"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from pipeline.text import Text
from storage.catalogue.figures import Slice
from storage.catalogue.handovers import with_us
from storage.catalogue.models import Exam, Organisation, Project, Scan
from supervision.exam_types import non_clinical_codes
from supervision.period import Days
from supervision.report.figures import Scope
from supervision.report.series import ScopeKind

PROGRAMME = Text("Whole programme", "Ensemble du programme")


@dataclass(frozen=True)
class Reach:
    """Scans, and the exams of the same projects, people or types; whoever may not see them all gets fewer of both."""

    scans: QuerySet[Scan]
    exams: QuerySet[Exam]

    def scans_in(self, days: Days, cut_off: datetime) -> QuerySet[Scan]:
        """Return the scans that arrived in these days, until `cut_off`."""
        return Slice(since=days.first, until=days.last).of(self.scans).filter(received_at__lte=cut_off)

    def exams_in(self, days: Days, cut_off: datetime) -> QuerySet[Exam]:
        """Return the patients' exams that arrived in these days, until `cut_off`; none of a phantom."""
        clinical = self.exams.exclude(exam_type__in=non_clinical_codes())
        return clinical.filter(arrived_at__gte=days.begins, arrived_at__lt=days.ends, arrived_at__lte=cut_off)

    def holds(self, field: str) -> Exists:
        """Return the condition that the exam to which `field` of a row leads is one of these.

        Asked row by row: of what is open, or happened in some days, there is little beside all exams.
        """
        return Exists(self.exams.filter(pk=OuterRef(field)))


def reach_of(scope: Scope) -> Reach:
    """Return everything of the projects of a scope."""
    projects = list(Project.objects.filter(code__in=scope.projects).values_list("pk", flat=True))
    return Reach(Scan.objects.filter(project__in=projects), Exam.objects.filter(project__in=projects))


def programme_scope() -> Scope:
    """Return the scope of all projects, those left out that were given away."""
    return Scope(ScopeKind.PROGRAMME, "", PROGRAMME, _codes(Project.objects.filter(with_us())))


def organisation_scope(organisation: Organisation) -> Scope:
    """Return the scope of an organisation's projects."""
    name = Text(organisation.name, organisation.name)
    return Scope(ScopeKind.ORGANISATION, organisation.code, name, _codes(organisation.projects.filter(with_us())))


def project_scope(project: Project) -> Scope:
    """Return the scope of one project."""
    return Scope(ScopeKind.PROJECT, project.code, Text(project.name, project.name), (project.code,))


def _codes(projects: QuerySet[Project]) -> tuple[str, ...]:
    return tuple(projects.order_by("code").values_list("code", flat=True))

"""Which reports are kept, what did people write to their sections, and which files were printed of them?"""

from django.db import models

from storage.catalogue.models.exams import choices_of
from storage.catalogue.models.people import Person
from storage.catalogue.models.programme import Project
from supervision.period import PeriodKind
from supervision.report.series import ScopeKind


class Report(models.Model):
    """The figures of a period as they were known at `cut_off`: kept as a document, never changed.

    `digest` is that of the document and its name in the object store. `projects` are those that were counted: whoever
    may not see all of them does not see the report. `outside`: small numbers suppressed, so that it may leave.
    `made_by` is nobody where it was made on schedule.
    """

    kind = models.CharField(max_length=10, choices=choices_of(PeriodKind))
    scope_kind = models.CharField(max_length=12, choices=choices_of(ScopeKind))
    scope = models.CharField(max_length=40, blank=True)
    period = models.CharField(max_length=10)
    first = models.DateField()
    last = models.DateField()
    outside = models.BooleanField(default=False)
    cut_off = models.DateTimeField()
    versions = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, unique=True)
    size = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="reports_made")
    projects = models.ManyToManyField(Project, related_name="reports")

    class Meta:
        """Found by its series, and the newest first."""

        indexes = [
            models.Index(fields=["scope_kind", "scope", "kind", "period"], name="report_by_series"),
            models.Index(fields=["-last", "-made_at"], name="report_by_end"),
        ]

    def __str__(self) -> str:
        """Return what it is about."""
        return f"{self.scope or 'programme'} {self.period}"


class ReportComment(models.Model):
    """What a person wrote to a section; a line that is written anew comes after the old one, which is kept.

    It belongs to what is reported on and to the period, not to one making of the report, and so stands in every later
    one. An empty text takes the comment back.
    """

    scope_kind = models.CharField(max_length=12, choices=choices_of(ScopeKind))
    scope = models.CharField(max_length=40, blank=True)
    period = models.CharField(max_length=10)
    section = models.CharField(max_length=40)
    language = models.CharField(max_length=2)
    text = models.TextField(max_length=4000, blank=True)
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="report_comments")
    at = models.DateTimeField()

    class Meta:
        """Found by what is reported on."""

        indexes = [models.Index(fields=["scope_kind", "scope", "period"], name="comment_by_series")]

    def __str__(self) -> str:
        """Return where it stands."""
        return f"{self.period} {self.section}"


class ReportFile(models.Model):
    """A file as it was printed from a report: `said` is the digest of the comments that stand in it.

    `digest` is that of its bytes, and its name in the object store.
    """

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="files")
    language = models.CharField(max_length=2)
    form = models.CharField(max_length=4)
    said = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        """Printed once as long as nobody writes anything new."""

        constraints = [models.UniqueConstraint(fields=["report", "language", "form", "said"], name="printed_once")]

    def __str__(self) -> str:
        """Return language and format."""
        return f"{self.language} {self.form}"

"""What did people decide about scans that were held back, what was asked, and what is known of screens?"""

from django.db import models

from pipeline.received import Kind
from storage.catalogue.models.people import Person
from storage.catalogue.models.programme import Device, Project
from storage.catalogue.models.scans import Scan


class SectorLayout(models.Model):
    """Where the sectors lie on the screen of one device, in pictures of one kind and size.

    `drawn_by` is empty for one that was learned from released scans. `polygons` are lists of corners [x, y] in pixels.
    A retired layout guides nothing any more and is not learned again from the scans it came from.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="layouts")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, blank=True, related_name="layouts")
    model = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=8, choices=[(kind.value, kind.value) for kind in Kind])
    rows = models.PositiveIntegerField()
    columns = models.PositiveIntegerField()
    polygons = models.JSONField()
    drawn_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="layouts")
    from_scan = models.ForeignKey(Scan, on_delete=models.SET_NULL, null=True, blank=True, related_name="layouts")
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Found by project; those in use first of all."""

        indexes = [
            models.Index(
                fields=["project", "device"], name="layout_in_use", condition=models.Q(retired_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        """Return size and origin."""
        return f"{self.columns}×{self.rows} {'learned' if self.drawn_by_id is None else 'drawn'}"


class Decision(models.Model):
    """What a person decided on one scan that was held back; stays with it when it is made anew.

    `layout` names the drawing it was taken from when many scans were released together.
    """

    scan = models.OneToOneField(Scan, on_delete=models.CASCADE, related_name="decision")
    polygons = models.JSONField(default=list, blank=True)
    text_accepted = models.BooleanField(default=False)
    layout = models.ForeignKey(SectorLayout, on_delete=models.SET_NULL, null=True, blank=True, related_name="decisions")
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="decisions")
    decided_at = models.DateTimeField()

    def __str__(self) -> str:
        """Return what was decided."""
        return "drawn" if self.polygons else "text accepted"


class Doubt(models.Model):
    """What is in doubt about a scan that is held back; goes when the scan does.

    `proposals` is [{"witness", "polygons"}], `text_boxes` a list of polygons, all in pixels of the scan.
    """

    scan = models.OneToOneField(Scan, on_delete=models.CASCADE, related_name="doubt")
    proposals = models.JSONField(default=list, blank=True)
    text_boxes = models.JSONField(default=list, blank=True)

    def __str__(self) -> str:
        """Return how much there is to look at."""
        return f"{len(self.proposals)} proposals, {len(self.text_boxes)} texts"


class ReleaseReport(models.Model):
    """What was removed, kept and checked when a scan was released; earlier reports are kept, one is current."""

    scan = models.ForeignKey(Scan, on_delete=models.CASCADE, related_name="release_reports")
    made_at = models.DateTimeField()
    current = models.BooleanField(default=True)
    report = models.JSONField()

    class Meta:
        """At most one current report."""

        constraints = [
            models.UniqueConstraint(fields=["scan"], condition=models.Q(current=True), name="report_current_once")
        ]

    def __str__(self) -> str:
        """Return the day."""
        return f"{self.made_at:%Y-%m-%d}"


class Question(models.Model):
    """Something asked of whoever sent a scan: question and answer are codes of supervision.questions, never text."""

    scan = models.ForeignKey(Scan, on_delete=models.CASCADE, related_name="questions")
    code = models.CharField(max_length=40)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="questions_asked")
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=40, blank=True)
    answered_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="questions_answered"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """One open question per scan."""

        constraints = [
            models.UniqueConstraint(
                fields=["scan"], condition=models.Q(answered_at__isnull=True), name="question_open_once"
            )
        ]

    def __str__(self) -> str:
        """Return question and answer."""
        return f"{self.code}: {self.answer or '?'}"


class Reidentification(models.Model):
    """One person's request to learn whose scan this is, and the other person's consent; never what was learned."""

    scan = models.ForeignKey(Scan, on_delete=models.PROTECT, related_name="reidentifications")
    purpose = models.CharField(max_length=40)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="reidentifications_asked")
    asked_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="reidentifications_approved"
    )
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Nobody approves their own request, whatever program writes the row."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True) | ~models.Q(approved_by=models.F("asked_by")),
                name="reidentification_by_two",
            ),
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True, approved_at__isnull=True)
                | models.Q(approved_by__isnull=False, approved_at__isnull=False),
                name="reidentification_approved_whole",
            ),
        ]

    def __str__(self) -> str:
        """Return the purpose."""
        return self.purpose


class Discarded(models.Model):
    """An object that no scan needs any more and that is still to be removed from the store."""

    area = models.CharField(max_length=10)
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        """Return what it is."""
        return f"{self.area} {self.digest[:10]}"

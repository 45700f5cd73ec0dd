"""Which scans wait for an expert, who holds them, and what did the expert say?"""

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from storage.catalogue.models.people import Person
from storage.catalogue.models.scans import Scan


class ReviewItem(models.Model):
    """A scan's place in the review queue; the lease says who holds it until when.

    `priority` is higher for what must be read sooner, ties go to the older: the `standing` of supervision.priority,
    which keeps its order while scans age; `priority_at` of that module makes hours of it. `version` grows with every
    claim.
    """

    scan = models.OneToOneField(Scan, on_delete=models.CASCADE, related_name="review_item")
    priority = models.FloatField()
    clock = models.CharField(max_length=2, default="P2")
    queued_at = models.DateTimeField()
    due_at = models.DateTimeField()
    claimed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="claims")
    claimed_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Open items, most urgent first."""

        indexes = [
            models.Index(
                fields=["-priority", "queued_at"], name="queue_order", condition=models.Q(done_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        """Return the scan's short name and the priority."""
        return f"{self.scan_id} {self.priority:.0f}"


class Review(models.Model):
    """One expert's reading of one scan; `submission` makes a form that is sent twice one review."""

    item = models.ForeignKey(ReviewItem, on_delete=models.PROTECT, related_name="reviews")
    reviewer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="reviews")
    submission = models.UUIDField(unique=True, default=uuid.uuid4)
    overall = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(5)])
    adequate = models.BooleanField()
    comment = models.TextField(blank=True)
    opened_at = models.DateTimeField()
    submitted_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        """One review per scan and reviewer; an overall rating outside 1-5 cannot be stored."""

        constraints = [
            models.UniqueConstraint(fields=["item", "reviewer"], name="review_once"),
            models.CheckConstraint(condition=models.Q(overall__gte=1, overall__lte=5), name="review_overall_1_5"),
        ]

    def __str__(self) -> str:
        """Return the rating."""
        return f"{self.overall}/5"


class Event(models.Model):
    """Something that happened, told by codes and digests; never by names or values of a header."""

    at = models.DateTimeField()
    what = models.CharField(max_length=40)
    scan = models.ForeignKey(Scan, on_delete=models.SET_NULL, null=True, blank=True, related_name="events")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="events")
    facts = models.JSONField(default=dict, blank=True)

    class Meta:
        """Newest first."""

        indexes = [models.Index(fields=["-at"], name="event_by_time")]

    def __str__(self) -> str:
        """Return what happened."""
        return self.what

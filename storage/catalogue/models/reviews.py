"""Which exams wait for an expert, who holds them, and what did the experts say?"""

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from storage.catalogue.models.exams import Exam, choices_of
from storage.catalogue.models.people import Person
from storage.catalogue.models.programme import Project
from supervision.feedback import Step
from supervision.priority import Clock
from supervision.readings import Reading
from supervision.skipping import SkipReason


class ReviewItem(models.Model):
    """One reading that an exam needs, and its place in the review queue; the lease says who holds it until when.

    `priority` is higher for what must be read sooner, ties go to the older: the `standing` of supervision.priority,
    which keeps its order while exams age; `priority_at` of that module makes hours of it. `reasons` says what it is
    made of, in hours. `paused_at` is set while its holder has put it aside. `version` grows with every claim.
    """

    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="items")
    reading = models.CharField(max_length=12, choices=choices_of(Reading), default=Reading.FIRST)
    priority = models.FloatField()
    reasons = models.JSONField(default=dict, blank=True)
    clock = models.CharField(max_length=2, choices=choices_of(Clock), default=Clock.P2)
    queued_at = models.DateTimeField()
    due_at = models.DateTimeField()
    claimed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="claims")
    claimed_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Open items, most urgent first; of each reading of an exam at most one is open."""

        constraints = [
            models.UniqueConstraint(
                fields=["exam", "reading"], name="item_open_once", condition=models.Q(done_at__isnull=True)
            )
        ]
        indexes = [
            models.Index(
                fields=["-priority", "queued_at"], name="queue_order", condition=models.Q(done_at__isnull=True)
            ),
            models.Index(fields=["claimed_by"], name="item_held", condition=models.Q(done_at__isnull=True)),
            models.Index(fields=["exam", "reading", "due_at", "done_at"], name="item_clock"),
        ]

    def __str__(self) -> str:
        """Return the exam's number and the priority."""
        return f"{self.exam_id} {self.priority:.0f}"


class Review(models.Model):
    """One expert's reading of one exam; `submission` makes a form that is sent twice one review.

    `form` is supervision.review_form as JSON; the columns beside it repeat what is counted. `seconds` were spent at it.
    The one that is `final` counts; an amended reading is a new row that `amends` the one before.
    """

    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="reviews")
    item = models.ForeignKey(ReviewItem, on_delete=models.PROTECT, related_name="reviews")
    reviewer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="reviews")
    reading = models.CharField(max_length=12, choices=choices_of(Reading), default=Reading.FIRST)
    submission = models.UUIDField(unique=True, default=uuid.uuid4)
    exam_type_version = models.PositiveIntegerField(default=1)
    form = models.JSONField(default=dict)
    overall = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(5)])
    adequate = models.BooleanField()
    correct = models.BooleanField(null=True, blank=True)
    entrustment = models.PositiveSmallIntegerField(null=True, blank=True)
    seconds = models.FloatField(null=True, blank=True)
    opened_at = models.DateTimeField()
    submitted_at = models.DateTimeField()
    final = models.BooleanField(default=False)
    amends = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="amended_by")
    simulated = models.BooleanField(default=False)

    class Meta:
        """Nobody reads an exam twice, beside amendments; never two finals; an overall rating of 1-5."""

        constraints = [
            models.UniqueConstraint(
                fields=["exam", "reviewer"], name="review_once", condition=models.Q(amends__isnull=True)
            ),
            models.UniqueConstraint(fields=["exam"], name="review_final_once", condition=models.Q(final=True)),
            models.CheckConstraint(condition=models.Q(overall__gte=1, overall__lte=5), name="review_overall_1_5"),
        ]
        indexes = [
            models.Index(fields=["reviewer", "submitted_at"], name="review_by_reviewer"),
            models.Index(
                fields=["exam", "submitted_at", "overall", "adequate", "correct"],
                name="review_counted",
                condition=models.Q(final=True),
            ),
            models.Index(
                fields=["amends", "submitted_at", "exam", "seconds"],
                name="review_timed",
                condition=models.Q(amends__isnull=True, seconds__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        """Return the rating."""
        return f"{self.overall}/5"


class Draft(models.Model):
    """What a reviewer has typed so far; outlives the lease. `seconds` were spent at it before."""

    item = models.ForeignKey(ReviewItem, on_delete=models.CASCADE, related_name="drafts")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="drafts")
    content = models.JSONField(default=dict)
    seconds = models.FloatField(default=0)
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()

    class Meta:
        """One per item and person."""

        constraints = [models.UniqueConstraint(fields=["item", "person"], name="draft_once")]

    def __str__(self) -> str:
        """Return its version."""
        return f"draft {self.version}"


class Skip(models.Model):
    """A reviewer left this reading to somebody else."""

    item = models.ForeignKey(ReviewItem, on_delete=models.CASCADE, related_name="skips")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="skips")
    reason = models.CharField(max_length=20, choices=choices_of(SkipReason))
    at = models.DateTimeField()

    class Meta:
        """Found by person."""

        indexes = [models.Index(fields=["person", "item"], name="skip_by_person")]

    def __str__(self) -> str:
        """Return the reason."""
        return self.reason


class Arbitration(models.Model):
    """What an arbiter decided after reading blind; the reasons are codes of supervision.readings.

    `differences` are those that called for it. `chosen` became the final reading.
    """

    item = models.OneToOneField(ReviewItem, on_delete=models.PROTECT, related_name="arbitration")
    blind = models.OneToOneField(Review, on_delete=models.PROTECT, related_name="arbitration")
    differences = models.JSONField(default=list, blank=True)
    chosen = models.ForeignKey(Review, on_delete=models.PROTECT, null=True, blank=True, related_name="chosen_by")
    reasons = models.JSONField(default=list, blank=True)
    note = models.CharField(max_length=500, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        """Return whether it is decided."""
        return "decided" if self.decided_at else "open"


class Feedback(models.Model):
    """The final reading as the trainee gets it: when it was released and first seen, when nothing more can be said.

    `closed_at` may lie ahead, see storage.catalogue.feedback.
    """

    review = models.OneToOneField(Review, on_delete=models.PROTECT, related_name="feedback")
    released_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        """Return whether it was seen."""
        return "seen" if self.seen_at else "new"


class FeedbackStep(models.Model):
    """What the trainee did with the feedback, and what came back on it; `seen_at`: when the trainee saw the latter."""

    feedback = models.ForeignKey(Feedback, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="feedback_steps")
    what = models.CharField(max_length=12, choices=choices_of(Step))
    text = models.CharField(max_length=1000, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Found by what they are: replies that wait, answers not seen."""

        indexes = [models.Index(fields=["what", "at"], name="feedback_step_by_kind")]

    def __str__(self) -> str:
        """Return what was done."""
        return self.what


class ReviewerProfile(models.Model):
    """What suits a reviewer: languages, exam types (none: all), how many a day, not before `paused_until`.

    `severity` is the mean signed difference to the consensus over `pairs` readings, empty before there are any.
    """

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="reviewer_profile")
    languages = models.JSONField(default=list, blank=True)
    exam_types = models.JSONField(default=list, blank=True)
    most_a_day = models.PositiveSmallIntegerField(null=True, blank=True)
    paused_until = models.DateTimeField(null=True, blank=True)
    severity = models.FloatField(null=True, blank=True)
    pairs = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        """Return the number of readings that were compared."""
        return f"{self.pairs} pairs"


class ConflictOfInterest(models.Model):
    """A reviewer does not read what this trainee, or this project, sends."""

    reviewer = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="conflicts")
    trainee = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, blank=True, related_name="conflicts_about")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, null=True, blank=True, related_name="conflicts")
    noted_at = models.DateTimeField()

    class Meta:
        """About a trainee or about a project."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(trainee__isnull=False) ^ models.Q(project__isnull=False), name="conflict_about_one"
            )
        ]

    def __str__(self) -> str:
        """Return what it is about."""
        return "trainee" if self.trainee_id else "project"

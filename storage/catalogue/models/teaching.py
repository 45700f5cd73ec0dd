"""Which clips are in the teaching library, and what did trainees recognise in them?"""

from django.db import models

from storage.catalogue.models.exams import choices_of
from storage.catalogue.models.people import Person
from storage.catalogue.models.programme import Organisation
from storage.catalogue.models.reviews import Review
from storage.catalogue.models.scans import Scan
from supervision.teaching import Nomination


class TeachingClip(models.Model):
    """A clip that teaches: an example of a defect (code of supervision.rating.Cause), or of a finding.

    `answers` are what the clip shows, by question of its exam type: the truth of a self-test.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="teaching_clips")
    scan = models.OneToOneField(Scan, on_delete=models.PROTECT, related_name="teaching")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, null=True, blank=True, related_name="teaching")
    exam_type = models.CharField(max_length=16)
    defect = models.CharField(max_length=60, blank=True)
    answers = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=choices_of(Nomination), default=Nomination.NOMINATED)
    nominated_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="nominations")
    nominated_at = models.DateTimeField()
    consent = models.BooleanField(default=False)
    decided_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="nominations_decided"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Found by what it teaches."""

        indexes = [models.Index(fields=["organisation", "state", "exam_type", "defect"], name="teaching_by_subject")]

    def __str__(self) -> str:
        """Return what it teaches."""
        return f"{self.exam_type} {self.defect}"


class TestAnswer(models.Model):
    """What a trainee said to one question about one clip of the library, without knowing the answer."""

    __test__ = False  # no test of ours, whatever its name

    clip = models.ForeignKey(TeachingClip, on_delete=models.CASCADE, related_name="test_answers")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="test_answers")
    question = models.CharField(max_length=24)
    said = models.CharField(max_length=16)
    truth = models.CharField(max_length=16)
    at = models.DateTimeField()

    class Meta:
        """Found by person."""

        indexes = [models.Index(fields=["person", "-at"], name="test_answer_by_person")]

    def __str__(self) -> str:
        """Return question and answer."""
        return f"{self.question} {self.said}"

"""Which clips are read together, what did the scanner say about them, and what does an exam type ask for?"""

import uuid
from enum import StrEnum

from django.db import models

from storage.catalogue.models.people import Person
from storage.catalogue.models.programme import Organisation, Project
from supervision.ladder import Rung, phase_on
from supervision.sampling import Phase
from supervision.states import Stage
from supervision.worksheet import AgeBand, Sex, Urgency


def choices_of(codes: type[StrEnum]) -> list[tuple[str, str]]:
    """Return the codes as Django wants them."""
    return [(one.value, one.value) for one in codes]


class ExamTypeVersion(models.Model):
    """One exam type as an organisation wants it; earlier versions stay. `content`: see supervision.exam_types.table."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="exam_types")
    code = models.CharField(max_length=16)
    version = models.PositiveIntegerField()
    content = models.JSONField()
    valid_from = models.DateTimeField()
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="exam_types_made")
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        """One row per version."""

        constraints = [
            models.UniqueConstraint(fields=["organisation", "code", "version"], name="exam_type_version_once")
        ]

    def __str__(self) -> str:
        """Return code and version."""
        return f"{self.code} {self.version}"


class Exam(models.Model):
    """The clips of one examination of one patient: what a reviewer reads.

    `name` is what people say: the first clip's short name; `uuid` is what other installations say, `origin` is the one
    that it came from, empty where it is ours. `exam_type_version` is that of the catalogue when it was
    queued; a review keeps its own. `question`, `answers`, `age`, `sex` and `urgency` are the worksheet's, empty as long
    as `worksheet_at` is. `score` is the lowest of its clips'. `phase`, `draw` (0-1), `risk` (0-1, empty where it did
    not decide), `inclusion` (the probability, 0-1) and `chosen_because` say how it was chosen for reading; `inclusion`
    is empty where it was not drawn but asked for.
    """

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    origin = models.UUIDField(null=True, blank=True, editable=False)
    name = models.CharField(max_length=10)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="exams")
    trainee = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="exams")
    exam_type = models.CharField(max_length=16, blank=True)
    exam_type_version = models.PositiveIntegerField(null=True, blank=True)
    patient = models.CharField(max_length=40, blank=True)
    began_at = models.DateTimeField()
    arrived_at = models.DateTimeField(null=True, blank=True, help_text="when its first clip came in")
    stage = models.CharField(max_length=16, choices=choices_of(Stage), default=Stage.AWAITING_INFO)
    score = models.FloatField(null=True, blank=True)
    simulated = models.BooleanField(default=False)

    question = models.CharField(max_length=24, blank=True)
    answers = models.JSONField(default=dict, blank=True)
    age = models.CharField(max_length=16, choices=choices_of(AgeBand), default=AgeBand.UNKNOWN)
    sex = models.CharField(max_length=8, choices=choices_of(Sex), default=Sex.UNKNOWN)
    urgency = models.CharField(max_length=8, choices=choices_of(Urgency), default=Urgency.USUAL)
    worksheet_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="worksheets")
    worksheet_at = models.DateTimeField(null=True, blank=True)

    phase = models.CharField(max_length=12, choices=choices_of(Phase), blank=True)
    draw = models.FloatField(null=True, blank=True)
    risk = models.FloatField(null=True, blank=True)
    inclusion = models.FloatField(null=True, blank=True)
    chosen_because = models.CharField(max_length=24, blank=True)

    class Meta:
        """Found by project and stage, by trainee and time, the last ones by risk; counted from an index alone."""

        indexes = [
            models.Index(fields=["project", "stage"], name="exam_by_stage"),
            models.Index(fields=["trainee", "exam_type", "began_at"], name="exam_by_trainee"),
            models.Index(fields=["project", "arrived_at", "exam_type", "stage", "trainee"], name="exam_by_arrival"),
            models.Index(fields=["-id"], name="exam_by_risk", condition=models.Q(risk__isnull=False)),
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class TraineePhase(models.Model):
    """On which rung of the ladder a trainee stands in one exam type, since when and by whose word; the last row counts.

    `why` is a code. `full_until` counts exams of this type of this trainee (by number of reviews) until which
    everything is read again.
    """

    trainee = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="phases")
    exam_type = models.CharField(max_length=16)
    rung = models.CharField(max_length=16, choices=choices_of(Rung))
    since = models.DateTimeField()
    set_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="phases_set")
    why = models.CharField(max_length=24, blank=True)
    full_until = models.PositiveIntegerField(default=0)

    class Meta:
        """Found by trainee and exam type."""

        indexes = [models.Index(fields=["trainee", "exam_type", "-since"], name="phase_of_trainee")]

    def __str__(self) -> str:
        """Return exam type and rung."""
        return f"{self.exam_type} {self.rung}"

    @property
    def phase(self) -> Phase:
        """By which rule the exams are chosen to be read."""
        return phase_on(Rung(self.rung))

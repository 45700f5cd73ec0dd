"""Which scans came in, where are their bytes, and what did the rules say?"""

from django.db import models

from pipeline.finding import Side, Verdict
from pipeline.received import Kind
from storage.catalogue.models.people import Person
from storage.catalogue.models.programme import Device, Project
from supervision.states import State, may_move


class Scan(models.Model):
    """One scan: the bytes with this digest, once, however often they arrive.

    `reason` is a code of pipeline.reasons when the scan is rejected, withheld or failed; `reason_facts` are its counts.
    `missing` names what `awaiting_info` waits for (trainee, exam_type). `score` and `suggested_rating` repeat those of
    the current assessment so that the queue can be ordered. `kept` is {"polygons", "witnesses"} of the release.
    `author_name` is under which name its author was given, where that was nobody known by it.
    `exam` is the exam it is read in, from its release on; `trainee` and `exam_type` repeat the exam's. `view` is the
    view of that exam type it shows, where the scanner said so. `said` is the worksheet that came with the file, kept
    until its exam is made. `mm_per_pixel` is empty where no scale is believed.
    `pseudonymised_with` names the key of its pseudonyms, `rekey_refused` a key under which it could not be made anew.
    """

    digest = models.CharField(max_length=64, unique=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="scans")
    trainee = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="scans")
    exam_type = models.CharField(max_length=16, blank=True)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, blank=True, related_name="scans")
    kind = models.CharField(max_length=8, blank=True, choices=[(kind.value, kind.value) for kind in Kind])
    state = models.CharField(
        max_length=16, choices=[(state.value, state.value) for state in State], default=State.RECEIVED
    )
    reason = models.CharField(max_length=40, blank=True)
    reason_facts = models.JSONField(default=dict, blank=True)
    received_at = models.DateTimeField()
    captured_at = models.DateTimeField(null=True, blank=True)
    processed_at = models.DateTimeField(null=True, blank=True)
    size = models.PositiveBigIntegerField()
    simulated = models.BooleanField(default=False)

    taken_until = models.DateTimeField(null=True, blank=True)
    taken_by = models.CharField(max_length=36, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    patient = models.CharField(max_length=40, blank=True, help_text="keyed pseudonym")
    study = models.CharField(max_length=40, blank=True, help_text="keyed pseudonym of the examination; never shown")
    codec = models.CharField(max_length=20, blank=True)
    frames = models.PositiveIntegerField(null=True, blank=True)
    rows = models.PositiveIntegerField(null=True, blank=True)
    columns = models.PositiveIntegerField(null=True, blank=True)
    frames_per_second = models.FloatField(null=True, blank=True)
    frame_times = models.JSONField(default=list, blank=True)
    sector = models.JSONField(default=dict, blank=True)
    kept = models.JSONField(default=dict, blank=True)
    pseudonymised_with = models.CharField(max_length=20, blank=True)
    rekey_refused = models.CharField(max_length=20, blank=True)
    mm_per_pixel = models.FloatField(null=True, blank=True)
    score = models.FloatField(null=True, blank=True)
    suggested_rating = models.PositiveSmallIntegerField(null=True, blank=True)
    exam = models.ForeignKey("catalogue.Exam", on_delete=models.PROTECT, null=True, blank=True, related_name="clips")
    view = models.CharField(max_length=24, blank=True)
    said = models.JSONField(default=dict, blank=True)
    author_name = models.ForeignKey(
        "catalogue.AuthorName", on_delete=models.PROTECT, null=True, blank=True, related_name="scans"
    )

    class Meta:
        """Found by state within a project, newest first; counted by arrival from the index alone."""

        indexes = [
            models.Index(fields=["project", "state", "received_at"], name="scan_by_state"),
            models.Index(fields=["trainee", "received_at"], name="scan_by_trainee"),
            models.Index(
                fields=["project", "received_at", "exam_type", "state", "score", "trainee", "device"],
                name="scan_by_arrival",
            ),
            models.Index(fields=["project", "received_at"], name="scan_simulated", condition=models.Q(simulated=True)),
        ]

    def __str__(self) -> str:
        """Return the first digits of the digest."""
        return self.short_id

    def move_to(self, state: State) -> None:
        """Set the state, to be saved by the caller; ValueError for a move that supervision.states does not allow."""
        if state != self.state and not may_move(State(self.state), state):
            raise ValueError(f"a scan does not go from {self.state} to {state}")
        self.state = state

    @property
    def short_id(self) -> str:
        """The name people see and say: the first ten digits of the digest."""
        return self.digest[:10]


class AuthorName(models.Model):
    """Under which name a device, a folder or a sender knows whoever scanned, and who in the project that is.

    `said` as it was given, without spaces around it; `key` the same without case, accents and punctuation. A name that
    is nobody's (`nobody`) is not asked for again.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="author_names")
    key = models.CharField(max_length=64)
    said = models.CharField(max_length=64)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="author_names")
    nobody = models.BooleanField(default=False)
    first_at = models.DateTimeField()
    resolved_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """One row per name and project."""

        constraints = [models.UniqueConstraint(fields=["project", "key"], name="author_name_once")]

    def __str__(self) -> str:
        """Return nothing that names anybody."""
        return f"author {self.pk}"


class Arrival(models.Model):
    """One time that a scan's bytes came in; the file's own name is not kept, since names of patients stand in it.

    `project` is whose way in it took, which need not be the scan's. `repeated` if the scan was here before. `archive`
    is the digest of the archive it came in, `left_out` how many of the files in that nobody had put there knowingly.
    `sent_by` is who sent it, where that is known.
    """

    scan = models.ForeignKey(Scan, on_delete=models.CASCADE, related_name="arrivals")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="arrivals")
    source = models.CharField(max_length=20)
    arrived_at = models.DateTimeField()
    repeated = models.BooleanField(default=False)
    archive = models.CharField(max_length=64, blank=True)
    left_out = models.PositiveIntegerField(default=0)
    sent_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        """Found by project, newest first."""

        indexes = [models.Index(fields=["project", "arrived_at"], name="arrival_by_project")]

    def __str__(self) -> str:
        """Return where and when."""
        return f"{self.source} {self.arrived_at:%Y-%m-%d}"


class StoredObject(models.Model):
    """Where one file of a scan lies: `role` says what it is, `area` in which of the three areas.

    `deleted_at` says that it was an original whose term was over, and lies nowhere any more. `fault` is the code of
    what was wrong with it at `checked_at` and could not be mended.
    """

    scan = models.ForeignKey(Scan, on_delete=models.CASCADE, related_name="objects_stored")
    role = models.CharField(max_length=12)  # raw, sidecar, derivative, preview, small, poster, evidence, envelope
    area = models.CharField(max_length=10)  # raw, released, withheld
    digest = models.CharField(max_length=64)
    media_type = models.CharField(max_length=60)
    size = models.PositiveBigIntegerField()
    checked_at = models.DateTimeField(null=True, blank=True, help_text="its bytes were last held against this digest")
    fault = models.CharField(max_length=20, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """One object per role; found by digest when the store is checked, and the one checked longest ago."""

        constraints = [models.UniqueConstraint(fields=["scan", "role"], name="object_once")]
        indexes = [
            models.Index(fields=["area", "digest"], name="object_by_digest"),
            models.Index(fields=["checked_at"], name="object_by_check"),
        ]

    def __str__(self) -> str:
        """Return what it is."""
        return f"{self.role} {self.digest[:10]}"


class Assessment(models.Model):
    """One scoring of a scan; earlier ones are kept, one is current.

    `calibration` says what it was held against, empty where there was none; `confirmed` names a later one that came to
    the same.
    """

    scan = models.ForeignKey(Scan, on_delete=models.CASCADE, related_name="assessments")
    made_at = models.DateTimeField()
    current = models.BooleanField(default=True)
    score = models.FloatField(null=True, blank=True)
    suggested_rating = models.PositiveSmallIntegerField(null=True, blank=True)
    reasons = models.JSONField(default=list, blank=True)  # [{"rule", "points", "explained_by"}], most points first
    calibration = models.ForeignKey(
        "catalogue.Calibration", on_delete=models.PROTECT, null=True, blank=True, related_name="assessments"
    )
    confirmed = models.ForeignKey(
        "catalogue.Calibration", on_delete=models.PROTECT, null=True, blank=True, related_name="confirms"
    )

    class Meta:
        """At most one current assessment."""

        constraints = [
            models.UniqueConstraint(fields=["scan"], condition=models.Q(current=True), name="assessment_current_once")
        ]

    def __str__(self) -> str:
        """Return the score."""
        return f"{self.score}"


class Finding(models.Model):
    """What one rule said in one assessment."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="findings")
    rule = models.CharField(max_length=60)
    rule_version = models.PositiveSmallIntegerField()
    verdict = models.CharField(max_length=16, choices=[(verdict.value, verdict.value) for verdict in Verdict])
    value = models.FloatField(null=True, blank=True)
    severity = models.FloatField(default=0)
    side = models.CharField(max_length=5, blank=True, choices=[(side.value, side.value) for side in Side])
    evidence = models.JSONField(default=dict, blank=True)

    class Meta:
        """One finding per rule."""

        constraints = [models.UniqueConstraint(fields=["assessment", "rule"], name="finding_once")]

    def __str__(self) -> str:
        """Return rule and verdict."""
        return f"{self.rule} {self.verdict}"

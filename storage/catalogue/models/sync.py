"""What is needed to exchange with another installation: names that hold on both sides, what changed, what is missing?

Two installations of one programme, a field box and headquarters, each with a catalogue of its own: see
docs/decisions/0013-two-sides.md.
"""

import uuid

from django.db import models

from storage.catalogue.models.exams import Exam
from storage.catalogue.models.people import Person
from storage.catalogue.models.programme import Organisation, Project
from storage.catalogue.models.scans import Scan


class Side(models.Model):
    """This installation, one row: its name to others, and up to where its record was looked through for changes.

    `events` is the number of the last event that was looked at, `whole_at` when everything was looked at.
    """

    uuid = models.UUIDField(unique=True, default=uuid.uuid4)
    events = models.PositiveBigIntegerField(default=0)
    whole_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        """Return the first digits of the name."""
        return str(self.uuid)[:8]


class Peer(models.Model):
    """The installation on the other side, by its name, and how far the exchange with it is.

    `person` is by whose token it comes, empty for headquarters. `read` is up to which of its changes everything is
    applied here, `sent` up to which of ours it has everything. `problem` is the code of what ended the last exchange,
    empty where it came to its end. `told` is what it said then of what still waits there.
    """

    uuid = models.UUIDField(unique=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    headquarters = models.BooleanField(default=False)
    read = models.PositiveBigIntegerField(default=0)
    sent = models.PositiveBigIntegerField(default=0)
    met_at = models.DateTimeField(null=True, blank=True)
    whole_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=40, blank=True)
    told = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        """Return the first digits of the name."""
        return str(self.uuid)[:8]


class Change(models.Model):
    """Something that became different here, in the order of the numbers: what another side asks for since one of them.

    `digest` is of the record as it was then. Rows are only added; the newest of a `key` counts.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=12)
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        """Found by what changed."""

        indexes = [models.Index(fields=["kind", "key", "-id"], name="change_by_key")]

    def __str__(self) -> str:
        """Return what changed."""
        return f"{self.kind} {self.key}"


class Known(models.Model):
    """What the other side had of a record when it was exchanged last, so that it is not told what it said itself."""

    peer = models.ForeignKey(Peer, on_delete=models.CASCADE, related_name="known")
    kind = models.CharField(max_length=12)
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)

    class Meta:
        """One row per record and peer."""

        constraints = [models.UniqueConstraint(fields=["peer", "kind", "key"], name="known_once")]

    def __str__(self) -> str:
        """Return what is known."""
        return f"{self.kind} {self.key}"


class Held(models.Model):
    """A record of the other side that cannot be applied yet, or not at all: `code` says why. The newest is kept."""

    peer = models.ForeignKey(Peer, on_delete=models.CASCADE, related_name="held")
    kind = models.CharField(max_length=12)
    key = models.CharField(max_length=200)
    record = models.JSONField()
    code = models.CharField(max_length=40)
    since = models.DateTimeField()

    class Meta:
        """One row per record and peer."""

        constraints = [models.UniqueConstraint(fields=["peer", "kind", "key"], name="held_once")]

    def __str__(self) -> str:
        """Return why."""
        return self.code


class Wanted(models.Model):
    """An object of a scan of the other side whose bytes are not here yet; becomes a StoredObject when they are."""

    scan = models.ForeignKey(Scan, on_delete=models.CASCADE, related_name="objects_wanted")
    peer = models.ForeignKey(Peer, on_delete=models.CASCADE, related_name="wanted")
    role = models.CharField(max_length=12)
    area = models.CharField(max_length=10)
    digest = models.CharField(max_length=64)
    media_type = models.CharField(max_length=60)
    size = models.PositiveBigIntegerField()

    class Meta:
        """One object per role; found by digest."""

        constraints = [models.UniqueConstraint(fields=["scan", "role"], name="wanted_once")]
        indexes = [models.Index(fields=["digest"], name="wanted_by_digest")]

    def __str__(self) -> str:
        """Return what it is."""
        return f"{self.role} {self.digest[:10]}"


class Traffic(models.Model):
    """How many bytes of objects went over the link on one day (UTC)."""

    day = models.DateField(unique=True)
    objects_sent = models.PositiveBigIntegerField(default=0)
    objects_received = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        """Return the day."""
        return f"{self.day}"


class FormerName(models.Model):
    """The name of an exam that was joined into another: whoever still speaks of it means that one."""

    uuid = models.UUIDField(unique=True)
    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="former_names")

    def __str__(self) -> str:
        """Return the first digits of the name."""
        return str(self.uuid)[:8]


class NameElsewhere(models.Model):
    """Under which account name the other side knows a person of an organisation, where that is not their own here.

    `stand_in` for an account that was made here for somebody who has one only there: closed, and without a password.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    username = models.CharField(max_length=150)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="names_elsewhere")
    stand_in = models.BooleanField(default=True)

    class Meta:
        """One person per name and organisation."""

        constraints = [models.UniqueConstraint(fields=["organisation", "username"], name="name_elsewhere_once")]

    def __str__(self) -> str:
        """Return nothing that names anybody."""
        return f"person {self.person_id}"


class SheetLine(models.Model):
    """What an exam's worksheet was when others were told of it last, and what it was before: digests, oldest first."""

    exam = models.OneToOneField(Exam, on_delete=models.CASCADE, related_name="sheet_line")
    digest = models.CharField(max_length=64)
    before = models.JSONField(default=list, blank=True)

    def __str__(self) -> str:
        """Return the digest."""
        return self.digest[:10]


class SheetConflict(models.Model):
    """Two worksheets of one exam, said on two sides without knowing of each other; a person decides which counts.

    `key` names the pair on both sides, `one` was said before `other`. `kept` is "one" or "other" once it is decided.
    """

    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="sheet_conflicts")
    key = models.CharField(max_length=64)
    one = models.JSONField()
    other = models.JSONField()
    found_at = models.DateTimeField()
    kept = models.CharField(max_length=5, blank=True)
    settled_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """A pair of worksheets is in conflict once."""

        constraints = [models.UniqueConstraint(fields=["exam", "key"], name="sheet_conflict_once")]

    def __str__(self) -> str:
        """Return what was kept."""
        return self.kept or "open"

"""What is usual on each device, as this organisation's own clips and reviews say?"""

from django.db import models

from storage.catalogue.models.programme import Device, Organisation


class Level(models.TextChoices):
    """Of whose clips a value is usual."""

    DEVICE = "device", "device"
    MODEL = "model", "model"
    PROGRAMME = "programme", "programme"


class Calibration(models.Model):
    """One version of what is usual in an organisation; earlier ones are kept, one is current.

    `cut_offs` is [[score, rating]], highest first; none as long as there are too few `reviews` to tell. `simulated`
    says that simulated clips or reviews count in it.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="calibrations")
    version = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    current = models.BooleanField(default=True)
    clips = models.PositiveIntegerField()
    devices = models.PositiveIntegerField()
    cut_offs = models.JSONField(null=True, blank=True)
    reviews = models.PositiveIntegerField(default=0)
    simulated = models.BooleanField(default=False)

    class Meta:
        """Versions count up within an organisation; at most one is current."""

        constraints = [
            models.UniqueConstraint(fields=["organisation", "version"], name="calibration_version_once"),
            models.UniqueConstraint(
                fields=["organisation"], condition=models.Q(current=True), name="calibration_current_once"
            ),
        ]

    def __str__(self) -> str:
        """Return the version."""
        return f"{self.version}"


class UsualValue(models.Model):
    """What one rule's value is in good clips of a device, a model or the whole programme."""

    calibration = models.ForeignKey(Calibration, on_delete=models.CASCADE, related_name="values")
    level = models.CharField(max_length=10, choices=Level.choices)
    device = models.ForeignKey(Device, on_delete=models.CASCADE, null=True, blank=True, related_name="usual_values")
    model = models.CharField(max_length=80, blank=True)
    rule = models.CharField(max_length=60)
    rule_version = models.PositiveSmallIntegerField()
    middle = models.FloatField()
    spread = models.FloatField()
    clips = models.PositiveIntegerField()

    class Meta:
        """Found by calibration and level; a spread by which nothing could be divided is not stored."""

        indexes = [models.Index(fields=["calibration", "level"], name="usual_by_level")]
        constraints = [models.CheckConstraint(condition=models.Q(spread__gt=0), name="usual_spread_above_0")]

    def __str__(self) -> str:
        """Return rule and middle."""
        return f"{self.rule} {self.middle:g}"

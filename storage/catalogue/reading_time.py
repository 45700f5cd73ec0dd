"""How long does an expert need for a reading? Measured while the page is seen and somebody works on it."""

from dataclasses import dataclass
from datetime import datetime
from statistics import median

from django.db.models import Exists, OuterRef

from storage.catalogue.models import Review
from storage.catalogue.reporting.reach import Reach
from supervision.period import Days

LATEST = 5_000


@dataclass(frozen=True)
class ReadingTime:
    """The median, in seconds, over the latest readings, at most 5,000; None where none was measured."""

    seconds: float | None
    readings: int


def reading_time(reach: Reach, days: Days, now: datetime) -> ReadingTime:
    """Return the time per reading of the exams that arrived in these days, amendments left out."""
    # nothing is read before it arrives: the readings are gone through from the last one back to that day
    measured = Review.objects.filter(amends=None, seconds__isnull=False, submitted_at__gte=days.begins)
    these = measured.filter(Exists(reach.exams_in(days, now).filter(pk=OuterRef("exam"))))
    seconds = [one for one in these.order_by("-submitted_at").values_list("seconds", flat=True)[:LATEST] if one]
    return ReadingTime(median(seconds) if seconds else None, len(seconds))

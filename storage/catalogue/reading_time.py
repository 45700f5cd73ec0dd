"""How long does an expert need for a reading? Measured while the page is seen and somebody works on it."""

from dataclasses import dataclass
from statistics import median

from django.db.models import QuerySet

from storage.catalogue.models import Review, Scan

LATEST = 5_000


@dataclass(frozen=True)
class ReadingTime:
    """The median, in seconds, over the latest readings, at most 5,000; None where none was measured."""

    seconds: float | None
    readings: int


def reading_time(scans: QuerySet[Scan]) -> ReadingTime:
    """Return the time per reading of the exams of these scans, amendments left out."""
    measured = Review.objects.filter(exam__in=scans.order_by().values("exam"), amends=None, seconds__isnull=False)
    seconds = [one for one in measured.order_by("-submitted_at").values_list("seconds", flat=True)[:LATEST] if one]
    return ReadingTime(median(seconds) if seconds else None, len(seconds))

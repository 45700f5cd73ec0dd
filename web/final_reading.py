"""What counts of an exam's readings, fetched once for a whole list of scans?"""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from storage.catalogue.models import Review

_FINAL = Review.objects.filter(final=True).select_related("feedback", "reviewer")

FINAL_READING: Prefetch[str, QuerySet[Review], str] = Prefetch(
    "exam__reviews", queryset=_FINAL, to_attr="final_reviews"
)
"""To be prefetched for scans: `scan.exam.final_reviews` then holds the final reading, or nothing."""

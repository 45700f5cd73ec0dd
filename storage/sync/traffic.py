"""How many bytes may still go over the link today?"""

from datetime import UTC, datetime
from typing import Literal

from django.db.models import F

from storage.catalogue.models import Traffic
from storage.settings import settings

Kind = Literal["objects_sent", "objects_received"]
MB = 1_000_000


def left(now: datetime) -> int | None:
    """Return how many bytes of objects may still go over the link on this day (UTC), both ways; None: any number."""
    daily = settings().sync_daily_mb
    if daily is None:
        return None
    today = Traffic.objects.filter(day=now.astimezone(UTC).date()).first()
    spent = today.objects_sent + today.objects_received if today else 0
    return max(0, daily * MB - spent)


def spend(kind: Kind, count: int, now: datetime) -> None:
    """Note bytes that go over the link now; before they go, so that a crash forgets none."""
    row, _ = Traffic.objects.get_or_create(day=now.astimezone(UTC).date())
    Traffic.objects.filter(pk=row.pk).update(**{kind: F(kind) + count})

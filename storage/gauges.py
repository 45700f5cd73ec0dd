"""How does this installation do, in numbers that may be shown on a screen that anybody passes?

All are counted when they are asked for, so that every process of the web application says the same. Labels are codes of
projects, states, clocks and the like: nothing that names a person, a device or a scan.
"""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.metadata import version
from time import monotonic

from django.db.models import Case, Count, Min, Q, Sum, Value, When

from storage.catalogue import audit
from storage.catalogue.arrivals import ANSWERED
from storage.catalogue.handovers import at_work
from storage.catalogue.models import Arrival, Project, ReviewItem, Scan, StoredObject
from storage.health.died import deaths
from storage.health.waiting import dead_and_alive
from storage.settings import settings
from supervision.priority import Clock

A_DAY = timedelta(days=1)
SUM_ANEW_SECONDS = 600.0
"""Bytes are added up over every object, which takes long in a large catalogue and changes little."""

Labelled = Mapping[tuple[str, ...], float]


@dataclass(frozen=True)
class Gauge:
    """One number, or one for each combination of the labels' values."""

    name: str
    help: str
    labels: tuple[str, ...]
    values: Labelled


def gauges(now: datetime) -> Iterator[Gauge]:
    """Count everything; DatabaseError where the catalogue does not answer."""
    yield Gauge("info", "Version of the software", ("version",), {(version("sonorelay"),): 1})
    codes = dict(Project.objects.values_list("pk", "code"))
    yield _scans(codes)
    yield _arrivals(codes, now)
    yield from _queue(now)
    yield Gauge("ingest_ended", "When a run of ingest last came to its end (Unix time)", ("project",), _ingested())
    yield Gauge("stored_bytes", "Size of what the catalogue knows of, at most ten minutes old", ("area",), _stored())
    yield from _disks()
    dead, alive = dead_and_alive()
    yield Gauge("runs", "Runs of this machine", ("is",), {("alive",): alive, ("dead",): dead})
    died = {name: one.count for name, one in deaths().items()}
    yield _by("service_deaths", "Deaths of a service since sonorelay up was started", "service", died)
    waiting = audit.overdue(now)
    yield Gauge("events_unsealed", "Events that wait too long for their place in the chain", (), {(): waiting})
    broken = int(audit.last_broken() is not None)
    yield Gauge("chain_broken", "1 where the chain of events was found broken and not whole since", (), {(): broken})


def _scans(codes: Mapping[int, str]) -> Gauge:
    rows = Scan.objects.order_by().values_list("project_id", "state").annotate(count=Count("*"))
    values: Labelled = {(codes[project], state): count for project, state, count in rows}
    return Gauge("scans", "Scans by state", ("project", "state"), values)


def _arrivals(codes: Mapping[int, str], now: datetime) -> Gauge:
    answer = Case(*(When(condition, then=Value(one.value)) for one, condition in ANSWERED.items()), default=Value("-"))
    # with the projects named, those of the last day are found by index
    rows = Arrival.objects.filter(project__in=codes, arrived_at__gt=now - A_DAY).annotate(answer=answer)
    counts = rows.order_by().values_list("project_id", "source", "answer").annotate(count=Count("*"))
    values: Labelled = {(codes[project], way, answered): count for project, way, answered, count in counts}
    return Gauge("arrivals_last_day", "Files received in the last 24 hours", ("project", "way", "answer"), values)


def _queue(now: datetime) -> Iterator[Gauge]:
    rows = ReviewItem.objects.filter(done_at=None).order_by().values_list("clock")
    late = Count("pk", filter=Q(due_at__lt=now))
    found = {row[0]: row[1:] for row in rows.annotate(count=Count("pk"), oldest=Min("queued_at"), late=late)}
    asked = {clock.value: found.get(clock.value, (0, now, 0)) for clock in Clock}
    yield _by("queue", "Readings that wait", "clock", {clock: row[0] for clock, row in asked.items()})
    ages = {clock: (now - row[1]).total_seconds() for clock, row in asked.items()}
    yield _by("queue_oldest_seconds", "For how long the oldest of them has waited", "clock", ages)
    yield _by("queue_late", "Those whose clock has run out", "clock", {clock: row[2] for clock, row in asked.items()})


def _ingested() -> Labelled:
    known = Project.objects.filter(at_work(), active=True, ingested_at__isnull=False).values_list("code", "ingested_at")
    return {(code,): at.timestamp() for code, at in known if at is not None}


def _stored() -> Labelled:
    return _added_up(int(monotonic() / SUM_ANEW_SECONDS))


@lru_cache(maxsize=1)
def _added_up(_period: int) -> Labelled:
    sums = StoredObject.objects.order_by().values_list("area").annotate(bytes=Sum("size"))
    return {(area,): float(size) for area, size in sums}


def _disks() -> Iterator[Gauge]:
    here = settings()
    folders = {"home": here.home, "inbox": here.inbox}
    usage = {name: shutil.disk_usage(folder) for name, folder in folders.items() if folder.exists()}
    free = {name: one.free for name, one in usage.items()}
    yield _by("disk_free_bytes", "Room that is left where a folder lies", "folder", free)
    whole = {name: one.total for name, one in usage.items()}
    yield _by("disk_bytes", "Size of that disk", "folder", whole)


def _by(name: str, text: str, label: str, values: Mapping[str, float]) -> Gauge:
    return Gauge(name, text, (label,), {(one,): value for one, value in values.items()})

"""How long do the figures of a period take, and the pages that show them, with 100,000 scans of one year?

`python -m benchmarks reports`: on SQLite and, where it is installed, on PostgreSQL; the best of three, since other work
on the machine only adds. What is timed is the function, and the whole request of each page of figures in the web
application: for a supervisor, and for one who also reads, from whom something is hidden. Beside it stands the time that
this process had the processor, which on SQLite is all of the work; on PostgreSQL the server's is not in it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.installations import in_installation, on_each_database

if TYPE_CHECKING:
    from benchmarks.reports_season import Season

SCANS = 100_000
PERIODS = ("2025-W46", "2025-11", "2025-Q4", "2025")
RUNS = 3


def main() -> None:
    """Fill a catalogue on each database, and print what the figures and the pages took."""
    on_each_database(partial(in_installation, _year))


def _year(name: str) -> None:
    from django.db import connection

    from benchmarks.reports_season import year_of
    from storage.catalogue.reporting import activity_of, counted_of, figures_of, programme_scope, reach_of
    from supervision.period import Period

    season = year_of(SCANS)
    if connection.vendor == "postgresql":  # which looks at its tables by itself; nobody does that in an SQLite
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    scope, now = programme_scope(), datetime(2026, 1, 15, tzinfo=UTC)
    reach = reach_of(scope)
    for code in PERIODS:
        period = Period.named(code)
        took = {
            "whole": _best(partial(counted_of, reach, period, now)),
            "in parts": _best(partial(activity_of, reach, period, now)),
            "report": _best(partial(figures_of, scope, period, now)),
        }
        scans = counted_of(reach, period, now).scans_in
        told = ", ".join(f"{what} {ms}" for what, ms in took.items())
        print(f"{name}: {code}, {scans} of {SCANS} scans: {told}", flush=True)
    for line in _pages(season):
        print(f"{name}: {line}", flush=True)


def _pages(season: Season) -> Iterator[str]:
    """Give what each page of figures takes in each period, for each of the two supervisors."""
    from django.test import Client

    from storage.catalogue.models import Membership, Person
    from supervision.roles import Role

    addresses = {
        "programme": "/overview/",
        "project": f"/overview/projects/{season.projects[0].code}/",
        "exam type": "/overview/exam-types/FAST/",
        "trainee": f"/overview/trainees/{season.trainees[0].pk}/",
        "reviewers": "/overview/reviewers/",
        "reviewer": f"/overview/reviewers/{season.reviewers[0].pk}/",
    }
    for who, held in {"supervisor": (Role.SUPERVISOR,), "who also reads": (Role.SUPERVISOR, Role.REVIEWER)}.items():
        person = Person.objects.create(username=who)
        for role in held:
            Membership.objects.create(person=person, role=role, organisation=season.organisation)
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(person, backend="web.sign_in.OwnPeople")
        for page, address in addresses.items():
            client.get(address)  # the page is loaded before the clock runs
            took = {code: _best(partial(client.get, f"{address}?period={code}")) for code in PERIODS}
            yield f"page {page}, {who}: " + ", ".join(f"{code} {ms}" for code, ms in took.items())


def _best(run: Callable[[], object]) -> str:
    """Tell the fastest run, and the least time that it had the processor."""
    times, worked = [], []
    for _ in range(RUNS):
        began, before = time.perf_counter(), time.process_time()
        run()
        times.append(1000 * (time.perf_counter() - began))
        worked.append(1000 * (time.process_time() - before))
    return f"{min(times):.0f} ms ({min(worked):.0f})"

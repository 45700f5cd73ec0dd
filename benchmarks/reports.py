"""How long do the figures of a period take, and the page that shows them, with 100,000 scans of one year?

`python -m benchmarks reports`: on SQLite and, where it is installed, on PostgreSQL; the best of three, since other work
on the machine only adds. What is timed is the function, and the whole request of the page in the web application.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from benchmarks.installations import in_installation, on_each_database

SCANS = 100_000
PERIODS = ("2025-W46", "2025-11", "2025-Q4", "2025")
RUNS = 3


def main() -> None:
    """Fill a catalogue on each database, and print what the figures took."""
    on_each_database(partial(in_installation, _year))


def _year(name: str) -> None:
    from django.db import connection
    from django.test import Client

    from benchmarks.reports_season import year_of
    from storage.catalogue.models import Membership, Person
    from storage.catalogue.reporting import activity_of, counted_of, figures_of, programme_scope, reach_of
    from supervision.period import Period
    from supervision.roles import Role

    season = year_of(SCANS)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    who = Person.objects.create(username="supervisor")
    Membership.objects.create(person=who, role=Role.SUPERVISOR, organisation=season.organisation)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(who, backend="web.sign_in.OwnPeople")
    client.get("/overview/")  # the pages are loaded before the clock runs
    scope, now = programme_scope(), datetime(2026, 1, 15, tzinfo=UTC)
    reach = reach_of(scope)
    for code in PERIODS:
        period = Period.named(code)
        took = {
            "whole": _best(lambda period=period: counted_of(reach, period, now)),
            "in parts": _best(lambda period=period: activity_of(reach, period, now)),
            "page": _best(lambda code=code: client.get(f"/overview/?period={code}")),
            "report": _best(lambda period=period: figures_of(scope, period, now)),
        }
        scans = counted_of(reach, period, now).scans_in
        told = ", ".join(f"{what} {ms:.0f} ms" for what, ms in took.items())
        print(f"{name}: {code}, {scans} of {SCANS} scans: {told}")


def _best(run: Callable[[], object]) -> float:
    """Return the milliseconds of the fastest run."""
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        run()
        times.append(1000 * (time.perf_counter() - began))
    return min(times)

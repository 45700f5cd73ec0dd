"""How long do the figures of a period take, and the page that shows them, with 100,000 scans of one year?

`python -m benchmarks reports`: on SQLite and, where it is installed, on PostgreSQL; the best of three, since other work
on the machine only adds. What is timed is the function, and the whole request of the page in the web application.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime

SCANS = 100_000
PERIODS = ("2025-W46", "2025-11", "2025-Q4", "2025")
RUNS = 3
NAMED = "REPORTS_ON"


def main() -> None:
    """Fill a catalogue on each database, each in a process of its own, and print what the figures took."""
    from benchmarks.review_day import server

    if NAMED in os.environ:
        _year(os.environ[NAMED])
        return
    for name, place in (("SQLite", nullcontext("")), ("PostgreSQL", server())):
        with place as url, tempfile.TemporaryDirectory() as home:
            if url is None:
                print(f"{name}: not installed")
                continue
            own = {"SONORELAY_HOME": home, "DJANGO_SETTINGS_MODULE": "web.settings", NAMED: name}
            kept = {key: value for key, value in os.environ.items() if not key.startswith("SONORELAY_")}
            database = {"SONORELAY_DATABASE_URL": url} if url else {}
            subprocess.run([sys.executable, "-m", "benchmarks", "reports"], env=kept | own | database, check=True)


def _year(name: str) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    from benchmarks.reports_season import year_of
    from storage.catalogue.models import Membership, Person
    from storage.catalogue.reporting import activity_of, counted_of, figures_of, programme_scope, reach_of
    from supervision.period import Period
    from supervision.roles import Role

    call_command("migrate", interactive=False, verbosity=0)
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

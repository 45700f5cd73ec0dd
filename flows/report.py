"""Which reports are due, because a week, a month, a quarter or a year is over?

It looks every day at what is missing, and not only on the first of a month: whatever kept it from running, the report
is made on the next day that it does.
"""

import logging
from datetime import UTC, datetime

from prefect import flow, task

from storage.catalogue import setup
from storage.objects.chosen import object_store
from storage.settings import settings

setup.prepare()  # Django wants to be ready before its tables are imported

from flows.presence import alone  # noqa: E402
from flows.retries import nobody_must_act  # noqa: E402
from storage.catalogue import reports  # noqa: E402
from storage.documents.files import FORMATS  # noqa: E402
from supervision.period import Period  # noqa: E402
from supervision.report.figures import Scope  # noqa: E402

log = logging.getLogger("sonorelay.flows")


@task(retries=3, retry_delay_seconds=[60, 300, 900], retry_condition_fn=nobody_must_act)
def make_what_is_due() -> int:
    """Make and print each report that is missing; returns how many. What was made before a failure stays made."""
    made = 0
    try:
        for scope in reports.scopes():
            for period in reports.due(datetime.now(UTC).date(), scope):
                _make(scope, period)
                made += 1
    finally:
        setup.close_connections()
    return made


@flow(log_prints=False)
def report() -> int:
    """Make the reports that are due; none where another run on this machine is at it."""
    with alone(settings().home / "running", "report") as first:
        made = make_what_is_due() if first else 0
    log.info("report made=%d", made)
    return made


def _make(scope: Scope, period: Period) -> None:
    """Keep one report and print all its files."""
    now, store = datetime.now(UTC), object_store()
    kept = reports.make(scope, period, outside=False, store=store, person=None, now=now)
    for language in reports.languages_of(scope):
        reports.printed_as(kept, language, FORMATS, store=store, site=settings().base_url, now=now)

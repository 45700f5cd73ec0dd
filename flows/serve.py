"""Which flows run when? Per project of programme.toml on its schedule, per organisation at night, mail at dawn."""

from typing import Any

from prefect import Flow, serve
from prefect.deployments.runner import RunnerDeployment
from prefect.types.entrypoint import EntrypointType

from flows.batches import process
from flows.calibrate import calibrate
from flows.chain import chain
from flows.competence import competence
from flows.digest import digest
from flows.ingest import ingest
from flows.report import report
from flows.retention import retention
from flows.scrub import scrub
from flows.sync import exchange
from storage.settings import settings
from supervision.programme import Programme, read_programme

INBOX, SCANS = "inbox", "scans"
"""The work queues of a pool: what one machine does, where the inbox lies, and what any worker may do."""
AT_NIGHT = "30 1 * * *"
"""UTC; between the evening's scans and the morning's reviews where this software is used."""
BEFORE_THE_SCRUB = "0 2 * * *"
LATE_AT_NIGHT = "30 2 * * *"
"""UTC; when the disks have nothing else to do."""
BEFORE_THE_REPORTS = "30 3 * * *"
"""UTC; what is proposed, and which plans are open, stands in them."""
EARLY = "0 4 * * *"
"""UTC; on Monday, before the week's mail; whatever the day, when a month, a quarter or a year is over."""
AFTER_THE_NIGHT = "0 5 * * *"
"""UTC; when the night's other work has been written down."""
IN_THE_MORNING = "30 4 * * *"
"""UTC; after supervision.digest.MORNING, so that Monday's mail leaves on Monday."""


def deployments(programme: Programme) -> list[RunnerDeployment]:
    """Return what the clock starts: an ingest per project, two works per organisation, and what is for all."""
    here = settings()
    return [
        *(_deployment(ingest, one.code, one.schedule, project=one.code) for one in programme.projects),
        *(_deployment(calibrate, one.code, AT_NIGHT, organisation=one.code) for one in programme.organisations),
        *(
            _deployment(competence, one.code, BEFORE_THE_REPORTS, organisation=one.code)
            for one in programme.organisations
        ),
        _deployment(digest, "everybody", IN_THE_MORNING),
        _deployment(report, "everybody", EARLY),
        _deployment(scrub, "everything", LATE_AT_NIGHT),
        _deployment(retention, "everything", BEFORE_THE_SCRUB),
        _deployment(chain, "everything", AFTER_THE_NIGHT),
        *([_deployment(exchange, "headquarters", _every(here.sync_minutes))] if here.sync_url else []),
    ]


def batches(programme: Programme) -> list[RunnerDeployment]:
    """Return what an ingest starts in a pool: the runs that walk a project's scans, twenty each."""
    return [_deployment(process, one.code, None, project=one.code) for one in programme.projects]


def _every(minutes: int) -> str:
    """Return a schedule for about every so many minutes."""
    return f"*/{minutes} * * * *" if minutes < 60 else f"0 */{min(23, minutes // 60)} * * *"


def _deployment(flow: Flow[..., Any], name: str, cron: str | None, **parameters: str) -> RunnerDeployment:
    return RunnerDeployment.from_flow(
        flow, name=name, cron=cron, parameters=parameters, entrypoint_type=EntrypointType.MODULE_PATH
    )


def main() -> None:
    """Serve the schedules until the process is told to stop."""
    here = settings()
    programme = read_programme(here.programme_file.read_text(encoding="utf-8"))
    serve(*deployments(programme), limit=here.runs_at_once, print_starting_message=False)


if __name__ == "__main__":
    main()

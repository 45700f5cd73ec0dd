"""Which flows run when? One deployment and one cron schedule per project of programme.toml."""

from prefect import serve
from prefect.deployments.runner import RunnerDeployment
from prefect.types.entrypoint import EntrypointType

from flows.ingest import ingest
from storage.settings import settings
from supervision.programme import Programme, read_programme

RUNS_AT_ONCE = 2


def deployments(programme: Programme) -> list[RunnerDeployment]:
    """Return one scheduled ingest per project of the programme."""
    return [
        RunnerDeployment.from_flow(
            ingest,
            name=project.code,
            cron=project.schedule,
            parameters={"project": project.code},
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
        for project in programme.projects
    ]


def main() -> None:
    """Serve the schedules until the process is told to stop."""
    programme = read_programme(settings().programme_file.read_text(encoding="utf-8"))
    serve(*deployments(programme), limit=RUNS_AT_ONCE, print_starting_message=False)


if __name__ == "__main__":
    main()

"""Who has come how far on the ladder, and who needs help though nobody asked? Once a night, project by project.

Time alone changes it: evidence grows old, and who was signed off may have stopped scanning.
"""

import logging
from datetime import UTC, datetime

from prefect import flow, task
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from storage.catalogue import setup
from storage.settings import settings

setup.prepare()  # Django wants to be ready before its tables are imported

from flows.presence import alone  # noqa: E402
from flows.retries import nobody_must_act  # noqa: E402
from storage.catalogue import plans  # noqa: E402
from storage.catalogue.handovers import is_frozen  # noqa: E402
from storage.catalogue.models import Project  # noqa: E402

log = logging.getLogger("sonorelay.flows")


@task(retries=3, retry_delay_seconds=[5, 20, 60], retry_condition_fn=nobody_must_act)
def look_at_courses(project: str) -> dict[str, int]:
    """Work out how far everybody in a project has come, and open the plans that are due; returns how many of each.

    Nothing in a project that was handed over: there, nothing changes any more.
    """
    try:
        if is_frozen(project):
            return {}
        looked = plans.look(Project.objects.select_related("organisation").get(code=project), datetime.now(UTC))
    finally:
        setup.close_connections()
    log.info("competence project=%s courses=%d plans=%d", project, looked.courses, looked.opened)
    return {"courses": looked.courses, "plans": looked.opened}


@task(retries=3, retry_delay_seconds=[5, 20, 60], retry_condition_fn=nobody_must_act)
def projects_of(organisation: str) -> list[str]:
    """Return the projects of an organisation, in order."""
    try:
        found = Project.objects.filter(organisation__code=organisation).order_by("code")
        return list(found.values_list("code", flat=True))
    finally:
        setup.close_connections()


@flow(log_prints=False)
def competence(organisation: str) -> State[dict[str, dict[str, int]]]:
    """Look at each project of an organisation; one that fails does not stop the others, and the run says so.

    Nothing where another run on this machine is at it.
    """
    with alone(settings().home / "running", f"{organisation}.competence") as first:
        states = {one: look_at_courses(one, return_state=True) for one in projects_of(organisation)} if first else {}
    failed = [one for one, state in states.items() if not state.is_completed()]
    if failed:
        log.error("competence organisation=%s failed=%s", organisation, ",".join(failed))
        return Failed(message=f"failed: {', '.join(failed)}")
    return Completed(data={one: state.result() for one, state in states.items()})

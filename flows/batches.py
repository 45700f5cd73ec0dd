"""How is waiting work cut into batches, and who takes them: threads of this program, or workers on several machines?

What waits is in the catalogue; a run only says "take the next twenty". So a run that is lost loses nothing, one too
many finds nothing to do, and no two ever get the same scan.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta
from math import ceil
from uuid import UUID

from prefect import flow, runtime, task
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.exceptions import ObjectNotFound
from prefect.futures import wait
from prefect.states import Cancelled

from pipeline.errors import Misconfigured
from storage.catalogue import setup
from storage.objects.chosen import object_store
from storage.settings import settings

setup.prepare()  # Django wants to be ready before its tables are imported, and Prefect imports this module first

from flows.presence import free_what_the_dead_hold, present  # noqa: E402
from flows.process import process_scan  # noqa: E402
from flows.retries import nobody_must_act  # noqa: E402
from storage.catalogue import intake  # noqa: E402
from storage.keys import organisation_key  # noqa: E402

BATCH = 20
MOST_LOOKED_AT = 200
ASKED_FOR = "batches"
"""The count under which an ingest says how many runs it has asked the pool for."""
SUBMITTED_WITHIN = timedelta(minutes=1)
"""A worker that died while it started a run leaves it pending for ever: after this it is not counted upon."""


@task(retries=3, retry_delay_seconds=[5, 20, 60], retry_condition_fn=nobody_must_act)
def process_batch(project: str, organisation: str) -> dict[str, int]:
    """Walk up to 20 scans that nobody has taken; returns how many ended in which state.

    Misconfigured, with nothing taken, where the organisation's keys are not on this machine.
    """
    organisation_key(organisation)
    store = object_store(organisation)
    try:
        with present(settings().home / "running") as run:
            taken = intake.take(project, BATCH, run.token, datetime.now(UTC))
            return dict(Counter(process_scan(digest, organisation, run, store) for digest in taken))
    finally:
        setup.close_connections()


@flow(log_prints=False)
def process(project: str) -> dict[str, int]:
    """Walk one batch on this worker; returns how many scans ended in which state."""
    free_what_the_dead_hold(settings().home / "running")
    ended: dict[str, int] = process_batch(project, setup.organisation_of(project))
    return ended


def process_waiting(project: str, organisation: str) -> Counter[str]:
    """Have all waiting scans of the project walked; returns how many ended in which state, or were asked for.

    Within a flow run. With a pool this comes back at once, and its workers do the work.
    """
    wanted = ceil(intake.waiting(project, datetime.now(UTC)) / BATCH)
    if settings().work_pool is not None:
        return Counter({ASKED_FOR: ask_the_pool(project, wanted)})
    batches = [process_batch.submit(project, organisation) for _ in range(wanted)]
    wait(batches)
    return sum((Counter(batch.result()) for batch in batches), Counter())


def ask_the_pool(project: str, wanted: int) -> int:
    """Ask for so many runs that with those that have not begun there are `wanted`; returns how many were missing."""
    with get_client(sync_client=True) as client:
        try:
            deployment = client.read_deployment_by_name(f"process/{project}").id
        except ObjectNotFound:
            raise Misconfigured("not_deployed", project=project) from None
        missing = max(0, wanted - _not_begun(client, deployment))
        for _ in range(missing):
            client.create_flow_run_from_deployment(deployment)
        return missing


def cancel_the_late() -> int:
    """Cancel what should have run in this run's place while nobody could; returns how many runs that were.

    One look finds everything, however long the machine was off.
    """
    if runtime.deployment.id is None:  # started by hand
        return 0
    with get_client(sync_client=True) as client:
        late = _runs(client, UUID(runtime.deployment.id), StateType.SCHEDULED, until=datetime.now(UTC))
        for run in late:
            client.set_flow_run_state(run.id, Cancelled(message="done by a later run"), force=True)
        return len(late)


def _not_begun(client: SyncPrefectClient, deployment: UUID) -> int:
    """Return how many runs will still take a batch."""
    lately = datetime.now(UTC) - SUBMITTED_WITHIN
    submitted = _runs(client, deployment, StateType.PENDING)
    starting = [run for run in submitted if run.state is not None and run.state.timestamp > lately]
    return len(_runs(client, deployment, StateType.SCHEDULED)) + len(starting)


def _runs(
    client: SyncPrefectClient, deployment: UUID, state: StateType, *, until: datetime | None = None
) -> list[FlowRun]:
    due = None if until is None else FlowRunFilterExpectedStartTime.model_validate({"before_": until})
    return client.read_flow_runs(
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment])),
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[state])),
            expected_start_time=due,
        ),
        limit=MOST_LOOKED_AT,
    )

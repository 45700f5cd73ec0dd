"""Does the Prefect server hold what several machines need: the pool, its queues, the deployments, and who buries runs?

Applied anew it changes nothing; what programme.toml no longer names is removed from the pool.
"""

from dataclasses import dataclass
from datetime import timedelta

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate
from prefect.client.schemas.filters import WorkPoolFilter, WorkPoolFilterName
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification
from prefect.exceptions import ObjectNotFound

from flows.serve import INBOX, SCANS, batches, deployments
from supervision.programme import Programme

PAGE = 200
TYPE = "process"
DESCRIPTION = "Sonorelay: one run per project and batch of scans"
BURIAL = "Sonorelay: a run whose heart has stopped has crashed"
HEARTBEAT = "prefect.flow-run.heartbeat"
ENDED = tuple(f"prefect.flow-run.{end}" for end in ("Completed", "Failed", "Cancelled", "Crashed"))
BEATS_MISSED = timedelta(seconds=100)
"""Three beats of 30 seconds and something: see PREFECT_FLOWS_HEARTBEAT_FREQUENCY in sonorelay.services."""


@dataclass(frozen=True)
class Applied:
    """What the server holds now, by name, and what was removed."""

    deployments: tuple[str, ...]
    removed: tuple[str, ...]


def apply(programme: Programme, pool: str) -> Applied:
    """Bring the pool, its two queues, the automation and all deployments of the programme to the server."""
    with get_client(sync_client=True) as client:
        _pool(client, pool)
        for queue in (INBOX, SCANS):
            _queue(client, pool, queue)
        _automation(client)
    wanted = []
    for queue, some in ((INBOX, deployments(programme)), (SCANS, batches(programme))):
        for one in some:
            one.work_pool_name, one.work_queue_name = pool, queue
            one.apply(work_pool_name=pool)
            wanted.append(one.full_name)
    with get_client(sync_client=True) as client:
        return Applied(tuple(sorted(wanted)), _removed(client, pool, set(wanted)))


def _pool(client: SyncPrefectClient, name: str) -> None:
    try:
        client.read_work_pool(name)
    except ObjectNotFound:
        client.create_work_pool(WorkPoolCreate(name=name, type=TYPE, description=DESCRIPTION))
    client.update_work_pool(name, WorkPoolUpdate(description=DESCRIPTION, is_paused=False))


def _queue(client: SyncPrefectClient, pool: str, name: str) -> None:
    try:
        client.read_work_queue_by_name(name, work_pool_name=pool)
    except ObjectNotFound:
        client.create_work_queue(name, work_pool_name=pool)


def _automation(client: SyncPrefectClient) -> None:
    known = client.read_automations_by_name(BURIAL)
    if known:
        client.update_automation(known[0].id, _burial())
        return
    client.create_automation(_burial())


def _burial() -> AutomationCore:
    """Return what marks a run as crashed whose heartbeats have ended without an end of its own.

    Nothing of a scan depends on it (leases free scans); without it Prefect shows the run as running for ever.
    """
    return AutomationCore(
        name=BURIAL,
        description="Marks runs as crashed that a killed worker has left behind",
        trigger=EventTrigger(
            after={HEARTBEAT},
            expect={HEARTBEAT, *ENDED},
            match=ResourceSpecification({"prefect.resource.id": "prefect.flow-run.*"}),
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=BEATS_MISSED,
        ),
        actions=[ChangeFlowRunState(name=None, state=StateType.CRASHED, message="no heartbeat", force=False)],
    )


def _removed(client: SyncPrefectClient, pool: str, wanted: set[str]) -> tuple[str, ...]:
    """Remove the pool's deployments of projects and organisations that the programme no longer has."""
    ours, here = WorkPoolFilter(name=WorkPoolFilterName(any_=[pool])), list[DeploymentResponse]()
    while page := client.read_deployments(work_pool_filter=ours, limit=PAGE, offset=len(here)):
        here += page
    names = {f"{client.read_flow(one.flow_id).name}/{one.name}": one.id for one in here}
    gone = sorted(names.keys() - wanted)
    for name in gone:
        client.delete_deployment(names[name])
    return tuple(gone)

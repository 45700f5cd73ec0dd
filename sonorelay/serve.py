"""How does one service run in the foreground, as systemd units and containers start it?"""

import os
import socket
import sys

from pipeline.errors import Misconfigured
from sonorelay import programme
from sonorelay.services import Service, prefect_environment, services
from storage.keys import organisation_key
from storage.settings import PREFIX, settings

QUEUES = {"inbox": "inbox", "worker": "scans"}
"""Which services are workers, and the queue of the pool that each serves."""


def serve(name: str) -> int:
    """Become the service: its program takes the place of this one.

    Misconfigured for a worker without a pool or without the key of an organisation, and for a listener that no project
    asks for.
    """
    service = _worker(QUEUES[name]) if name in QUEUES else _known(name)
    os.environ.update({**_absolute(), **service.environment})
    os.execv(service.command[0], service.command)  # noqa: S606 - our own program  # nosec B606


def _worker(queue: str) -> Service:
    here = settings()
    if here.work_pool is None:
        raise Misconfigured("no_pool")
    for organisation in programme.read().organisations:
        organisation_key(organisation.code)
    return Service(
        "worker",
        (
            *(sys.executable, "-m", "prefect", "worker", "start", "--type", "process", "--install-policy", "never"),
            *("--pool", here.work_pool, "--no-create-pool-if-not-found", "--work-queue", queue),
            *("--name", f"{socket.gethostname()} {queue}", "--limit", str(here.runs_at_once)),
        ),
        environment=prefect_environment(),
    )


def _known(name: str) -> Service:
    for service in services():
        if service.name == name:
            return service
    raise Misconfigured("service_unneeded", name=name)


def _absolute() -> dict[str, str]:
    """Return the folders as they are seen from anywhere: a worker starts each run in a folder of its own."""
    here = settings()
    folders = {"HOME": here.home, "INBOX": here.inbox, "PROGRAMME": here.programme_file}
    folders |= {"SECRETS": here.secrets} if here.secrets is not None else {}
    return {PREFIX + name: str(folder.absolute()) for name, folder in folders.items()}

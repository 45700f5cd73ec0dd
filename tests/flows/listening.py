"""A listener in a process of its own, as in a real installation, and what the catalogue then says of what was sent."""

import atexit
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests.programmes import ONE_PROJECT
from tests.servers import free_ports

SOURCES = """
[[projects.sources]]
kind = "dicom_listener"
ae_title = "GOMA"

[[projects]]
code = "bunia"
organisation = "relief"
name = "Bunia"
[[projects.sources]]
kind = "dicom_listener"
ae_title = "BUNIA"
calling = ["CLINIC 1"]
commitment = {{ ae_title = "DEVICE", host = "127.0.0.1", port = {commitment_port} }}
"""
APPLY = "from sonorelay.programme import apply_programme; apply_programme()"
SECONDS_TO_START = 60.0
SECONDS_TO_STOP = 30.0


@dataclass
class Listener:
    """An installation of two projects, and its listener while it runs."""

    home: Path
    port: int
    commitment_port: int
    extra: Mapping[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def environment(self) -> dict[str, str]:
        """Return the settings of this installation, and no other's."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SONORELAY_", "DJANGO_"))}
        ours = {"HOME": self.home, "INBOX": self.home / "inbox", "LISTENER_PORT": self.port, "DISK_RESERVE_MB": 0}
        return {**kept, **{f"SONORELAY_{name}": str(value) for name, value in ours.items()}, **self.extra}

    @property
    def log(self) -> str:
        """Return what it wrote down so far."""
        return (self.home / "listener.log").read_text(errors="replace")

    def install(self) -> None:
        """Have the tables and the projects, made once for all tests."""
        shutil.copytree(installed(), self.home)
        (self.home / "programme.toml").write_text(ONE_PROJECT + SOURCES.format(commitment_port=self.commitment_port))

    def start(self) -> None:
        """Start it, and wait until it hears."""
        with (self.home / "listener.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "flows.sources.dicom_listener"],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + SECONDS_TO_START
        while not self.hears():
            assert self.process.poll() is None, self.log
            assert time.monotonic() < until, "the listener did not start"
            time.sleep(0.05)

    def hears(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End it, and return with which code it ended."""
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(SECONDS_TO_STOP)

    def ask(self, question: str) -> list[tuple[object, ...]]:
        """Ask the catalogue in SQL."""
        with sqlite3.connect(self.home / "catalogue.sqlite3", timeout=30) as catalogue:
            return catalogue.execute(question).fetchall()

    def arrivals(self) -> dict[str, int]:
        """Return how often each scan arrived, by its digest."""
        asked = (
            "select s.digest, count(*) from catalogue_arrival a join catalogue_scan s on s.id = a.scan_id group by 1"
        )
        return {str(digest): int(str(count)) for digest, count in self.ask(asked)}

    def memory_mib(self) -> float:
        """Return the memory that it uses now."""
        assert self.process is not None
        said = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(said.split("VmRSS:")[1].split()[0]) / 1024

    def left_behind(self) -> list[Path]:
        """Return what is half received, or was left so."""
        return list((self.home / "receiving").glob("*.dcm"))


@cache
def installed() -> Path:
    """Return the home of an installation in which nothing has arrived yet."""
    home = Path(tempfile.mkdtemp(prefix="sonorelay-listener-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    (home / "programme.toml").write_text(ONE_PROJECT + SOURCES.format(commitment_port=104))
    subprocess.run([sys.executable, "-c", APPLY], env=Listener(home, 104, 104).environment, check=True)
    return home


@contextmanager
def running_listener(home: Path, **extra: str) -> Iterator[Listener]:
    """Install and run a listener for the time of a `with` block."""
    port, commitment_port = free_ports(2)
    listener = Listener(home, port, commitment_port, extra)
    listener.install()
    listener.start()
    try:
        yield listener
    finally:
        if listener.process is not None and listener.process.poll() is None:
            listener.process.kill()
            listener.process.wait()


@contextmanager
def cut_after(port: int, most: int) -> Iterator[int]:
    """Give a port that passes everything on to `port`, until the peer has sent `most` bytes: then the link is cut."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_relay, args=(server, port, most), daemon=True).start()
        yield server.getsockname()[1]


def _relay(server: socket.socket, port: int, most: int) -> None:
    with suppress(OSError):
        near, _ = server.accept()
        far = socket.create_connection(("127.0.0.1", port))
        threading.Thread(target=_pass_on, args=(far, near), daemon=True).start()
        left = most
        while left > 0 and (read := near.recv(min(65536, left))):
            far.sendall(read)
            left -= len(read)
        for end in (near, far):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while read := source.recv(65536):
            target.sendall(read)

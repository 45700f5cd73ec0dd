"""The web server as it runs in operation, killed and started as often as a test wants, and a link to it that breaks."""

import itertools
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.end_to_end.processes import wait_until
from tests.servers import answers_http, free_ports
from tests.web.programmes import BY_HTTP

MAKE = """
from datetime import timedelta
from django.utils import timezone
from storage.catalogue import programme, tokens
from storage.catalogue.models import Membership, Organisation, Person, Project
from storage.catalogue.setup import migrate
from supervision.roles import Action
migrate()
now = timezone.now()
programme.apply(programme.current(), now)
amina, goma = Person.objects.create(username="amina"), Project.objects.get(code="goma")
Membership.objects.create(person=amina, role="trainee", organisation=goma.organisation, project=goma)
print(tokens.make(amina, "sends", [Action.SEND_SCANS], None, now + timedelta(days=1), now)[1])
"""
TOLD = """
from storage.catalogue.setup import prepare
prepare()
from storage.catalogue.models import Arrival
for one in Arrival.objects.select_related("scan"):
    print(one.scan.digest, one.repeated)
"""


class Server:
    """One installation with one sender, who has a token."""

    def __init__(self, home: Path) -> None:
        """Make it; it is not started yet."""
        (home / "programme.toml").write_text(BY_HTTP)
        (self.port,) = free_ports(1)
        self.home = home
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SONORELAY_")}
        here = {"SONORELAY_HOME": str(home), "SONORELAY_DISK_RESERVE_MB": "0", "DJANGO_SETTINGS_MODULE": "web.settings"}
        self.environment = {**kept, **here}
        self.secret = self.run("import django; django.setup()" + MAKE).strip()
        self.process: subprocess.Popen[bytes] | None = None

    def run(self, code: str) -> str:
        """Run a few lines in the installation and return what they print."""
        done = [sys.executable, "-c", code]
        return subprocess.run(done, env=self.environment, check=True, capture_output=True, text=True).stdout

    def arrivals(self) -> list[list[str]]:
        """Return digest and "repeated" of everything that arrived."""
        return [line.split() for line in self.run(TOLD).splitlines()]

    def start(self) -> None:
        """Start the web server and wait until it answers."""
        command = [sys.executable, "-m", "gunicorn", "web.wsgi:application", "--bind", f"127.0.0.1:{self.port}"]
        command += ["--worker-class", "gthread", "--workers", "2", "--threads", "16", "--no-control-socket"]
        with (self.home / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        wait_until(lambda: answers_http(self.port, "/healthz"), 60)

    def kill(self) -> None:
        """Kill it and all that belongs to it, at once."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def most_memory_mb(self) -> float:
        """Return the memory that the largest of its processes ever occupied."""
        assert self.process is not None
        found = []
        for entry in Path("/proc").iterdir():
            with suppress(OSError, ValueError, ProcessLookupError):
                if entry.name.isdigit() and os.getpgid(int(entry.name)) == self.process.pid:
                    lines = (entry / "status").read_text().splitlines()
                    found.append(int(next(one for one in lines if one.startswith("VmHWM")).split()[1]) / 1024)
        return max(found)


@contextmanager
def link_to(port: int, budget: Callable[[], int | None], *, resets: bool = True) -> Iterator[int]:
    """Give a port that passes on to `port`; each connection is cut after as many bytes as `budget` says, None: never.

    Every second cut is a reset, which also loses what was not read yet, the others an end.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    count = itertools.count(1)

    def serve() -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                cut = Cut(budget(), reset=resets and next(count) % 2 == 0)
                threading.Thread(target=_pass_on, args=(near, port, cut), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)  # or the thread that accepts waits on a number that is soon another socket
        listener.close()


@dataclass(frozen=True)
class Cut:
    """After how many bytes a connection ends, None for never, and whether by a reset."""

    after: int | None
    reset: bool


def _pass_on(near: socket.socket, port: int, cut: Cut) -> None:
    try:
        far = socket.create_connection(("127.0.0.1", port))
    except OSError:
        near.close()
        return
    threading.Thread(target=_back, args=(far, near), daemon=True).start()
    left = float("inf") if cut.after is None else cut.after
    with suppress(OSError):
        while left > 0 and (data := near.recv(int(min(left, 65536)))):
            left -= len(data)
            far.sendall(data)
    for one in (near, far):
        with suppress(OSError):
            if left <= 0 and cut.reset:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            else:
                one.shutdown(socket.SHUT_RDWR)
        one.close()


def _back(far: socket.socket, near: socket.socket) -> None:
    with suppress(OSError):
        while data := far.recv(65536):
            near.sendall(data)
        near.shutdown(socket.SHUT_RDWR)

"""What does an installation in the field consist of, and how is any part of it killed, stopped and brought back?"""

import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.end_to_end.processes import descendants
from tests.programmes import EVERY_MINUTE, ONE_PROJECT
from tests.servers import S3Server, answers_http, free_ports, postgresql, postgresql_binaries, seaweedfs

DISK_MIB, RESERVE_MIB = 700, 100
SOURCES = """
[[projects.sources]]
kind = "watched_folder"

[[projects.sources]]
kind = "watched_folder"
folder = "{stick}"

[[projects.sources]]
kind = "s3_inbox"
bucket = "inbox"
"""


@dataclass
class Site:
    """One installation: services with data on a small disk, PostgreSQL, and SeaweedFS for objects and an inbox."""

    folder: Path
    s3: S3Server
    database: str
    up: "subprocess.Popen[bytes] | None" = None
    revived: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    @property
    def home(self) -> Path:
        """Where its data lie: a disk of its own where we may mount one."""
        return self.folder / "home"

    @property
    def inbox(self) -> Path:
        """The folder of its project."""
        return self.folder / "inbox" / "goma"

    @property
    def stick(self) -> Path:
        """The other folder that is looked at."""
        return self.folder / "stick"

    @property
    def environment(self) -> dict[str, str]:
        """What its programs are told."""
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("SONORELAY_", "PREFECT_"))}
        inherited.pop("DJANGO_SETTINGS_MODULE", None)
        inbox = {"ENDPOINT": self.s3.endpoint, "ACCESS_KEY": self.s3.access_key, "SECRET_KEY": self.s3.secret_key}
        return {
            **inherited,
            **self.s3.environment("soak"),
            **{f"SONORELAY_INBOX_S3_{name}": value for name, value in inbox.items()},
            "SONORELAY_INBOX_S3_SECURE": "false",
            "SONORELAY_DATABASE_URL": self.database,
            "SONORELAY_HOME": str(self.home),
            "SONORELAY_INBOX": str(self.inbox.parent),
            "SONORELAY_DISK_RESERVE_MB": str(RESERVE_MIB),
            "LANG": "C.UTF-8",
            **self._ports,
        }

    def __post_init__(self) -> None:
        web, prefect = free_ports(2)
        self._ports = {"SONORELAY_WEB_PORT": str(web), "SONORELAY_PREFECT_PORT": str(prefect)}

    def set_clock_back(self, days: int) -> bool:
        """Let all that is taken have been taken by a clock so many days ahead of today's; tell whether that could be.

        The clock of running programs cannot be turned without root, and libfaketime breaks Python's sleep.
        """
        with suppress(psycopg.Error), psycopg.connect(self.database, autocommit=True) as connection:
            connection.execute(
                "UPDATE catalogue_scan SET taken_by = 'before', taken_until = now() + make_interval(days => %s)"
                " WHERE state = 'received'",
                [days],
            )
            return True
        return False

    def start(self) -> None:
        """Start all services; they are up some time later."""
        with (self.folder / "up.log").open("ab") as log:
            command = [sys.executable, "-m", "sonorelay", "up"]
            self.up = subprocess.Popen(command, env=self.environment, cwd=self.folder, stdout=log, stderr=log)

    def cut_power(self) -> None:
        """Kill everything of the installation at once; the servers of others live on."""
        if self.up is not None:
            for process in [self.up.pid, *descendants(self.up.pid)]:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            self.up.wait()

    def kill(self, words: tuple[str, ...]) -> bool:
        """Kill a program of the services whose command holds all these words; tell whether one ran."""
        running = [] if self.up is None else descendants(self.up.pid)
        for process in running:
            command = _read(process, "cmdline").replace("\0", " ")
            if all(word in command for word in words):
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
                    return True
        return False

    def kill_server(self, word: str, away_seconds: float) -> bool:
        """Kill a server of others, and start it again after a while as it was; tell whether it ran."""
        own = set() if self.up is None else {self.up.pid, *descendants(self.up.pid)}
        for process in descendants(os.getpid()):
            command = _read(process, "cmdline").split("\0")[:-1]
            if process in own or not command or word != Path(command[0]).name or _parent(process) != os.getpid():
                continue
            place, owner = Path(f"/proc/{process}/cwd").readlink(), Path(f"/proc/{process}").stat()
            environment = dict(pair.split("=", 1) for pair in _read(process, "environ").split("\0") if "=" in pair)
            for one in [process, *descendants(process)]:
                with suppress(ProcessLookupError):
                    os.kill(one, signal.SIGKILL)
            time.sleep(away_seconds)
            self._revive(command, place, environment, owner)
            return True
        return False

    def _revive(self, command: list[str], place: Path, environment: dict[str, str], owner: os.stat_result) -> None:
        for dead in self.revived:
            dead.poll()
        if (place / "PG_VERSION").exists():  # PostgreSQL moves into its data
            place = place.parent
        # the dead one is our child, and not buried yet: PostgreSQL would think that it lives
        for lock in (place / "data" / "postmaster.pid", *place.glob(".s.PGSQL.*")):
            lock.unlink(missing_ok=True)
        user: dict[str, Any] = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []} if owner.st_uid else {}
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.revived.append(subprocess.Popen(command, cwd=place, env=environment, **quiet, **user))

    def fill_disk(self) -> bool:
        """Leave no byte on the disk with the data; tell whether that can be done."""
        if not os.path.ismount(self.home):
            return False
        free = os.statvfs(self.home)
        with (self.home / ".fill").open("wb") as file, suppress(OSError):
            os.posix_fallocate(file.fileno(), 0, free.f_bavail * free.f_frsize)
        return True

    def free_disk(self) -> None:
        """Take that away again."""
        (self.home / ".fill").unlink(missing_ok=True)

    def is_up(self) -> bool:
        """Tell whether its web application answers."""
        return answers_http(int(self._ports["SONORELAY_WEB_PORT"]), "/healthz")

    def ask(self, *command: str) -> str | None:
        """Run a module with the installation's environment and return what it prints; None where it fails."""
        run = [sys.executable, "-m", *command]
        root = Path(__file__).resolve().parent.parent
        done = subprocess.run(run, env=self.environment, cwd=root, check=False, capture_output=True, text=True)
        return done.stdout if done.returncode == 0 else None


@contextmanager
def site() -> Iterator[Site | None]:
    """Give an installation that is prepared and not started; None where a server is not installed."""
    weed, binaries = Path(sys.executable).with_name("weed"), postgresql_binaries()
    if binaries is None or not weed.exists():
        yield None
        return
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=f"soak-{secrets.token_hex(2)}-")))
        s3 = stack.enter_context(seaweedfs(weed))
        made = Site(folder, s3, stack.enter_context(postgresql(binaries)))
        for place in (made.home, made.inbox, made.stick):
            place.mkdir(parents=True)
        if not subprocess.run(_mount(made.home), check=False, capture_output=True).returncode:
            stack.callback(subprocess.run, ["umount", "--lazy", str(made.home)], check=False)
        (made.home / "programme.toml").write_text(ONE_PROJECT + EVERY_MINUTE + SOURCES.format(stick=made.stick))
        try:
            yield made
        finally:
            made.cut_power()
            for server in made.revived:
                server.kill()
                server.wait()


def _mount(place: Path) -> list[str]:
    return ["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m,mode=700", "soak", str(place)]


def _read(process: int, name: str) -> str:
    try:
        return Path(f"/proc/{process}/{name}").read_text(errors="replace")
    except OSError:
        return ""


def _parent(process: int) -> int:
    stat = _read(process, "stat")
    return int(stat.rsplit(")", 1)[1].split()[1]) if stat else 0

"""Several hosts on one machine: namespaces of the kernel, each with its network, processes, name, /etc, /srv and /tmp.

Whatever runs on a host ends with the host, as when its power is cut; nothing is left on the machine that plays them.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(__file__).with_name("bin")
PREFIX_LENGTH = 24
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)  # loaded here, because a child between fork and exec must not load anything

# what a fresh host has: /etc and the folders that are written, its own; the installed program below /srv, as it is
# here; both are put back where they lie, which may be hidden by now: a temporary folder, root's home
FURNISH = """
mount --make-rprivate /
mount -t proc proc /proc
mount -t tmpfs tmpfs /run
mkdir -p /run/upper /run/work /run/postgresql /run/lock /run/units /run/app "/run/python$PYTHON"
mount --bind "$ROOT" /run/app
mount --bind "$PYTHON" "/run/python$PYTHON"
mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/upper,workdir=/run/work /etc
mount -t tmpfs -o mode=1777 tmpfs /tmp
mount -t tmpfs tmpfs /srv
mount -t tmpfs tmpfs /var/log
mkdir -p /srv/sonorelay/app /var/log/nginx
mount --bind /run/app /srv/sonorelay/app
mount -t tmpfs -o mode=755 tmpfs /root
mkdir -p "$PYTHON" "$ROOT"
mount --bind "/run/python$PYTHON" "$PYTHON"
mount --bind /run/app "$ROOT"
hostname "$NAME"
ip link set lo up
ip link set eth0 up
ip address add "$ADDRESS" dev eth0
"""


@dataclass(frozen=True)
class Host:
    """One host: its name, its address, and the first process of its namespaces."""

    name: str
    address: str
    first: int

    def run(
        self, script: str, *, check: bool = True, seconds: float = 300, environment: Mapping[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run a script as root on this host, as it stands."""
        done = subprocess.run(
            ["nsenter", f"--target={self.first}", "--all", "bash", "-eu", "-o", "pipefail", "-c", script],
            env={"PATH": f"{BIN}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", "HOME": "/root", **(environment or {})},
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        if check and done.returncode != 0:
            raise AssertionError(f"on {self.name}: {script}\n{done.stdout}\n{done.stderr}\n{self.logs()}")
        return done

    def logs(self) -> str:
        """Return the ends of what its services wrote."""
        return self.run("tail -n 30 /run/units/*.log", check=False).stdout

    def die(self) -> None:
        """End everything on this host at once."""
        os.kill(self.first, signal.SIGKILL)


def namespaces_forbidden() -> str | None:
    """Return why hosts cannot be made here, None where they can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    tried = (
        "mount -t tmpfs tmpfs /mnt && mkdir /mnt/u /mnt/w && ip link add name wire type bridge &&"
        " mount -t overlay overlay -o lowerdir=/etc,upperdir=/mnt/u,workdir=/mnt/w /etc"
    )
    done = subprocess.run(
        ["unshare", "--net", "--mount", "--uts", "--ipc", "--pid", "--fork", "sh", "-ec", tried],
        capture_output=True,
        text=True,
        check=False,
    )
    return None if done.returncode == 0 else f"network namespaces are not allowed here: {done.stderr.strip()}"


@contextmanager
def hosts(addresses: Mapping[str, str]) -> Iterator[dict[str, Host]]:
    """Run hosts of these names and addresses on one wire for the time of a `with` block."""
    with ExitStack() as stack:
        wire = stack.enter_context(_namespaces("--net"))
        _in(wire, "ip link add wire type bridge && ip link set wire up")
        made = {}
        for number, (name, address) in enumerate(addresses.items()):
            first = stack.enter_context(_namespaces("--net", "--mount", "--uts", "--ipc", "--pid"))
            _in(wire, f"ip link add port{number} type veth peer name eth0 netns {first}")
            _in(wire, f"ip link set port{number} master wire && ip link set port{number} up")
            host = Host(name, address, first)
            said = {"ROOT": str(ROOT), "PYTHON": sys.base_prefix, "NAME": name, "ADDRESS": f"{address}/{PREFIX_LENGTH}"}
            host.run(FURNISH, environment=said)
            made[name] = host
        yield made


@contextmanager
def _namespaces(*kinds: str) -> Iterator[int]:
    """Hold new namespaces for the time of a `with` block and give the process that is in them."""
    own_processes = "--pid" in kinds
    holder = subprocess.Popen(
        ["unshare", *kinds, *(["--fork", "--kill-child"] if own_processes else []), "sleep", "infinity"],
        stderr=subprocess.DEVNULL,  # it complains when its child is killed, as is meant
        preexec_fn=lambda: _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL),
    )
    try:
        yield _begun(holder.pid, own_processes=own_processes)
    finally:
        holder.kill()
        holder.wait()


def _begun(holder: int, *, own_processes: bool) -> int:
    """Return the process that sleeps in the namespaces, once it does."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        children = Path(f"/proc/{holder}/task/{holder}/children").read_text().split()
        process = int(children[0]) if own_processes and children else holder
        if Path(f"/proc/{process}/comm").read_text().strip() == "sleep":
            return process
        time.sleep(0.01)
    raise RuntimeError("the namespaces were not made")


def _in(process: int, script: str) -> None:
    subprocess.run(["nsenter", f"--target={process}", "--net", "sh", "-ec", script], check=True)

"""Who starts the services, starts again what died, and stops them so that none is left behind?

A machine that was left alone is not helped by programs that end because another did. So whatever dies is started again:
at once, then after longer and longer, at most every five minutes; nothing is ever given up. What happened stands in
`up.json` of the home folder, which `sonorelay doctor` reads. At the start it is different: somebody is there to read
why a service does not come up, so that ends everything.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipeline.errors import Unavailable
from sonorelay.services import SECONDS_TO_START, Service, answers
from storage.health.died import STATE
from storage.settings import settings

SECONDS_TO_STOP = 15.0
SECONDS_BETWEEN_QUESTIONS = 15.0
SILENT_FOR = 300.0
"""Whatever has not answered for this long is as good as dead."""
LONGEST_WAIT = 300.0
WELL_AFTER = 600.0
"""Whoever has lived this long has its earlier deaths forgotten."""
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)  # loaded here: a child between fork and exec must not load anything


@dataclass
class _Program:
    """A service, its process, how often it died, and when it is to be started again."""

    service: Service
    log: int
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    heard: float = 0.0
    asked: float = 0.0
    deaths: int = 0
    in_a_row: int = 0
    last_death: str = ""
    start_at: float | None = None


class Keeper:
    """The running services; `look` is to be called every second or so."""

    def __init__(self, programs: "list[_Program]", logs: "_Logs") -> None:
        """Keep what was started."""
        self._programs, self._logs = programs, logs
        self._write()

    def look(self) -> list[tuple[str, float]]:
        """Start again what died and is due; return the names of those that have died since, and in how many seconds."""
        self._logs.look()
        now, died = time.monotonic(), []
        for program in self._programs:
            if program.start_at is None and (_ended(program) or _silent(program, now)):
                died.append((program.service.name, _bury(program, now)))
            elif program.start_at is not None and now >= program.start_at:
                try:
                    _start(program)
                except OSError:  # no memory for one more process: as if it had died at once
                    died.append((program.service.name, _bury(program, now)))
                else:
                    self._write()
        if died:
            self._write()
        return died

    def _write(self) -> None:
        told = {
            one.service.name: {"deaths": one.deaths, "in_a_row": one.in_a_row, "last_death": one.last_death}
            for one in self._programs
        }
        file = settings().home / STATE
        draft = file.with_suffix(".part")
        with suppress(OSError):  # a full disk must not end the services
            draft.write_text(json.dumps({"at": _now(), "services": told}), encoding="utf-8")
            draft.replace(file)


@contextmanager
def running(wanted: tuple[Service, ...]) -> Iterator[Keeper]:
    """Run the programs for the time of a `with` block: ready when it begins, gone when it ends."""
    logs = _Logs(service.name for service in wanted)
    programs = {service.name: _Program(service, logs.of(service.name)) for service in wanted}
    try:
        for program in programs.values():
            if program.service.after is not None:
                _wait_until_ready(programs[program.service.after])
            _start(program)
        for program in programs.values():
            _wait_until_ready(program)
        yield Keeper(list(programs.values()), logs)
    finally:
        for program in reversed(programs.values()):
            _stop(program)
        logs.close()


class _Logs:
    """The pipes into which services write, and the program that keeps what they write; see sonorelay.logbook."""

    def __init__(self, names: Iterable[str]) -> None:
        """Open a pipe for each. Their ends for reading stay open here, so that no service ever writes to nobody."""
        self._pipes = {name: os.pipe() for name in names}
        self._process = self._begin()

    def of(self, name: str) -> int:
        """Return where a service writes."""
        return self._pipes[name][1]

    def look(self) -> None:
        """Begin again where the program that keeps the lines has died."""
        if self._process.poll() is not None:
            with suppress(OSError):  # no memory for it: at the next look
                self._process = self._begin()

    def close(self) -> None:
        """Wait until the last line is written."""
        for _, write in self._pipes.values():
            os.close(write)
        try:
            self._process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for read, _ in self._pipes.values():
            os.close(read)

    def _begin(self) -> "subprocess.Popen[bytes]":
        here, folder = settings(), settings().home.absolute() / "logs"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        books = [f"{read}={folder / name}.log" for name, (read, _) in self._pipes.items()]
        sizes = (str(here.log_megabytes * 1_000_000), str(here.log_files))
        command = (sys.executable, "-m", "sonorelay.logbook", *sizes, *books)
        readers = [read for read, _ in self._pipes.values()]
        return subprocess.Popen(command, pass_fds=readers, start_new_session=True)  # Ctrl-C is not for it


def _start(program: _Program) -> None:
    service = program.service
    program.started = program.heard = program.asked = time.monotonic()
    program.process = subprocess.Popen(
        service.command,
        stdin=subprocess.DEVNULL,
        stdout=program.log,
        stderr=subprocess.STDOUT,
        env={**os.environ, **service.environment},
        start_new_session=True,  # Ctrl-C reaches us alone; we stop the others in order
        preexec_fn=_die_with_parent,
    )
    program.start_at = None


def _die_with_parent() -> None:
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _ended(program: _Program) -> bool:
    return program.process is not None and program.process.poll() is not None


def _silent(program: _Program, now: float) -> bool:
    """Ask now and then; one that hangs is told from one that is busy by five minutes of silence."""
    if program.service.ready_at is None:
        return False
    if now - program.asked >= SECONDS_BETWEEN_QUESTIONS:
        program.asked = now
        if answers(program.service.ready_at):
            program.heard = now
    return now - program.heard > SILENT_FOR


def _bury(program: _Program, now: float) -> float:
    """Take away what it left, and say in how many seconds it is started again."""
    program.in_a_row = 1 if now - program.started > WELL_AFTER else program.in_a_row + 1
    program.deaths += 1
    program.last_death = _now()
    _stop(program)
    wait = min(LONGEST_WAIT, 2.0 ** (program.in_a_row - 1))
    program.start_at = now + wait
    return wait


def _stop(program: _Program) -> None:
    """End the process and everything of its session, first politely."""
    process = program.process
    if process is None:
        return
    for force in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, force)
        until = time.monotonic() + SECONDS_TO_STOP
        while (process.poll() is None or _alive_in(process.pid)) and time.monotonic() < until:
            time.sleep(0.05)
    process.wait()
    program.process = None


def _alive_in(group: int) -> bool:
    """Tell whether a process of the group is left that is more than a name waiting to be collected."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, its_group = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[:3]
            if its_group == str(group) and state != "Z":
                return True
    return False


def _wait_until_ready(program: _Program) -> None:
    until, service = time.monotonic() + SECONDS_TO_START, program.service
    while service.ready_at is not None and not answers(service.ready_at):
        if _ended(program) or time.monotonic() > until:
            raise Unavailable("service_down", name=service.name, log=str(settings().home / "logs"))
        time.sleep(0.2)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")

"""Does one command start everything, does the clock bring new files in, and does one key stop it all?"""

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.end_to_end.installation import Installation, free_port, in_pydicom

SECONDS_FOR_ONE_CYCLE = 150


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Installation, "subprocess.Popen[str]"]]:
    ports = {"SONORELAY_WEB_PORT": str(free_port()), "SONORELAY_PREFECT_PORT": str(free_port())}
    installation = Installation(tmp_path_factory.mktemp("up"), ports)
    installation.prepare()
    process = subprocess.Popen(
        [sys.executable, "-m", "sonorelay", "up"],
        env=installation.environment,
        cwd=installation.home,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        _wait_until(lambda: _answers(f"http://127.0.0.1:{ports['SONORELAY_WEB_PORT']}/healthz"), 120)
        yield installation, process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(60)


@pytest.mark.service
def test_the_clock_brings_a_dropped_file_to_the_queue(running: tuple[Installation, "subprocess.Popen[str]"]) -> None:
    installation, _ = running
    prefect = f"http://127.0.0.1:{installation.extra['SONORELAY_PREFECT_PORT']}/api"
    _wait_until(lambda: _scheduled_runs(prefect) > 0, 60)
    installation.drop(in_pydicom("examples_ybr_color.dcm"), "amina/FAST")
    _wait_until(lambda: installation.status()["queued"] == 1, SECONDS_FOR_ONE_CYCLE)


@pytest.mark.service
def test_a_busy_port_is_a_clear_error(running: tuple[Installation, "subprocess.Popen[str]"]) -> None:
    installation, _ = running
    second = installation.sonorelay("up", check=False)
    assert second.returncode == 2
    assert installation.extra["SONORELAY_WEB_PORT"] in second.stderr
    assert "SONORELAY_WEB_PORT" in second.stderr
    assert "Traceback" not in second.stderr + second.stdout


@pytest.mark.service
def test_interrupting_stops_everything_that_was_started(running: tuple[Installation, "subprocess.Popen[str]"]) -> None:
    installation, process = running
    session = _descendants(process.pid)
    assert len(session) >= 3
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    _wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in session), 20)
    for name in ("SONORELAY_WEB_PORT", "SONORELAY_PREFECT_PORT"):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", int(installation.extra[name]))) != 0
    assert installation.status()["queued"] == 1


def _wait_until(true: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.5)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _scheduled_runs(api: str) -> int:
    wanted = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}
    request = urllib.request.Request(
        f"{api}/flow_runs/count", json.dumps(wanted).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        return int(answer.read())


def _descendants(pid: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found, look = [], [pid]
    while look:
        children = parents.get(look.pop(), [])
        found += children
        look += children
    return found

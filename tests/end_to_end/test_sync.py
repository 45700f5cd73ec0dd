"""Do two real installations exchange over a link that breaks, with either of them killed at any moment?"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.cutting import Cutting
from tests.end_to_end.installation import PROGRAMME, Installation
from tests.end_to_end.processes import descendants, wait_until
from tests.servers import S3Server, free_ports
from tests.storage.two_sides import LARGE

STEPS = Path(__file__).with_name("sync_steps.py")
MOST_EXCHANGES = 60
OVERHEAD = 200_000
"""Bytes upwards for all that is no object: records, headers, the answers of a cut request asked again."""
CHUNK = 64 * 1024


def step(at: Installation, *arguments: str) -> dict[str, Any]:
    said = json.loads(at.run(sys.executable, str(STEPS), *arguments).stdout.splitlines()[-1])
    assert isinstance(said, dict)
    return said


def made(home: Path, **extra: str) -> Installation:
    (home / "var").mkdir(parents=True)
    (home / "var" / "programme.toml").write_text(PROGRAMME, encoding="utf-8")
    return Installation(home, extra)


@contextmanager
def web(at: Installation, port: int) -> "Iterator[subprocess.Popen[bytes]]":
    command = (sys.executable, "-m", "gunicorn", "web.wsgi:application", "--bind", f"127.0.0.1:{port}")
    more = ("--worker-class", "gthread", "--workers", "1", "--threads", "8", "--no-control-socket")
    with (at.home / "web.txt").open("ab") as log:
        running = subprocess.Popen([*command, *more], env=at.environment, stdout=log, stderr=log)
    try:
        wait_until(lambda: _listens(port), 60)
        yield running
    finally:
        kill(running)


def kill(running: "subprocess.Popen[bytes]") -> None:
    for pid in (*descendants(running.pid), running.pid):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    running.wait()


def _listens(port: int) -> bool:
    import socket

    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def exchange(at: Installation) -> dict[str, Any]:
    done = at.sonorelay("sync", "--once", "--json", check=False)
    assert done.stdout, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert isinstance(said, dict)
    return said


@pytest.fixture
def headquarters(s3_server: S3Server, postgresql_url: str, tmp_path: Path) -> Installation:
    extra = s3_server.environment("sync") | {"SONORELAY_DATABASE_URL": postgresql_url}
    return made(tmp_path / "headquarters", **extra)


def test_exams_cross_a_link_that_breaks_and_both_sides_come_to_the_same(
    headquarters: Installation, tmp_path: Path
) -> None:
    token = step(headquarters, "people")["token"]
    (port,) = free_ports(1)
    with Cutting(port, cut_after=sum(LARGE) // 10) as link:
        field_box = made(
            tmp_path / "field",
            SONORELAY_SYNC_URL=f"http://127.0.0.1:{link.port}",
            SONORELAY_SYNC_TOKEN=token,
        )
        exam = step(field_box, "people then scan first")["exam"]
        with web(headquarters, port) as serving:
            link.bytes_per_second = 2_000_000
            going = _started(field_box)
            wait_until(lambda: link.upwards > LARGE[1] // 4, 60)
            kill(serving)
            going.wait(60)
            link.bytes_per_second = None
        with web(headquarters, port):
            sent = exchange(field_box)
            assert sent["problem"] == ""
            assert link.cuts >= 8
            assert link.upwards < sum(LARGE) + OVERHEAD + (link.cuts + 1) * CHUNK, "gone on at the byte"
            link.cut_after = None
            step(headquarters, f"read {exam} rose 4")
            step(field_box, f"read {exam} luc 2 then scan second")
            _killed_within(field_box, link)
            _until_done(field_box)
        ours, theirs = step(field_box, "told"), step(headquarters, "told")
        assert ours["exams"] == theirs["exams"]
        stage, given = ours["exams"][exam]
        assert stage == "arbitration"
        assert sorted((reading, final) for _, reading, final in given) == [("first", True), ("second", False)]
        assert (theirs["objects"], theirs["raw"], theirs["parts"]) == (ours["objects"], 0, 0)
        assert token not in (headquarters.home / "web.txt").read_text()


def _started(field_box: Installation) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "sonorelay", "sync", "--once"]
    return subprocess.Popen(command, env=field_box.environment, stdout=subprocess.DEVNULL)


def _until_done(field_box: Installation) -> dict[str, Any]:
    for _ in range(MOST_EXCHANGES):
        done = exchange(field_box)
        new = done.get("sent", 0) + done.get("received", 0) + done.get("objects_sent", 0)
        if not done["problem"] and not new:
            return done
    raise AssertionError(done)


def _killed_within(field_box: Installation, link: Cutting) -> None:
    """Kill an exchange while a scan's preview is on its way."""
    link.bytes_per_second = 1_000_000
    before = link.upwards
    running = _started(field_box)
    wait_until(lambda: link.upwards > before + LARGE[1] // 3, 60)
    kill(running)
    time.sleep(0.5)
    assert link.upwards < before + LARGE[1]
    link.bytes_per_second = None

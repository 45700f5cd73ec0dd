"""Does every scan end exactly once, wherever the flow was killed?"""

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.sources.watched_folder import SETTLED_SECONDS
from pipeline.phantom import Scene, write_mp4
from pipeline.sector import Shape
from tests.end_to_end.installation import Installation

KILLS = 20
SCANS_AT_ONCE = 3


@pytest.mark.longest
@pytest.mark.service
def test_every_scan_ends_exactly_once(tmp_path: Path, prefect_server: str) -> None:
    installation = Installation(tmp_path, {"PREFECT_API_URL": prefect_server})
    installation.prepare()
    dice = random.Random(20)
    dropped: set[str] = set()
    killed_at_work = 0
    for attempt in range(KILLS):
        for number in range(SCANS_AT_ONCE):
            seed = attempt * SCANS_AT_ONCE + number
            source = tmp_path / f"{seed}.mp4"
            write_mp4(Scene(seed, Shape.CURVILINEAR, rows=240, columns=320, frames=8), source)
            dropped.add(hashlib.sha256(source.read_bytes()).hexdigest())
            installation.drop(source, "amina/FAST")
        killed_at_work += _kill_at_random(installation, dice)
    time.sleep(SETTLED_SECONDS)
    installation.sonorelay("ingest", "--project", "goma")
    known = installation.steps("scans")
    assert known["digests"] == sorted(dropped)
    assert known["missing_objects"] == []
    states = known["states"]
    assert isinstance(states, dict)
    assert set(states) <= {"queued", "withheld"}, known
    assert known["items"] == states.get("queued", 0)
    assert known["current"] == len(dropped)
    assert killed_at_work >= KILLS // 2, "most kills should hit a run that was at work"
    assert installation.status()["inbox"] == 0


def _kill_at_random(installation: Installation, dice: random.Random) -> bool:
    """Kill a run, with all it started, up to some seconds after it has begun to work; tell whether it was at work."""
    marks = installation.home / "var" / "running"
    left_by_the_dead = set(marks.glob("[!.]*"))
    run = subprocess.Popen(
        [sys.executable, "-m", "sonorelay", "ingest", "--project", "goma"],
        env=installation.environment,
        cwd=installation.home,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    waiting_for_files = dice.random() < 0.3
    until = time.monotonic() + 60
    while run.poll() is None and time.monotonic() < until:
        if waiting_for_files or set(marks.glob("[!.]*")) - left_by_the_dead:
            break
        time.sleep(0.005)
    time.sleep(dice.uniform(0, 6.0 if waiting_for_files else 2.0))
    at_work = run.poll() is None
    if at_work:
        os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    return at_work

"""Does the clock go on after everything was killed at once, as by a power cut?"""

import os
import signal
import time
from pathlib import Path

import pytest

from pipeline.phantom import Scene, write_mp4
from pipeline.sector import Shape
from supervision.states import State
from tests.end_to_end.installation import Installation
from tests.end_to_end.processes import descendants, wait_until
from tests.servers import free_ports

SCANS = 12


@pytest.mark.service
def test_the_schedule_finishes_what_a_power_cut_left(tmp_path: Path) -> None:
    web, prefect = free_ports(2)
    installation = Installation(tmp_path, {"SONORELAY_WEB_PORT": str(web), "SONORELAY_PREFECT_PORT": str(prefect)})
    installation.prepare()
    for seed in range(SCANS):
        source = tmp_path / f"{seed}.mp4"
        write_mp4(Scene(seed, Shape.CURVILINEAR, rows=240, columns=320, frames=8), source)
        installation.drop(source, "amina/FAST")
    marks = tmp_path / "var" / "running"

    first = installation.up()
    wait_until(lambda: any(marks.glob("[!.]*.work")), 300)
    time.sleep(1)
    for process in [first.pid, *descendants(first.pid)]:
        os.kill(process, signal.SIGKILL)
    first.wait()
    assert installation.count(State.RECEIVED) > 0, "it was cut off while at work"

    second = installation.up()
    try:
        wait_until(lambda: installation.count(State.RECEIVED) == 0, 400)
    finally:
        second.send_signal(signal.SIGINT)
        second.wait(60)
    known = installation.steps("scans")
    digests, states = known["digests"], known["states"]
    assert isinstance(digests, list)
    assert isinstance(states, dict)
    assert len(digests) == SCANS == sum(states.values())
    assert set(states) <= {"queued", "withheld"}
    assert known["missing_objects"] == []
    assert not any(marks.glob("[!.]*")), "what the dead run had on its desk is gone"

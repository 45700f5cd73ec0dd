"""Does a run that died leave nothing behind, and one that lives keep what it has?"""

import os
import signal
from pathlib import Path

import pytest

from flows.presence import alone, free_what_the_dead_hold, present

pytestmark = pytest.mark.django_db


def test_a_living_run_keeps_its_place(tmp_path: Path) -> None:
    with present(tmp_path) as run:
        assert free_what_the_dead_hold(tmp_path) == 0
        assert run.work.is_dir()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_removed(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with present(tmp_path) as run:
            (run.work / "raw").write_bytes(b"names a patient")
            os.write(writing, b"x")
            signal.pause()
    os.read(reading, 1)
    assert free_what_the_dead_hold(tmp_path) == 0
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert free_what_the_dead_hold(tmp_path) == 1
    assert list(tmp_path.iterdir()) == []


def test_one_run_per_project_and_none_is_shut_out_by_the_dead(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with alone(tmp_path, "goma"):
            os.write(writing, b"x")
            signal.pause()
    os.read(reading, 1)
    with alone(tmp_path, "goma") as first, alone(tmp_path, "bunia") as other:
        assert (first, other) == (False, True)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with alone(tmp_path, "goma") as first:
        assert first

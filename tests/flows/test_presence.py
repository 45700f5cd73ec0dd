"""Does a run that died leave nothing behind, and one that lives keep what it has?"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flows.presence import alone, free_what_the_dead_hold, present
from tests.flows.conftest import NOON

if TYPE_CHECKING:  # Django is not loaded yet when this file is read
    from storage.catalogue.models import Scan

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


def test_long_work_keeps_what_it_has_taken(
    arrive: Callable[..., Scan], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from storage.catalogue import intake

    monkeypatch.setattr("flows.presence.RENEWED_EVERY_SECONDS", 0.05)
    scan = arrive()
    with present(tmp_path) as run:
        assert intake.take("goma", 5, run.token, NOON) == [scan.digest]
        until = time.monotonic() + 10
        while scan.taken_until is None or scan.taken_until < datetime.now(UTC):
            assert time.monotonic() < until, "the lease was not renewed"
            time.sleep(0.05)
            scan.refresh_from_db()
        assert intake.take("goma", 5, "another", datetime.now(UTC)) == []
    assert intake.take("goma", 5, "another", datetime.now(UTC)) == [scan.digest]

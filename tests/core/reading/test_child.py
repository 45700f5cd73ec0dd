"""Work in a child process is limited, quiet and leaves nothing behind."""

import ctypes
import functools
import operator
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from pipeline.child import run_in_child
from pipeline.errors import SonorelayError, TooLarge, Undecodable
from pipeline.reading import read_clip
from tests.real_files import ROOT, pydicom_example

MIB = 1 << 20


def test_a_clip_crosses_over() -> None:
    path = pydicom_example("examples_ybr_color.dcm")
    there, here = run_in_child(read_clip, path), read_clip(path)
    assert (there.proxy == here.proxy).all()
    assert there.frame_times == here.frame_times
    assert not there.keyframes.flags.writeable


def test_an_error_crosses_over_with_its_facts(tmp_path: Path) -> None:
    (tmp_path / "cut").write_bytes(pydicom_example("examples_ybr_color.dcm").read_bytes()[:90_000])
    with pytest.raises(Undecodable) as caught:
        run_in_child(read_clip, tmp_path / "cut")
    assert caught.value.code == "truncated"


def test_an_unforeseen_error_tells_its_kind_and_place_only() -> None:
    with pytest.raises(SonorelayError) as caught:
        run_in_child(int, "DOE^JANE")
    assert caught.value.code == "internal"
    assert caught.value.facts["error"] == "ValueError"
    assert "DOE" not in str(caught.value.args)


@pytest.mark.parametrize("work", [(operator.attrgetter, "system"), (functools.partial, os.system)])
def test_an_answer_that_could_run_code_is_refused(work: tuple[object, ...]) -> None:
    with pytest.raises(SonorelayError) as caught:
        run_in_child(*work)
    assert caught.value.facts == {"where": "answer"}
    assert run_in_child(Path, "a") == Path("a")


def test_memory_is_limited() -> None:
    with pytest.raises(TooLarge) as caught:
        run_in_child(bytearray, 700 * MIB, memory_bytes=600 * MIB)
    assert caught.value.code == "too_large"
    assert len(run_in_child(bytearray, 50 * MIB, memory_bytes=900 * MIB)) == 50 * MIB


def test_time_is_limited_for_a_sleeper_and_for_a_loop() -> None:
    for work in ((time.sleep, 60), (sum, range(10**12))):
        begun = time.monotonic()
        with pytest.raises(TooLarge) as caught:
            run_in_child(*work, seconds=0.3)
        assert caught.value.code == "too_slow"
        assert time.monotonic() - begun < 5


@pytest.mark.parametrize("crash", [(ctypes.string_at, 0), (os.abort,), (os._exit, 3), (os.kill, 0, signal.SIGTERM)])
def test_a_crash_is_an_answer_and_the_next_one_works(crash: tuple[object, ...]) -> None:
    with pytest.raises(Undecodable) as caught:
        run_in_child(*crash)
    assert caught.value.code == "decoder_crashed"
    assert run_in_child(len, (1, 2)) == 2


def test_many_threads_at_once() -> None:
    answers: list[int] = []
    threads = [threading.Thread(target=lambda n=n: answers.append(run_in_child(pow, n, 2))) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [n * n for n in range(6)]


def test_the_parent_is_not_limited() -> None:
    run_in_child(len, ())
    assert resource.getrlimit(resource.RLIMIT_DATA)[0] == resource.RLIM_INFINITY


PARENT = """
import os, sys, threading, time
sys.path.insert(0, {root!r})
from pipeline.child import run_in_child
print("imported", flush=True)
threading.Thread(target=run_in_child, args=(time.sleep, 55), daemon=True).start()
time.sleep(55)
"""


def processes_of(session: int) -> set[int]:
    """Return every process whose chain of parents leads to the given one."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(folder.name)] = int(fields[1])
    found = {session}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {session}


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_nothing_is_left_when_the_parent_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT.format(root=str(ROOT)))
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as parent:
        try:
            deadline = time.monotonic() + 20
            while len(below := processes_of(parent.pid)) < 2 and time.monotonic() < deadline:
                time.sleep(0.02)
            assert len(below) == 2  # the nursery and its child
        finally:
            parent.kill()
        out, errors = parent.communicate()
    assert out.split() == [b"imported"]  # a script without a `__main__` guard is not run again
    assert errors == b""
    deadline = time.monotonic() + 10
    while any(map(is_running, below)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(map(is_running, below))

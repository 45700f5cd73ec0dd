"""Is what died started again, ever more slowly, and is every line of it kept, in files of bounded size?"""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from sonorelay import keeping
from sonorelay.logbook import Logbook
from sonorelay.services import Service
from storage.health import Verdict
from storage.health.check import asked
from storage.health.died import deaths, died
from storage.settings import settings
from tests.end_to_end.processes import descendants, wait_until

SAYS_AND_WAITS = "import os, time; print('begun', os.getpid(), flush=True); time.sleep(600)"
DIES = "import sys; print('no', flush=True); sys.exit(3)"
LEAVES_A_CHILD = """
import os, signal, subprocess, sys, time
child = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
subprocess.Popen([sys.executable, "-c", child])
time.sleep(600)
"""
lines = st.lists(st.binary(max_size=40).map(lambda line: line.replace(b"\n", b" ") + b"\n"), max_size=60)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SONORELAY_HOME", str(tmp_path))
    monkeypatch.setattr(keeping, "SECONDS_TO_STOP", 2.0)
    settings.cache_clear()
    return tmp_path


def alive(processes: list[int]) -> list[int]:
    """Return those that are more than a name which nobody has collected yet."""
    states = {pid: Path(f"/proc/{pid}/stat") for pid in processes}
    return [
        pid for pid, stat in states.items() if stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"
    ]


def started_since(before: list[int]) -> list[int]:
    """Return what this process has started, itself or by others, since it had those."""
    return [pid for pid in descendants(os.getpid()) if pid not in before]


def program(name: str, source: str) -> Service:
    return Service(name, (sys.executable, "-c", source))


def kept_in(folder: Path) -> list[bytes]:
    """Return what the files hold, the oldest first."""
    files = sorted(folder.glob("service.log.*"), key=lambda file: -int(file.suffix[1:]))
    return [file.read_bytes() for file in (*files, folder / "service.log") if file.exists()]


@examples(max_examples=150, deadline=None)
@given(said=lines, largest=st.integers(50, 300), kept=st.integers(1, 50), pieces=st.integers(1, 90))
def test_every_line_is_kept_until_its_file_is_too_old(said: list[bytes], largest: int, kept: int, pieces: int) -> None:
    everything = b"".join(said)
    with TemporaryDirectory() as folder:
        book = Logbook(Path(folder) / "service.log", largest, kept)
        for start in range(0, len(everything), pieces):
            book.write(everything[start : start + pieces])
        files = kept_in(Path(folder))
        assert len(files) <= kept + 1
        assert all(file.endswith(b"\n") for file in files), "no line is parted"
        assert all(len(file) <= largest or file.count(b"\n") == 1 for file in files)
        assert everything.endswith(b"".join(files))
        if len(files) <= kept:
            assert b"".join(files) == everything


def test_a_full_disk_stops_nobody_and_is_told_later(tmp_path: Path) -> None:
    log = tmp_path / "service.log"
    log.symlink_to("/dev/full")
    book = Logbook(log, 1000, 2)
    book.write(b"lost\n")
    log.unlink()
    book.write(b"kept\nbegun")
    book.end()
    assert log.read_bytes() == b"sonorelay: 5 bytes could not be written here and are lost\nkept\nbegun\n"


def test_what_was_lost_is_told_on_the_next_page_too(tmp_path: Path) -> None:
    log, full = tmp_path / "service.log", b"x" * 95 + b"\n"
    log.symlink_to("/dev/full")
    book = Logbook(log, 100, 2)
    book.write(b"lost\n")
    book.write(b"also lost\n")
    log.unlink()
    log.write_bytes(full)
    book.write(b"kept\n")
    told = b"sonorelay: 15 bytes could not be written here and are lost\nkept\n"
    assert kept_in(tmp_path) == [full, told]


def test_what_is_killed_is_started_again_and_its_lines_are_whole(home: Path) -> None:
    before = descendants(os.getpid())
    with keeping.running((program("one", SAYS_AND_WAITS), program("other", SAYS_AND_WAITS))) as kept:
        one, other = home / "logs" / "one.log", home / "logs" / "other.log"
        wait_until(lambda: one.exists() and other.exists(), 20)
        first = int(one.read_text().split()[1])
        assert kept.look() == []
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: kept.look() == [("one", 1.0)], 5)
        wait_until(lambda: kept.look() == [] and one.read_text().count("begun") == 2, 10)
        assert other.read_text().count("begun") == 1, "the other one goes on"
        ours = started_since(before)
    assert deaths()["one"].count == 1
    assert deaths()["other"].count == 0
    assert not alive(ours)
    assert {file.stat().st_mode & 0o777 for file in (one, other)} == {0o600}


def test_what_dies_again_and_again_waits_longer_and_the_doctor_says_so(home: Path) -> None:
    with keeping.running((program("ill", DIES),)) as kept:
        waits: list[float] = []
        until = time.monotonic() + 20
        while len(waits) < 4 and time.monotonic() < until:
            waits += [seconds for _, seconds in kept.look()]
            time.sleep(0.02)
    assert waits == [1, 2, 4, 8]
    (found,) = asked(died, datetime.now(UTC))
    assert (found.name, found.verdict) == ("died.ill", Verdict.BAD)
    assert (home / "logs" / "ill.log").read_text() == "no\n" * 4


def test_what_cannot_be_started_again_now_is_tried_later(home: Path) -> None:
    script, log = home / "script", home / "logs" / "one.log"
    source = f"#!{sys.executable}\n{SAYS_AND_WAITS}\n"
    script.write_text(source)
    script.chmod(0o700)
    with keeping.running((Service("one", (str(script),)),)) as kept:
        wait_until(log.exists, 20)
        script.unlink()
        os.kill(int(log.read_text().split()[1]), signal.SIGKILL)
        wait_until(lambda: kept.look() == [("one", 1.0)], 5)
        wait_until(lambda: kept.look() == [("one", 2.0)], 5)
        script.write_text(source)
        script.chmod(0o700)
        wait_until(lambda: kept.look() == [] and log.read_text().count("begun") == 2, 10)
    assert deaths()["one"].count == 2


def test_nothing_is_left_behind_and_nothing_unsaid_when_it_ends(home: Path) -> None:
    before = descendants(os.getpid())
    with keeping.running((program("parent", LEAVES_A_CHILD),)):
        wait_until((home / "logs" / "parent.log").exists, 20)
        ours = started_since(before)
        assert len(ours) >= 3
    assert not alive(ours)
    assert (home / "logs" / "parent.log").read_text() == "deaf\n"


def test_lines_are_kept_after_whoever_started_it_was_killed(home: Path) -> None:
    last_words = "import signal, sys, time; signal.signal(15, lambda *_: (print('last', flush=True), sys.exit()));"
    source = "print('first', flush=True);" + last_words + "time.sleep(600)"
    start = f"""
import sys, time
from sonorelay import keeping
from sonorelay.services import Service
with keeping.running((Service("said", (sys.executable, "-c", {source!r})),)):
    time.sleep(600)
"""
    up = subprocess.Popen([sys.executable, "-c", start])
    log = home / "logs" / "said.log"
    wait_until(lambda: log.exists() and "first" in log.read_text(), 30)
    up.kill()
    up.wait()
    wait_until(lambda: log.read_text() == "first\nlast\n", 10)

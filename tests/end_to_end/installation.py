"""A whole installation in a temporary folder, driven as a person would: by its commands, its inbox and its pages."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from pydicom.data import get_testdata_file

from supervision.states import State

PROGRAMME = """
[[organisations]]
code = "relief"
name = "Relief"

[[projects]]
code = "goma"
organisation = "relief"
name = "Goma"
schedule = "* * * * *"

[review]
second_read_share = 0.0  # what is drawn by chance is tested elsewhere
"""
PASSWORD = "a-long-test-password"


@dataclass(frozen=True)
class Installation:
    home: Path
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def inbox(self) -> Path:
        return self.home / "inbox"

    @property
    def console(self) -> Path:
        """What `sonorelay up` says to whoever started it."""
        return self.home / "console.txt"

    @property
    def environment(self) -> dict[str, str]:
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("SONORELAY_", "PREFECT_", "DJANGO_"))
        }
        return {
            **inherited,
            "SONORELAY_HOME": str(self.home / "var"),
            "SONORELAY_INBOX": str(self.inbox),
            "LANG": "C.UTF-8",
            **self.extra,
        }

    def prepare(self) -> None:
        programme = self.home / "var" / "programme.toml"
        programme.parent.mkdir(parents=True)
        programme.write_text(PROGRAMME, encoding="utf-8")
        self.steps("people")

    def run(self, *command: str, check: bool = True, seconds: float = 300) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            command, env=self.environment, cwd=self.home, capture_output=True, text=True, timeout=seconds, check=False
        )
        if check:
            assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def sonorelay(self, *arguments: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        return self.run(sys.executable, "-m", "sonorelay", *arguments, check=check)

    def up(self) -> "subprocess.Popen[bytes]":
        """Start `sonorelay up` so that it hears Ctrl-C, even where the tests run in the background and would not."""
        with self.console.open("wb") as console:
            return subprocess.Popen(
                [sys.executable, "-m", "sonorelay", "up"],
                env=self.environment,
                cwd=self.home,
                stdout=console,
                stderr=subprocess.STDOUT,
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )

    def steps(self, *arguments: str) -> dict[str, object]:
        """Run one of the steps of steps.py in a process of its own and return what it says."""
        done = self.run(sys.executable, str(Path(__file__).with_name("steps.py")), *arguments)
        said = json.loads(done.stdout.splitlines()[-1])
        assert isinstance(said, dict)
        return said

    def drop(self, source: Path, place: str, name: str | None = None) -> Path:
        target = self.inbox / "goma" / place / (name or source.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        hidden = target.with_name("." + target.name)
        hidden.write_bytes(source.read_bytes())
        return hidden.rename(target)

    def count(self, state: State) -> int:
        """Return how many scans are in this state. Asked of the catalogue itself: it may be asked often."""
        with closing(sqlite3.connect(f"file:{self.home / 'var' / 'catalogue.sqlite3'}?mode=ro", uri=True)) as rows:
            (count,) = rows.execute("select count(*) from catalogue_scan where state = ?", [state]).fetchone()
        return int(count)

    def status(self) -> dict[str, int]:
        said = json.loads(self.sonorelay("status", "--json").stdout)
        counts = said["projects"]["goma"]
        assert isinstance(counts, dict)
        return counts


def in_pydicom(name: str) -> Path:
    found = get_testdata_file(name, download=False)
    assert isinstance(found, str), f"{name} is not in the pydicom package"
    return Path(found)

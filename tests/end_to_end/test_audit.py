"""Does the command tell a whole chain from a broken one, and is what it exports enough to check it elsewhere?"""

import csv
import hashlib
import json
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.installation import Installation

AT_ONCE = 4
EACH = 6
WRITE = """
import sys
from datetime import UTC, datetime
from sonorelay.programme import open_catalogue
open_catalogue()
from storage.catalogue.models import Event
for turn in range(int(sys.argv[2])):
    Event.objects.create(at=datetime.now(UTC), what="tested", facts={"writer": sys.argv[1], "turn": turn})
"""


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    here = Installation(tmp_path / "here")
    here.home.mkdir()
    here.prepare()
    return here


def audit(installation: Installation, *more: str, code: int = 0) -> str:
    done = installation.sonorelay("audit", *more, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


def test_many_processes_write_one_chain_that_the_command_checks_and_exports(
    installation: Installation, tmp_path: Path
) -> None:
    audit(installation, "verify")
    command = (sys.executable, "-c", WRITE)
    where = {"env": installation.environment, "cwd": installation.home}
    writers = [subprocess.Popen([*command, str(number), str(EACH)], **where) for number in range(AT_ONCE)]
    assert [writer.wait(120) for writer in writers] == [0] * AT_ONCE
    found = json.loads(audit(installation, "verify", "--json"))
    assert found["sound"]
    assert found["sealed"] >= AT_ONCE * EACH
    noted = audit(installation, "head").strip()
    assert noted == found["head"]

    audit(installation, "export", "--to", str(tmp_path / "audit.jsonl"))
    audit(installation, "export", "--to", str(tmp_path / "audit.jsonl"), code=2)
    assert stat.S_IMODE((tmp_path / "audit.jsonl").stat().st_mode) == 0o600
    lines = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text("utf-8").splitlines()]
    assert len(lines) == found["sealed"]
    before = "0" * 64
    for line in lines:  # whoever audits needs nothing of ours
        sealed = line.pop("hash")
        told = json.dumps(list(line.values()), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert line["previous"] == before
        assert hashlib.sha256(told.encode()).hexdigest() == sealed
        before = sealed
    assert f"{len(lines)}:{before}" == noted
    rows = list(csv.DictReader(audit(installation, "export", "--csv").splitlines()))
    assert rows[-1]["what"] == "audit_exported"
    audit(installation, "verify", "--head", noted)

    with sqlite3.connect(installation.home / "var" / "catalogue.sqlite3") as catalogue:
        catalogue.execute("UPDATE catalogue_event SET what = 'nothing' WHERE number = 3")
    broken = json.loads(audit(installation, "verify", "--json", code=1))
    assert (broken["first_bad"], broken["problem"], broken["sealed"]) == (3, "changed", 2)
    audit(installation, "verify", "--head", "three", code=2)

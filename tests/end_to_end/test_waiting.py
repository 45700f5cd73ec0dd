"""Does `up` wait for a database server that is started after it, and do other commands say that it is away?"""

import signal
import subprocess
from pathlib import Path

import psycopg
import pytest

from tests.end_to_end.installation import PROGRAMME, Installation
from tests.end_to_end.processes import wait_until

pytestmark = [pytest.mark.postgresql, pytest.mark.service]
SECONDS = 120


def test_a_database_that_comes_later_is_waited_for(tmp_path: Path, postgresql_url: str) -> None:
    server, name = postgresql_url.rpartition("/")[0], "comes_later"
    installation = Installation(tmp_path, {"SONORELAY_DATABASE_URL": f"{server}/{name}", "LANG": "fr_FR.UTF-8"})
    programme = tmp_path / "var" / "programme.toml"
    programme.parent.mkdir()
    programme.write_text(PROGRAMME, encoding="utf-8")

    asked = installation.sonorelay("status", check=False)
    assert (asked.returncode, asked.stdout) == (1, "")
    assert "SONORELAY_DATABASE_URL" in asked.stderr

    up = installation.up()
    try:
        wait_until(lambda: "Un nouvel essai a lieu" in installation.console.read_text(encoding="utf-8"), SECONDS)
        with psycopg.connect(postgresql_url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        with psycopg.connect(f"{server}/{name}", autocommit=True) as connection:
            tables = "SELECT count(*) FROM information_schema.tables WHERE table_name = 'catalogue_scan'"
            wait_until(lambda: connection.execute(tables).fetchone() == (1,), SECONDS)
        assert installation.console.read_text(encoding="utf-8").count("Un nouvel essai") == 1
    finally:
        up.send_signal(signal.SIGINT)
        try:
            ended = up.wait(60)
        except subprocess.TimeoutExpired:
            up.kill()
            raise
    assert ended in {0, 130}, "stopped by one key"

"""Is what was backed up while work went on the same again elsewhere, on other servers, and is damage found?"""

import json
import os
import secrets
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.flows.listening import Listener, running_listener
from tests.flows.sending import SUCCESS, Sender, phantom
from tests.servers import S3Server

PASSPHRASE = "five words that nobody guesses"
OLDER = "0020_instances"
AT_AN_OLDER_RELEASE = f"""
import sys
from datetime import UTC, datetime
from pathlib import Path
from sonorelay import programme
programme.open_catalogue()
from django.core.management import call_command
call_command("migrate", "catalogue", "{OLDER}", verbosity=0)
from storage import backup
from storage.catalogue.dump import models_at
from storage.objects.chosen import object_store
tables = {{model.__name__: model._base_manager for model in models_at("{OLDER}")}}
owner = tables["Organisation"].create(code="relief", name="Relief")
tables["Project"].create(code="goma", name="Goma", organisation=owner)
backup.write(Path(sys.argv[1]), object_store(), {PASSPHRASE!r}, datetime.now(UTC))
"""

pytestmark = [pytest.mark.service, pytest.mark.filterwarnings("ignore::UserWarning")]


@pytest.fixture(scope="module")
def listener(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listener]:
    with running_listener(tmp_path_factory.mktemp("backup") / "home") as one:
        yield one


@pytest.fixture(scope="module")
def passphrase(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("secret") / "passphrase"
    file.write_text(PASSPHRASE + "\n")
    return file


@pytest.fixture(scope="module")
def backed_up(listener: Listener, tmp_path_factory: pytest.TempPathFactory, passphrase: Path) -> Path:
    folder = tmp_path_factory.mktemp("backed-up")
    with Sender(listener.port, phantom(folder, 990)) as sender:
        assert sender.store() == SUCCESS
    root = folder / "backup"
    assert not sonorelay(listener.environment, "backup", "--to", root, "--passphrase-file", passphrase).returncode
    return root


def sonorelay(environment: dict[str, str], *arguments: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "sonorelay", *map(str, arguments)]
    env = {**environment, "LC_ALL": "C.UTF-8"}
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=300)


def elsewhere(home: Path, **extra: str) -> dict[str, str]:
    """Return the settings of an installation in which nothing is yet."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SONORELAY_", "DJANGO_"))}
    return {**kept, "SONORELAY_HOME": str(home), "SONORELAY_INBOX": str(home / "inbox"), **extra}


def manifest(root: Path, number: int = -1) -> dict[str, object]:
    said = json.loads((sorted(root.glob("*Z"))[number] / "manifest.json").read_text())
    assert isinstance(said, dict)
    return said


def tables(said: dict[str, object]) -> dict[str, str]:
    """Return what each table holds, but for the chain, whose last links are made after the dump."""
    catalogue = said["catalogue"]
    assert isinstance(catalogue, dict)
    held = {one["name"]: one["sha256"] for one in catalogue["tables"]}
    del held["catalogue_event"]
    return held


def test_kept_while_scans_arrive_and_the_same_on_other_servers_and_back(
    listener: Listener, tmp_path: Path, passphrase: Path, postgresql_url: str, s3_server: S3Server
) -> None:
    root, done, sent = tmp_path / "backup", threading.Event(), []

    def write() -> None:
        for seed in range(900, 960):
            path = phantom(tmp_path, seed)
            with Sender(listener.port, path) as sender:
                sent.append(sender.store())
            if done.is_set():
                return

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(2):
            made = sonorelay(listener.environment, "backup", "--to", root, "--passphrase-file", passphrase)
            assert made.returncode == 0, made.stderr
    finally:
        done.set()
        writer.join()
    assert set(sent) == {SUCCESS}
    first, second = manifest(root, 0), manifest(root, 1)
    assert int(str(second["new"])) <= int(str(second["objects"])) - int(str(first["objects"])) + 1

    name = f"restored_{secrets.token_hex(6)}"
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    database = {"SONORELAY_DATABASE_URL": f"{postgresql_url.rpartition('/')[0]}/{name}"}
    lost = root / "objects" / "raw" / "00" / ("0" * 64)
    lost.parent.mkdir(exist_ok=True)
    lost.write_bytes(b"of a backup that is gone")
    (root / "2026-01-01T000000Z" / "catalogue").mkdir(parents=True)  # of one that was interrupted
    before = second
    servers = database | s3_server.environment(name.replace("_", "-"))
    for place, extra in (("on-servers", servers), ("on-disk", {})):  # the second from what the first leaves
        there = elsewhere(tmp_path / place, **extra)
        restored = sonorelay(there, "restore", "--from", root, "--passphrase-file", passphrase)
        assert restored.returncode == 0, restored.stderr
        assert "The record of events is whole" in restored.stdout
        again = sonorelay(there, "backup", "--to", root, "--passphrase-file", passphrase, "--keep", 1)
        assert again.returncode == 0, again.stderr
        assert len(list(root.glob("*Z"))) == 1
        assert not lost.exists()
        now = manifest(root)
        assert tables(now) == tables(before)
        assert (now["objects"], now["new"]) == (second["objects"], 0)
        before = now
    assert sonorelay(there, "restore", "--from", root, "--passphrase-file", passphrase).returncode == 2
    with psycopg.connect(database["SONORELAY_DATABASE_URL"]) as connection:  # the next row finds a free number
        connection.execute("INSERT INTO catalogue_organisation (code, name) VALUES ('new', 'New')")


@pytest.mark.parametrize("damaged", ["catalogue/catalogue_scan.jsonl", "objects.jsonl", "keys/relief", "objects/*/*/*"])
def test_a_changed_byte_is_found_before_anything_is_written(
    damaged: str, backed_up: Path, tmp_path: Path, passphrase: Path
) -> None:
    root = shutil.copytree(backed_up, tmp_path / "backup")
    base = root if damaged.startswith("objects/") else next(root.glob("*Z"))
    file = sorted(base.glob(damaged))[0]
    bent = bytearray(file.read_bytes())
    bent[len(bent) // 2] ^= 1
    file.write_bytes(bent)
    there = elsewhere(tmp_path / "restored")
    refused = sonorelay(there, "restore", "--from", root, "--passphrase-file", passphrase)
    assert refused.returncode == 2
    assert "not as it was written" in refused.stderr
    assert not (tmp_path / "restored" / "keys").exists()
    assert not (tmp_path / "restored" / "programme.toml").exists()


def test_a_backup_of_an_older_release_is_brought_up_to_date(
    listener: Listener, tmp_path: Path, passphrase: Path
) -> None:
    old, root = elsewhere(tmp_path / "old"), tmp_path / "backup"
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "programme.toml").write_text((listener.home / "programme.toml").read_text())
    subprocess.run([sys.executable, "-c", AT_AN_OLDER_RELEASE, str(root)], env=old, check=True)
    there = elsewhere(tmp_path / "today")
    restored = sonorelay(there, "restore", "--from", root, "--passphrase-file", passphrase)
    assert restored.returncode == 0, restored.stderr
    assert json.loads(sonorelay(there, "status", "--json").stdout)["projects"].keys() == {"goma", "bunia"}

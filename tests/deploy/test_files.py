"""Does everything in deploy/ name what exists, and keep its services as confined as it says?"""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from sonorelay.__main__ import _parser
from storage.settings import FOR_OTHERS, PREFIX, Settings, secret_folders
from tests.deploy.hosts import ROOT
from tests.deploy.site import BLOCK, ONLY_ON_DATA, PAGE
from tests.servers import absent

DEPLOY = ROOT / "deploy"
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
KNOWN = {PREFIX + name.upper() for name in Settings.model_fields} | set(FOR_OTHERS)
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_every_setting_is_known(file: Path) -> None:
    named = re.findall(r"\b(sonorelay_[a-z0-9_]+|SONORELAY_[A-Z0-9_]+)\b", file.read_text(encoding="utf-8"))
    assert {name.upper() for name in named} <= KNOWN


def test_every_service_that_is_started_exists() -> None:
    page = PAGE.read_text(encoding="utf-8")
    started = set(re.findall(r"sonorelay@(\w+)", page + "".join(unit.read_text() for unit in UNITS))) - {"i"}
    started |= {one["command"][1] for one in SERVICES.values() if one.get("command", [""])[0] == "serve"}
    for name in sorted(started):
        assert _parser().parse_args(["serve", name]).service == name
    for command in re.findall(r"deploy/sonorelay (\w+)", "".join(found["script"] for found in BLOCK.finditer(page))):
        with pytest.raises(SystemExit, match="0"):
            _parser().parse_args([command, "--help"])


def test_secrets_are_made_once_and_are_those_that_are_read(tmp_path: Path) -> None:
    for _ in range(2):
        subprocess.run([DEPLOY / "secrets.sh", "postgresql", str(tmp_path)], check=True)
        made = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert made == {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert {Path(one["file"]).name for one in COMPOSE["secrets"].values()} == set(made)
    assert {file.stat().st_mode & 0o007 for file in tmp_path.iterdir()} == {0}
    read = Settings(_secrets_dir=secret_folders({PREFIX + "SECRETS": str(tmp_path)}))
    assert read.prefect_database_url is not None
    assert read.prefect_database_url.get_secret_value().endswith("@postgresql:5432/prefect")
    assert read.model_fields_set >= {name.removeprefix("sonorelay_") for name in made if name.startswith("sonorelay_")}
    carried = {name for name in made if not name.startswith(ONLY_ON_DATA)}
    assert carried == set(COMPOSE["x-secrets"]), "a container that works on scans holds what such a host holds"


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_units_are_understood_and_confined(unit: Path, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        absent("systemd-analyze (Debian package systemd)")
    here = tmp_path / unit.name.replace("@.", "@web.")
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    text = unit.read_text(encoding="utf-8")
    here.write_text(re.sub(r"/srv/sonorelay/app/\.venv/bin/\w+", str(program), text))
    run = {"capture_output": True, "text": True, "check": False}
    verified = subprocess.run(["systemd-analyze", "verify", "--man=no", here], **run)
    complaints = [line for line in verified.stderr.splitlines() if str(unit.stem.rstrip("@")) in line]
    assert complaints == []
    judged = subprocess.run(["systemd-analyze", "security", "--offline=true", here], **run)
    exposure = re.search(r"exposure level for \S+: ([\d.]+)", judged.stdout)
    assert exposure is not None, judged.stderr
    assert float(exposure[1]) <= 2.0


def test_containers_name_what_exists() -> None:
    for kind in ("secrets", "networks"):
        named = {word for one in SERVICES.values() for word in one.get(kind, ())}
        assert named == set(COMPOSE[kind])
    mounted = [volume.split(":")[0] for one in SERVICES.values() for volume in one.get("volumes", ())]
    assert {name for name in mounted if not name.startswith(".")} == set(COMPOSE["volumes"])
    by_the_reader = {"./programme.toml", "./tls"}
    for place in {name for name in mounted if name.startswith(".")} - by_the_reader:
        assert (DEPLOY / place).is_file(), place
    for one in SERVICES.values():
        assert set(one.get("depends_on", ())) <= set(SERVICES)
        assert {name for name in one.get("environment", {}) if name.startswith(PREFIX)} <= KNOWN


def test_containers_are_confined() -> None:
    for name, one in SERVICES.items():
        assert one["read_only"] is True, name
        assert one["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in one["security_opt"], name
        assert "mem_limit" in one, name
    assert {name for name, one in SERVICES.items() if "ports" in one} == {"nginx", "listener"}
    assert {name for name, one in SERVICES.items() if "store" in one["networks"]} == {"objects", "nginx"}


def test_the_image_is_locked_whole_and_not_root() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert "--require-hashes" in text
    assert re.findall(r"^USER (\S+)", text, re.MULTILINE) == ["10001:10001"]
    copied = {place for line in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE) for place in line.split()}
    assert all((ROOT / place).exists() for place in copied)
    packages = re.search(r"^include = \[(.+)\]$", (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert packages is not None
    assert {name.rstrip("*") for name in re.findall(r'"([^"]+)"', packages[1])} <= copied
    allowed = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8")
    assert copied <= {line[1:] for line in allowed.splitlines() if line.startswith("!")}


def test_both_proxies_say_the_same() -> None:
    hosts = (DEPLOY / "nginx/sonorelay.conf").read_text(encoding="utf-8")
    here = {"http://127.0.0.1:8080": "http://web:8080", "http://data.sono.example.org:8333": "http://objects:8334"}
    for host, container in {**here, "10.20.0.0/24": "172.30.0.0/24"}.items():
        hosts = hosts.replace(host, container)
    assert (DEPLOY / "nginx/compose.conf").read_text(encoding="utf-8") == hosts


def test_the_french_page_runs_the_same_commands() -> None:
    french = PAGE.with_name("deploy.fr.md").read_text(encoding="utf-8")
    assert [found[0] for found in BLOCK.finditer(french)] == [found[0] for found in BLOCK.finditer(PAGE.read_text())]

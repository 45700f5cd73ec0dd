"""Do the commands that the pages show do what they say?

A block marked `sh` is run as it stands, in a temporary installation with one real scan in `export/`; its lines of
`make` are only looked up in the Makefile. French pages hold the same blocks (see test_pages) and are not run again.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.phantom import Scene, write_mp4
from pipeline.sector import Shape
from tests.docs.pages import PAGES, ROOT, TOP, blocks, name_of
from tests.real_files import pydicom_example

PROGRAMME = """
[[organisations]]
code = "north-health"
name = "North Health"
[[projects]]
code = "north"
organisation = "north-health"
name = "North"
[[projects]]
code = "masisi"
organisation = "north-health"
name = "Masisi"
"""
PEOPLE = """
from sonorelay.programme import apply_programme
apply_programme()
from storage.catalogue.models import Membership, Organisation, Person, Project
north = Project.objects.get(code="north")
for name, role in (("owner", "partner_owner"), ("amina", "trainee"), ("noor", "reviewer")):
    person = Person.objects.create(username=name)
    Membership.objects.create(person=person, role=role, organisation=north.organisation, project=north)
"""
SHOWN = [
    pytest.param(block.text, id=f"{name_of(page)}-{number}")
    for page in [*TOP, *PAGES]
    if not page.name.endswith(".fr.md")
    for number, block in enumerate(blocks(page), 1)
    if block.language == "sh"
]


def _run(script: str, installation: Path) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SONORELAY_", "DJANGO_"))}
    environment = kept | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "SONORELAY_HOME": str(installation / "home"),
        "SONORELAY_INBOX": str(installation / "inbox"),
        "LC_ALL": "C.UTF-8",
    }
    command = ["bash", "-eu", "-o", "pipefail", "-c", script]
    return subprocess.run(
        command, cwd=installation, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installation")
    (folder / "export").mkdir()
    shutil.copyfile(pydicom_example("examples_ybr_color.dcm"), folder / "export" / "scan.dcm")
    shutil.copyfile(folder / "export" / "scan.dcm", folder / "scan.dcm")
    write_mp4(Scene(1, Shape.CURVILINEAR, rows=240, columns=320, frames=8), folder / "clip.mp4")
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / "home").mkdir()
    (folder / "home" / "programme.toml").write_text(PROGRAMME, encoding="utf-8")
    (folder / "people.py").write_text(PEOPLE, encoding="utf-8")
    made = _run("python people.py", folder)
    assert made.returncode == 0, made.stderr
    return folder


@pytest.mark.parametrize("script", SHOWN)
def test_a_block_of_commands_ends_well(script: str, installation: Path) -> None:
    own = "\n".join(line for line in script.splitlines() if not line.startswith("make "))
    ran = _run(own, installation)
    assert ran.returncode == 0, ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("page", [*TOP, *PAGES], ids=name_of)
def test_every_make_target_exists(page: Path) -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {
        word
        for block in blocks(page)
        if block.language in ("sh", "console")
        for line in block.text.splitlines()
        if (found := re.match(r"(?:\$ )?(?:\w+=\S+ )*make ([^#]+)", line))
        for word in found.group(1).split()
        if "=" not in word
    }
    assert named <= targets


def test_the_reference_tells_every_command_and_option() -> None:
    page = (ROOT / "docs/reference/command-line.md").read_text(encoding="utf-8")
    source = (ROOT / "sonorelay/__main__.py").read_text(encoding="utf-8")
    commands = re.findall(r'add_parser\("(\w+)"', source)
    assert re.findall(r"^## (\w+)$", page, re.MULTILINE) == ["Answers", *commands]
    source += (ROOT / "sonorelay/handover/options.py").read_text(encoding="utf-8")
    assert all(option in page for option in re.findall(r'add_argument\(\s*"(--[\w-]+)"', source))
    assert all(f"| `{action}" in page for action in re.findall(r'actions.add_parser\("(\w+)"', source))

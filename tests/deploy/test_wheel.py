"""Does an installation that is not made from a checkout have every file that the programs read?"""

import subprocess
import sys
import zipfile
from pathlib import Path

from tests.conftest import ROOT

PACKAGES = ("pipeline", "qa_rules", "supervision", "storage", "flows", "web", "sonorelay")
LEFT_OUT = {"__pycache__"}
COMPILED = ".mo"
"""Translations are compiled where they are used."""


def test_a_wheel_holds_all_that_stands_beside_the_code(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for name in (*PACKAGES, "pyproject.toml", "README.md", "LICENSE"):
        (source / name).symlink_to(ROOT / name)
    build = f"from setuptools.build_meta import build_wheel; build_wheel({str(tmp_path)!r})"
    subprocess.run([sys.executable, "-c", build], cwd=source, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        there = set(packed.namelist())
    files = (path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.is_file())
    wanted = {
        str(path.relative_to(ROOT)) for path in files if not LEFT_OUT & set(path.parts) and path.suffix != COMPILED
    }
    assert wanted - there == set()

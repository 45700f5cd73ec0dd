"""Does the catalogue keep its promises on PostgreSQL too? The same tests once more, in a process of their own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
# two sides in one process are two files of SQLite; tests/end_to_end/test_sync.py has PostgreSQL on one of them
# what is learnt from hundreds of clips takes a minute, and asks nothing of the database that others do not
TOO_LONG = {"test_calibration.py"}
ABOUT_THE_CATALOGUE = sorted(
    path
    for path in HERE.glob("test_*.py")
    if re.search(r"\bworld\b|\bdb\b|django_db", text := path.read_text("utf-8"))
    and not re.search("two_sides|giving_away", text)
    and path.name not in TOO_LONG
)


@pytest.mark.longest
@pytest.mark.postgresql
@pytest.mark.service
def test_the_catalogue_on_postgresql(postgresql_url: str) -> None:
    assert len(ABOUT_THE_CATALOGUE) >= 5
    inherited = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    run = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--no-header", "--create-db"),
            *(str(path) for path in ABOUT_THE_CATALOGUE if path != Path(__file__)),
        ],
        cwd=ROOT,
        env={**inherited, "SONORELAY_TESTS_DATABASE_URL": postgresql_url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
    assert re.search(r"\d\d passed", run.stdout)

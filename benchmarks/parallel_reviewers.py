"""Does nobody get an exam that another got, with eight reviewers and 4,000 exams? `make soak`: minutes, not a test.

The test of tests/storage/test_parallel.py with ten times its exams, on SQLite and, where it is installed, PostgreSQL.
"""

import os
import subprocess
import sys
import time

from benchmarks.installations import on_each_database

ONLY_IF_NAMED = True
EXAMS = 4_000
TEST = "tests/storage/test_parallel.py::test_no_reviewer_gets_an_exam_that_another_got"


def main() -> None:
    """Run it on each database and print how long it took; SystemExit where it fails."""
    on_each_database(_tested)


def _tested(name: str, url: str) -> None:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("SONORELAY_", "DJANGO_"))}
    database = {"SONORELAY_TESTS_DATABASE_URL": url} if url else {}
    began = time.perf_counter()
    run = [sys.executable, "-m", "pytest", "-q", "--no-header", "--create-db", TEST]
    done = subprocess.run(run, env=kept | database | {"PARALLEL_EXAMS": str(EXAMS)}, check=False)
    if done.returncode:
        sys.exit(f"{name}: failed")
    print(f"{name}: {EXAMS} exams, 8 reviewers, none twice, none left: {time.perf_counter() - began:.0f} s")

"""Does the core stay pure: does importing it load neither Prefect nor Django nor a network client?"""

import subprocess
import sys

SEEN = """
import importlib, pkgutil, sys
for package in ("pipeline", "qa_rules", "supervision"):
    for module in pkgutil.walk_packages(importlib.import_module(package).__path__, package + "."):
        importlib.import_module(module.name)
print(sorted({"prefect", "django", "minio", "sqlalchemy", "psycopg"} & set(sys.modules)))
"""


def test_importing_the_core_loads_no_scheduler_database_or_network() -> None:
    done = subprocess.run([sys.executable, "-c", SEEN], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

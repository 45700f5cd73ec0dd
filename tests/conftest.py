"""What does every test stand on? An installation in a temporary folder, whatever the caller's environment says."""

import atexit
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # `pytest` alone does not add it, `python -m pytest` does

KEPT = frozenset({"SONORELAY_DATA", "SONORELAY_REQUIRE_SERVICES"})
# the storage suite runs again on PostgreSQL in a process of its own, which is told so by this
DATABASE = "SONORELAY_TESTS_DATABASE_URL"

_home = tempfile.mkdtemp(prefix="sonorelay-tests-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)

pytest_plugins = ["tests.servers"]


def pytest_configure(config: pytest.Config) -> None:
    """Load Django now, in an environment of our own: a line in pyproject.toml would load it before this file is read.

    The process that only shares the tests out among others leaves its environment, which they inherit, as it is.
    """
    if config.getoption("dist", "no") != "no" and not hasattr(config, "workerinput"):
        return
    _leave_the_installation()
    import django

    django.setup()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no process is left alone with it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("longest") is None)


def _leave_the_installation() -> None:
    if "storage.settings" in sys.modules:
        raise pytest.UsageError("leave DJANGO_SETTINGS_MODULE unset: the tests must not read your installation")
    database = os.environ.get(DATABASE)
    for name in [name for name in os.environ if name.startswith("SONORELAY_") and name not in KEPT]:
        del os.environ[name]
    os.environ["SONORELAY_HOME"] = _home
    os.environ["SONORELAY_INBOX"] = str(Path(_home, "inbox"))
    # which exams are read twice is a matter of chance; the tests that ask about it say so
    Path(_home, "programme.toml").write_text("[review]\nsecond_read_share = 0.0\n")
    os.environ["DJANGO_SETTINGS_MODULE"] = "web.settings"
    os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
    if database:
        os.environ["SONORELAY_DATABASE_URL"] = database


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Keep SQLite's test tables in a file, as in real life: in memory, threads would share one connection.

    The disk is not waited for: what outlives a power cut is tried by tests that cut it.
    """
    from django.conf import settings

    database: dict[str, Any] = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database["TEST"] = {**database.get("TEST", {}), "NAME": str(Path(_home, "tests.sqlite3"))}
        asked = database["OPTIONS"]["init_command"]
        database["OPTIONS"] = {**database["OPTIONS"], "init_command": asked.replace("=FULL", "=OFF")}


@pytest.fixture(autouse=True)
def own_settings() -> Iterator[None]:
    """Forget the settings, store and programme that a test made this process read."""
    yield
    for module, name in (
        ("storage.settings", "settings"),
        ("storage.objects.chosen", "object_store"),
        ("storage.catalogue.programme", "current"),
    ):
        if module in sys.modules:
            getattr(sys.modules[module], name).cache_clear()

"""On which databases does a benchmark run, and how does it get an installation of its own there?"""

import os
import sys
import tempfile
from collections.abc import Callable
from multiprocessing import get_context

from tests.servers import postgresql, postgresql_binaries


def on_each_database(run: Callable[[str, str], None]) -> None:
    """Run with name and address of SQLite, which lies in the installation and has none, and of a new PostgreSQL."""
    run("SQLite", "")
    binaries = postgresql_binaries()
    if binaries is None:
        print("PostgreSQL: not installed")
        return
    with postgresql(binaries) as url:
        run("PostgreSQL", url)


def in_installation(work: Callable[[str], None], name: str = "SQLite", url: str = "") -> None:
    """Run a function of a module in a process with Django, an empty home and an empty catalogue; it is given the name.

    SystemExit where it fails.
    """
    with tempfile.TemporaryDirectory() as home:
        process = get_context("spawn").Process(target=_installed, args=(work, name, url, home))
        process.start()
        process.join()
    if process.exitcode:
        sys.exit(f"{name}: failed")


def _installed(work: Callable[[str], None], name: str, url: str, home: str) -> None:
    for key in [key for key in os.environ if key.startswith("SONORELAY_")]:
        del os.environ[key]
    os.environ |= {"SONORELAY_HOME": home, "DJANGO_SETTINGS_MODULE": "web.settings"}
    if url:
        os.environ["SONORELAY_DATABASE_URL"] = url
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    work(name)

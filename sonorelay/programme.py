"""Is the catalogue up to date, and does it hold what programme.toml decides?"""

import os
from datetime import UTC, datetime

from pipeline.errors import Misconfigured
from storage.settings import settings
from supervision.programme import Programme, ProjectEntry, read_programme


def read() -> Programme:
    """Return the programme of this installation; Misconfigured if there is none or it is not valid."""
    file = settings().programme_file
    if not file.is_file():
        raise Misconfigured("no_programme", file=str(file))
    try:
        return read_programme(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise Misconfigured("programme_invalid", key="-", problem="not UTF-8") from None


def known_project(code: str) -> ProjectEntry:
    """Return the project with this code; Misconfigured, naming those that exist, if there is none."""
    projects = {project.code: project for project in read().projects}
    if code not in projects:
        raise Misconfigured("unknown_project", project=code, known=", ".join(projects))
    return projects[code]


def known_organisation(code: str) -> None:
    """Raise Misconfigured, naming those that exist, if there is no organisation with this code."""
    organisations = [organisation.code for organisation in read().organisations]
    if code not in organisations:
        raise Misconfigured("unknown_organisation", organisation=code, known=", ".join(organisations))


def open_catalogue() -> None:
    """Make the catalogue usable in this process, with the tables of the web application among them.

    Unavailable("catalogue_away") where its database does not answer.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "web.settings")
    from storage.catalogue import setup

    setup.connect()


def apply_programme() -> None:
    """Bring the tables up to date, and organisations and projects into the catalogue; twice changes nothing."""
    wanted = read()
    open_catalogue()
    from storage.catalogue import programme, setup

    setup.migrate()
    programme.apply(wanted, datetime.now(UTC))
    for project in wanted.projects:
        (settings().inbox / project.code).mkdir(parents=True, exist_ok=True)

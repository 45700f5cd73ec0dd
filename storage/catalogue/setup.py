"""How does a program without web pages reach the catalogue?"""

import os

import django
from django.apps import apps

from pipeline.errors import Unavailable


def prepare() -> None:
    """Load Django once with the settings named by DJANGO_SETTINGS_MODULE, the catalogue's own by default."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storage.django_settings")
    if not apps.ready:
        django.setup()


def connect() -> None:
    """Connect to the catalogue; Unavailable("catalogue_away") where it does not answer or does not let us in."""
    prepare()
    from django.db import OperationalError, connection

    try:
        connection.ensure_connection()
    except OperationalError as error:
        raise Unavailable("catalogue_away") from error


def migrate() -> None:
    """Bring the tables up to date, and what an earlier version wrote into the audit; twice changes nothing."""
    prepare()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    from storage.catalogue import audit

    audit.seal()


def close_connections() -> None:
    """Close this thread's connection to the database; the next query opens a new one."""
    from django.db import connections

    connections.close_all()


def organisation_of(project: str) -> str:
    """Return the code of the organisation that owns this project; LookupError for an unknown project."""
    prepare()
    from storage.catalogue.models import Project

    row = Project.objects.filter(code=project).values_list("organisation__code", flat=True).first()
    if row is None:
        raise LookupError(f"unknown project {project}")
    return row

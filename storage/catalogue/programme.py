"""How does programme.toml reach the catalogue?"""

from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import Manager

from pipeline.errors import Misconfigured
from storage.catalogue.models import Event, Organisation, Project
from storage.catalogue.transaction import one_transaction
from storage.settings import settings
from supervision.programme import Programme, read_programme


@cache
def current() -> Programme:
    """Return the programme of this installation, read once; the defaults where there is no file yet.

    Misconfigured if the file is not valid.
    """
    path = settings().programme_file
    if not path.exists():
        return Programme()
    try:
        return read_programme(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise Misconfigured("programme_invalid", key="-", problem=f"not UTF-8 at byte {error.start}") from None


def apply(programme: Programme, now: datetime) -> None:
    """Write organisations and projects into the catalogue; doing it twice changes nothing.

    A project that the programme no longer lists becomes inactive; nothing is ever deleted.
    """
    with one_transaction():
        changed = 0
        for entry in programme.organisations:
            changed += _write(Organisation.objects, entry.code, {"name": entry.name})
        for project in programme.projects:
            values = {
                "name": project.name,
                "country": project.country,
                "active": True,
                "organisation": Organisation.objects.get(code=project.organisation),
            }
            changed += _write(Project.objects, project.code, values)
        listed = [project.code for project in programme.projects]
        changed += Project.objects.filter(active=True).exclude(code__in=listed).update(active=False)
        if changed:
            Event.objects.create(at=now, what="programme_applied", facts={"changed": changed})


def note_ingested(project: str, now: datetime) -> None:
    """Remember that a run of the project's ingest came to its end, so that one that no longer runs is noticed."""
    Project.objects.filter(code=project).update(ingested_at=now)


def _write(rows: Manager[Any], code: str, values: dict[str, object]) -> bool:
    """Create or update the row of `code`; tell whether anything changed."""
    row, new = rows.get_or_create(code=code, defaults=values)
    different = {name: value for name, value in values.items() if getattr(row, name) != value}
    if different and not new:
        for name, value in different.items():
            setattr(row, name, value)
        row.save(update_fields=list(different))
    return new or bool(different)

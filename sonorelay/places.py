"""Can every place from which a project's scans are fetched be reached, read and emptied?"""

import os
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import Misconfigured, Unavailable
from pipeline.text import Text
from storage.health import Check, bad, good, warn
from storage.health.inbox import handed_over, may, unreadable
from storage.settings import settings
from supervision.sources import S3Inbox, WatchedFolder

REACHED = Text("Every place of {project} can be reached.", "Tous les emplacements de {project} sont accessibles.")
ABSENT = Text("{folder}, from which {project} takes scans, is not there.", "{folder}, source de {project}, est absent.")
ABSENT_MEND = Text(
    "Plug in the stick or mount the share; if it is gone for good, take it out of programme.toml.",
    "Branchez la clé ou montez le partage ; s'il n'existe plus, retirez-le de programme.toml.",
)
CLOSED = Text(
    "{folder}, from which {project} takes scans, cannot be read or emptied by this account.",
    "{folder}, source de {project}, ne peut être lu ou vidé par ce compte.",
)
CLOSED_MEND = Text(
    "Give this account the right to read, write and enter it; or say keep = true if it is not to be emptied.",
    "Donnez à ce compte le droit de le lire, d'y écrire et d'y entrer ; ou keep = true s'il ne doit pas être vidé.",
)
HIDDEN = Text(
    "{count} files or folders in {folder} cannot be read by this account; {project} waits for them.",
    "{count} fichiers ou dossiers de {folder} sont illisibles pour ce compte ; {project} les attend.",
)
HIDDEN_MEND = Text("Give this account the right to read them.", "Donnez à ce compte le droit de les lire.")
SILENT = Text(
    "The server of the bucket {bucket} ({project}) does not answer.",
    "Le serveur du compartiment {bucket} ({project}) ne répond pas.",
)
SILENT_MEND = Text(
    "See that it runs and that this machine reaches it; what lies there is taken in when it answers again.",
    "Vérifiez qu'il tourne et qu'il est joignable ; ce qui s'y trouve sera pris en charge à son retour.",
)
REFUSED = Text(
    "The server refuses the bucket {bucket} ({project}): {answer}.",
    "Le serveur refuse le compartiment {bucket} ({project}) : {answer}.",
)
REFUSED_MEND = Text(
    "Make the bucket, or set keys that may list, read and remove in it (SONORELAY_INBOX_S3_...).",
    "Créez le compartiment, ou donnez des clés qui peuvent y lister, lire et supprimer (SONORELAY_INBOX_S3_...).",
)


def checks() -> Iterator[Check]:
    """Look at the places of our projects; nothing where the programme cannot be read, which others say."""
    from storage.catalogue import setup

    setup.prepare()  # Django wants to be ready before what looks at places is imported
    from flows.sources.watched_folder import folder_of
    from supervision.programme import read_programme

    try:
        programme = read_programme(settings().programme_file.read_text(encoding="utf-8"))
    except (OSError, Misconfigured):
        return
    passed = _passed()
    for project in (one for one in programme.projects if one.code not in passed):
        found: list[Check] = []
        for source in project.sources:
            if isinstance(source, WatchedFolder):
                found += _folder(project.code, folder_of(source, project), source)
            elif isinstance(source, S3Inbox):
                found += _bucket(project.code, source)
        yield from found or [good(f"places.{project.code}", REACHED, project=project.code)]


def _passed() -> frozenset[str]:
    """Return the projects of which nothing is taken in here any more; none where the catalogue does not say."""
    from django.db import DatabaseError

    try:
        return handed_over()
    except DatabaseError:
        return frozenset()


def _folder(project: str, folder: Path, source: WatchedFolder) -> Iterator[Check]:
    name, facts = f"places.{project}", {"project": project, "folder": str(folder)}
    if not _is_there(folder):
        if source.folder is not None:  # a project's own folder is made when it is needed
            yield warn(name, ABSENT, ABSENT_MEND, **facts)
    elif not may(folder, os.R_OK | os.X_OK | (0 if source.keep else os.W_OK)):
        yield bad(name, CLOSED, CLOSED_MEND, **facts)
    elif count := unreadable(folder):
        yield warn(name, HIDDEN, HIDDEN_MEND, count=count, **facts)


def _is_there(folder: Path) -> bool:
    """Tell whether there is a folder, or something that we are not let look at."""
    try:
        return folder.is_dir()
    except PermissionError:
        return True
    except OSError:
        return False  # the server of a mounted share is gone


def _bucket(project: str, source: S3Inbox) -> Iterator[Check]:
    from flows.sources.s3_inbox import bucket_of

    name, facts = f"places.{project}", {"project": project, "bucket": source.bucket}
    try:
        bucket_of(source).answers()
    except Unavailable:
        yield bad(name, SILENT, SILENT_MEND, **facts)
    except Misconfigured as error:
        yield bad(name, REFUSED, REFUSED_MEND, answer=str(error.facts.get("answer", "")), **facts)

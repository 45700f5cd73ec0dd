"""Which files of the inbox will no ingest ever take?"""

import os
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from time import time
from typing import NamedTuple

from pipeline.text import Text
from storage.health.check import Check, asks, good, warn
from storage.settings import settings

A_DAY = timedelta(days=1).total_seconds()
RECEIPTS = "sonorelay-receipts"

TAKEN = Text("Every file of the inbox is one that is taken in.", "Tous les fichiers de la boîte seront pris en charge.")
STRAY = Text(
    "{outside} files lie outside of any project's folder, {unreadable} cannot be read by this account,"
    " {old} have been there for more than a day.",
    "{outside} fichiers sont hors du dossier d'un projet, {unreadable} ne sont pas lisibles par ce compte,"
    " {old} sont là depuis plus d'un jour.",
)
STRAY_MEND = Text(
    "Look through {folder}: move them to <project>/<trainee>/, give this account the right to read and remove them,"
    " and finish or delete what is still being copied (.part, .tmp).",
    "Parcourez {folder} : déplacez-les vers <projet>/<apprenant>/, donnez à ce compte le droit de les lire et de les"
    " supprimer, terminez ou effacez les copies inachevées (.part, .tmp).",
)
GONE = Text(
    "{count} files wait in the inbox for projects that were handed over ({projects}).",
    "{count} fichiers attendent dans la boîte pour des projets transmis ({projects}).",
)
GONE_MEND = Text(
    "Take them to the installation that goes on with the project, and tell whoever sends them.",
    "Portez-les à l'installation qui poursuit le projet, et prévenez qui les envoie.",
)


@asks("inbox", catalogue=True)
def inbox(_now: datetime) -> Iterator[Check]:
    """Look for files that no ingest will take."""
    from storage.catalogue.programme import current

    here, passed = settings().inbox, handed_over()
    waiting = {code: sum(1 for _ in scans_below(here / code)) for code in sorted(passed)}
    found = left_alone(here, {project.code for project in current().projects}, passed)
    if any(waiting.values()):
        projects = ", ".join(code for code, count in waiting.items() if count)
        yield warn("inbox.handed_over", GONE, GONE_MEND, count=sum(waiting.values()), projects=projects)
    if any(found):
        yield warn("inbox", STRAY, STRAY_MEND, folder=str(here), **found._asdict())
    elif not any(waiting.values()):
        yield good("inbox", TAKEN)


def handed_over() -> frozenset[str]:
    """Return the projects of which nothing may change here any more."""
    from storage.catalogue.handovers import at_work
    from storage.catalogue.models import Project

    return frozenset(Project.objects.exclude(at_work()).values_list("code", flat=True))


class LeftAlone(NamedTuple):
    """How many files lie outside of any project's folder, cannot be read or removed, or have been there for a day."""

    outside: int
    unreadable: int
    old: int


def left_alone(
    inbox: Path, projects: Collection[str], passed: Collection[str] = (), older_than: float = A_DAY
) -> LeftAlone:
    """Count the files below the inbox that stay there, but for projects that were passed on; 0 without an inbox."""
    outside = shut = old = 0
    for path, is_folder in _below(inbox):
        project = path.relative_to(inbox).parts[0]
        if project in passed:
            continue
        if is_folder:
            shut += not may(path, os.R_OK | os.X_OK)
        elif project not in projects:
            outside += 1
        elif not may(path, os.R_OK) or not may(path.parent, os.W_OK | os.X_OK):
            shut += 1
        elif _here_since(path) > older_than:
            old += 1
    return LeftAlone(outside, shut, old)


def unreadable(folder: Path) -> int:
    """Count the files and folders below a folder that this account cannot read."""
    return sum(not may(path, os.R_OK | (os.X_OK if is_folder else 0)) for path, is_folder in _below(folder))


def scans_below(folder: Path) -> Iterator[Path]:
    """Yield what the watched folder will look at: neither hidden files nor sidecars nor receipts."""
    return (path for path, is_folder in _below(folder) if not is_folder)


def may(path: Path, do: int) -> bool:
    """Tell whether this account may do that (os.R_OK ...)."""
    return os.access(path, do, effective_ids=os.access in os.supports_effective_ids)


def _below(folder: Path) -> Iterator[tuple[Path, bool]]:
    """Yield the scans below a folder, and the folders (True) in which scans may lie, also those that are shut."""
    for above, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not _is_set_aside(name)]
        yield from ((Path(above, name), True) for name in folders)
        for path in (Path(above, name) for name in files if not _is_set_aside(name)):
            # asked first, as `is_file` raises where the folder can be listed and not entered
            if path.suffix != ".json" and may(path, os.F_OK) and path.is_file():
                yield path, False


def _is_set_aside(name: str) -> bool:
    return name.startswith(".") or name == RECEIPTS


def _here_since(path: Path) -> float:
    # the change time says when it came here; `cp -p` and rsync set the other back
    try:
        return time() - path.lstat().st_ctime
    except FileNotFoundError:
        return 0

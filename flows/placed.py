"""How do written files get into the store so that no row of the catalogue points to nothing?"""

from collections.abc import Callable, Mapping
from pathlib import Path

from storage.objects import Area, ObjectStore, StoredBytes

Files = Mapping[str, tuple[Path, str]]
Placed = Mapping[str, tuple[StoredBytes, str]]


def placed(store: ObjectStore, area: Area, files: Files, record: Callable[[Placed], bool]) -> bool:
    """Put the files into the store, then have their rows written by `record`; return what it says.

    files: role → path and media type. Another scan may have had the same bytes and dropped them between the two: what
    was removed meanwhile is put there again.
    """
    stored = {role: (store.put(area, path), media_type) for role, (path, media_type) in files.items()}
    counted = record(stored)
    for role, (place, _) in stored.items():
        if counted and store.size(area, place.digest) is None:
            store.put(area, files[role][0])
    return counted

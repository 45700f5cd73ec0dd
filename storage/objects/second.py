"""Where does the second copy of all objects lie, and is what is there now really it?

A disk that is not mounted leaves an empty folder behind, which must not be taken for the copy. So the copy bears a mark
that this installation knows.
"""

import secrets
from pathlib import Path

from pipeline.errors import Unavailable
from storage.durable import replace_file
from storage.objects.chosen import in_s3
from storage.objects.folder import FolderShelf
from storage.objects.shelf import Shelf
from storage.objects.store import ObjectStore
from storage.objects.vaults import Vaults
from storage.settings import settings

IN_S3 = "s3:"
MARK = "sonorelay-second-copy"


def second_copy() -> ObjectStore | None:
    """Return the second copy, None where the settings name none; Unavailable("second_copy_away")."""
    here = settings()
    if here.second_copy is None:
        return None
    return ObjectStore(_shelf(here.second_copy), Vaults(here.keys_folder), here.home / "opened")


def _shelf(named: str) -> Shelf:
    if named.startswith(IN_S3):
        return in_s3(named.removeprefix(IN_S3))
    here, place = settings(), Path(named)
    if not place.is_dir() or not _marked(place, here.home / MARK):
        raise Unavailable("second_copy_away", place=named)
    return FolderShelf(place / "objects", here.base_url, here.signing_key())


def _marked(place: Path, noted: Path) -> bool:
    """Tell whether the folder bears the mark that was noted for it; the first time it is made."""
    mark = place / MARK
    known, _, of = noted.read_text(encoding="utf-8").partition(" ") if noted.exists() else ("", "", "")
    if of == str(place):
        return mark.exists() and mark.read_text(encoding="utf-8") == known
    if not mark.exists():
        replace_file(mark, secrets.token_hex(16))
    noted.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace_file(noted, f"{mark.read_text(encoding='utf-8')} {place}")
    return True

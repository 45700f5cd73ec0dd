"""Where is the bundle that came: in a folder, or in a ZIP that a browser took, which is unpacked first?"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import disk_usage
from tempfile import TemporaryDirectory
from zipfile import BadZipFile, ZipFile, is_zipfile

from pipeline.errors import Misconfigured
from pipeline.reading.limits import MALFORMED
from storage.handover import bag
from storage.handover.exporting import SPARE
from storage.handover.leaving import SIGNED
from storage.room import full_disk_is_said
from storage.settings import settings

SIGNS = (bag.BAGIT, bag.MANIFEST, bag.PROGRESS, SIGNED)
"""By any of these a folder is known for a bundle, however damaged."""
MB = 1_000_000
_DAMAGED = (*MALFORMED, BadZipFile)


def is_bundle(source: Path) -> bool:
    """Tell whether a folder or file is meant as the bundle of a project, whole or not."""
    return _top(source) is not None if source.is_dir() else is_zipfile(source)


@contextmanager
def lying(source: Path) -> Iterator[Path]:
    """Give the folder of a bundle for the time of a `with` block; a ZIP is unpacked below our home meanwhile.

    Misconfigured: bundle_damaged where there is none, or a ZIP is damaged; no_room_there. Unavailable: disk_full.
    """
    if source.is_dir():
        yield _top_of(source, source)
        return
    settings().home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="bundle-", dir=settings().home) as work:
        _unpack(source, Path(work))
        yield _top_of(Path(work), source)


def _unpack(source: Path, work: Path) -> None:
    try:
        with ZipFile(source) as archive, full_disk_is_said():
            needed, free = sum(one.file_size for one in archive.infolist()) + SPARE, disk_usage(work).free
            if needed > free:
                raise Misconfigured("no_room_there", folder=str(work.parent), needed=needed // MB, free=free // MB)
            archive.extractall(work)
    except _DAMAGED:
        raise Misconfigured("bundle_damaged", file=source.name) from None


def _top_of(folder: Path, source: Path) -> Path:
    found = _top(folder)
    if found is None:
        raise Misconfigured("bundle_damaged", file=source.name)
    return found


def _top(folder: Path) -> Path | None:
    """Return the folder itself, or the only one in it that is a bundle, as an unpacked ZIP leaves it."""
    found = [one for one in (folder, *folder.iterdir()) if any((one / sign).is_file() for sign in SIGNS)]
    return folder if folder in found else found[0] if len(found) == 1 else None

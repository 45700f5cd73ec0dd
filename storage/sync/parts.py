"""Where do the bytes of an object lie while it comes, and when does it count?

`<home>/sync/<area>-<digest>.part`. Bytes are appended where the last ones ended, whatever cut the link; the object
counts when its digest was checked and it is in the store, and only then the catalogue is told.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import file_digest
from pathlib import Path
from typing import BinaryIO

from pipeline.errors import Unavailable
from storage.catalogue import exams, meeting
from storage.catalogue.models import Exam, StoredObject, Wanted
from storage.catalogue.retention import lay_down_again
from storage.catalogue.transaction import one_transaction
from storage.objects import Area, ObjectStore
from storage.objects.area import checked
from storage.room import full_disk_is_said
from storage.settings import settings

ABANDONED_AFTER = timedelta(days=30)


class Came(StrEnum):
    """What became of the bytes that came."""

    MORE = "more"  # there are more to come
    DONE = "done"
    DAMAGED = "damaged"  # they are not what they should be: from the beginning
    SEALED = "vault_key_missing"  # they cannot be opened here, and so not checked


class WrongPlace(Exception):
    """The bytes do not go on where the last ones ended, but somebody says so: `here` is how many there are."""

    def __init__(self, here: int) -> None:
        """Keep how many there are."""
        super().__init__(here)
        self.here = here


def here(area: Area, digest: str) -> int:
    """Return how many bytes of an object have come so far."""
    try:
        return _place(area, digest).stat().st_size
    except FileNotFoundError:
        return 0


def append(area: Area, digest: str, start: int, pieces: Iterable[bytes], most: int) -> int:
    """Append bytes that begin at `start`, never more than `most` in all; return how many there are now.

    WrongPlace, Unavailable("disk_full"). What had come before `pieces` raised stays.
    """
    with full_disk_is_said(), _open(area, digest) as file:
        count = file.seek(0, os.SEEK_END)
        if count != start:
            raise WrongPlace(count)
        try:
            for piece in pieces:
                taken = piece[: most - count]  # what goes beyond cannot be right: the digest will tell
                file.write(taken)
                count += len(taken)
        finally:
            file.flush()
            os.fsync(file.fileno())
    return count


def finish(area: Area, digest: str, store: ObjectStore, now: datetime) -> Came:
    """Check an object whose bytes are all here, store it, and tell the catalogue; a second time changes nothing."""
    path = _place(area, digest)
    if path.exists():
        try:
            came = _store_sealed(digest, path, store) if area is Area.RAW else _store(area, digest, path, store)
        except Unavailable as error:
            if error.code != "vault_key_missing":
                raise
            came = Came.SEALED
        if came is not Came.DONE:
            path.unlink(missing_ok=True)
            return came
    elif store.size(area, digest) is None:
        return Came.MORE
    tell(area, digest, now)
    path.unlink(missing_ok=True)
    return Came.DONE


def tell(area: Area, digest: str, now: datetime) -> None:
    """Let the scans that wanted this object have it, which is in the store; exams that can be seen now are queued."""
    with one_transaction():
        rows = list(Wanted.objects.filter(area=area, digest=digest).select_related("scan"))
        for row in rows:
            known = {"area": row.area, "digest": row.digest, "media_type": row.media_type, "size": row.size}
            kept, _ = StoredObject.objects.get_or_create(scan=row.scan, role=row.role, defaults=known)
            lay_down_again(kept, now)
        Wanted.objects.filter(pk__in=[row.pk for row in rows]).delete()
    for number in sorted({row.scan.exam_id for row in rows if row.scan.exam_id is not None}):
        with one_transaction():
            if Exam.objects.filter(pk=number).exists():
                meeting.settle(exams.locked(number), now)


def sweep(now: datetime) -> int:
    """Remove what nobody wants any more, and what has not grown for thirty days; return how many."""
    old = (now - ABANDONED_AFTER).timestamp()
    wanted = {f"{area}-{digest}.part" for area, digest in Wanted.objects.values_list("area", "digest")}
    gone = [path for path in _folder().glob("*.part") if path.name not in wanted or path.stat().st_mtime < old]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def _store(area: Area, digest: str, path: Path, store: ObjectStore) -> Came:
    with path.open("rb") as file:
        if file_digest(file, "sha256").hexdigest() != digest:
            return Came.DAMAGED
    store.put(area, path)
    return Came.DONE


def _store_sealed(digest: str, path: Path, store: ObjectStore) -> Came:
    """Keep an original as it came, sealed, if the vault here opens it and it is what its name says."""
    if store.size(Area.RAW, digest) is None:
        with path.open("rb") as file, store.shelf.draft() as draft:
            while chunk := file.read(1024 * 1024):
                draft.file.write(chunk)
            draft.keep(Area.RAW, digest)
    try:
        if store.sealed_by(Area.RAW, digest) is None:
            raise Unavailable("object_damaged")
        store.verify(Area.RAW, digest)
    except Unavailable as error:
        if error.code not in ("object_damaged", "vault_key_missing"):
            raise
        if not StoredObject.objects.filter(area=Area.RAW, digest=digest).exists():
            store.delete(Area.RAW, digest)
        return Came.SEALED if error.code == "vault_key_missing" else Came.DAMAGED
    return Came.DONE


@contextmanager
def _open(area: Area, digest: str) -> Iterator[BinaryIO]:
    """Open the part for one writer at a time."""
    with open(_place(area, digest), "ab", opener=_private) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unavailable("object_missing") from None  # another request writes still: ask again
        yield file


def _place(area: Area, digest: str) -> Path:
    return _folder() / f"{area}-{checked(digest)}.part"


def _folder() -> Path:
    folder = settings().home / "sync"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)

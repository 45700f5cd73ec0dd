"""How do objects lie in a local folder so that a crash leaves each either whole or absent?

`<root>/<area>/<2 digits>/<2 digits>/<digest>`. Bytes are written to a temporary file of the same file system, flushed,
and only then get their name; the folder is flushed as well, so that the name survives.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import BinaryIO

from pipeline.errors import Unavailable
from storage.objects.area import Area, checked, is_digest
from storage.objects.shelf import Change, Draft, Start
from storage.objects.signed import expiry, sign
from storage.room import full_disk_is_said

ABANDONED_AFTER = timedelta(hours=24)


class FolderShelf:
    """Objects in a folder of this machine; addresses lead through the web application."""

    def __init__(self, root: Path, base_url: str, signing_key: str) -> None:
        """Use `root`, made when it is first needed; addresses begin with `base_url`, signed with `signing_key`."""
        self._root = root
        self._base_url = base_url.rstrip("/")
        self._key = signing_key

    @contextmanager
    def draft(self) -> Iterator[Draft]:
        """Give a draft in this file system; what is not kept leaves nothing behind."""
        incoming = self._root / "incoming"
        incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = incoming / f"{secrets.token_hex(16)}.part"
        try:
            with full_disk_is_said(), open(path, "xb", opener=_private) as file:
                yield Draft(file, partial(self._keep, path, file))
        finally:
            path.unlink(missing_ok=True)

    def open(self, area: Area, digest: str) -> BinaryIO:
        """Open for reading, anywhere in it; Unavailable("object_missing") if it is not there."""
        try:
            return self._place(area, digest).open("rb")
        except FileNotFoundError:
            raise Unavailable("object_missing") from None

    def start(self, area: Area, digest: str, count: int) -> Start | None:
        """Return the first `count` bytes and the length; None if it is not there."""
        try:
            with self._place(area, digest).open("rb") as file:
                return Start(file.read(count), os.fstat(file.fileno()).st_size)
        except FileNotFoundError:
            return None

    @contextmanager
    def local(self, area: Area, digest: str, work: Path) -> Iterator[Path]:  # noqa: ARG002 - no copy is made
        """Give the place itself, which nobody may write to."""
        path = self._place(area, digest)
        if not path.is_file():
            raise Unavailable("object_missing")
        yield path

    def amend(self, area: Area, digest: str, count: int, change: Change) -> bool:
        """Write in place what `change` answers to the first `count` bytes; tell whether there was anything to write."""
        try:
            # one open file from first to last: what takes its name meanwhile is another object, and stays as it is
            with self._place(area, digest).open("r+b", buffering=0) as file:
                parts = change(file.read(count))
                for place, data in parts:
                    os.pwrite(file.fileno(), data, place)
                    os.fsync(file.fileno())
                return bool(parts)
        except FileNotFoundError:
            raise Unavailable("object_missing") from None

    def delete(self, area: Area, digest: str) -> None:
        """Remove it; removing what is not there changes nothing."""
        path = self._place(area, digest)
        with suppress(FileNotFoundError):
            path.unlink()
            _flush(path.parent)

    def lying(self, area: Area) -> Iterator[tuple[str, datetime]]:
        """List the digests of an area in order, each with when it was written."""
        for path in sorted((self._root / area).glob("??/??/*")):
            if is_digest(path.name):
                with suppress(FileNotFoundError):  # it was removed meanwhile
                    yield path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC)

    def url(self, area: Area, digest: str, media_type: str, valid: timedelta) -> str:
        """Return an address from which a browser may read it; ValueError unless it is released."""
        return self._base_url + sign(self._key, area, digest, media_type, expiry(datetime.now(UTC), valid))

    def sweep(self, now: datetime) -> int:
        """Remove the temporary files that a crash left more than a day ago; return how many."""
        old = (now - ABANDONED_AFTER).timestamp()
        left = [path for path in (self._root / "incoming").glob("*.part") if path.stat().st_mtime < old]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def _place(self, area: Area, digest: str) -> Path:
        return self._root / area / checked(digest)[:2] / digest[2:4] / digest

    def _keep(self, temporary: Path, file: BinaryIO, area: Area, digest: str) -> None:
        """Flush the file, give it its name, and make that and the folders above it survive a crash."""
        file.flush()
        os.fsync(file.fileno())
        place = self._place(area, digest)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary.replace(place)
        folder = place.parent
        while folder != self._root:
            _flush(folder)
            folder = folder.parent
        _flush(self._root)


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)

"""How do objects lie in a local folder so that a crash leaves each either whole or absent?

`<root>/<area>/<2 digits>/<2 digits>/<digest>`. Bytes are copied to a temporary file of the same file system while they
are hashed, flushed, and only then get their name; the folder is flushed as well, so that the name survives.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from hashlib import file_digest, sha256
from pathlib import Path
from typing import BinaryIO

from pipeline.errors import Unavailable
from storage.objects.signed import expiry, sign
from storage.objects.store import Area, StoredBytes, is_digest

CHUNK = 1024 * 1024
ABANDONED_AFTER = timedelta(hours=24)


class FolderStore:
    """Objects in a folder of this machine; addresses lead through the web application."""

    def __init__(self, root: Path, base_url: str, signing_key: str) -> None:
        """Use `root`, made when it is first needed; addresses begin with `base_url`, signed with `signing_key`."""
        self._root = root
        self._base_url = base_url.rstrip("/")
        self._key = signing_key

    def put(self, area: Area, path: Path) -> StoredBytes:
        """Store the file's bytes; when this returns they survive a crash."""
        temporary = self._temporary()
        try:
            digest, size = _copy(path, temporary)
            if self.size(area, digest) != size or _digest_of(self._place(area, digest)) != digest:
                _keep(temporary, self._place(area, digest), self._root)
            return StoredBytes(area, digest, size)
        finally:
            temporary.unlink(missing_ok=True)

    def open(self, area: Area, digest: str) -> BinaryIO:
        """Open an object for reading; Unavailable("object_missing") if it is not there."""
        try:
            return self._place(area, digest).open("rb")
        except FileNotFoundError:
            raise Unavailable("object_missing") from None

    @contextmanager
    def fetch(self, area: Area, digest: str, work: Path | None = None) -> Iterator[Path]:  # noqa: ARG002 - no copy is made
        """Give the object, which nobody may write to, for the time of a `with` block.

        Unavailable: object_missing, object_damaged when its bytes no longer have this digest.
        """
        path = self._place(area, digest)
        if not path.is_file():
            raise Unavailable("object_missing")
        if _digest_of(path) != digest:
            raise Unavailable("object_damaged")
        yield path

    def size(self, area: Area, digest: str) -> int | None:
        """Return the size in bytes, None if the object is not there."""
        try:
            return self._place(area, digest).stat().st_size
        except FileNotFoundError:
            return None

    def delete(self, area: Area, digest: str) -> None:
        """Remove the object; removing what is not there changes nothing."""
        path = self._place(area, digest)
        with suppress(FileNotFoundError):
            path.unlink()
            _flush(path.parent)

    def digests(self, area: Area) -> Iterator[str]:
        """List the digests of an area."""
        for path in sorted((self._root / area).glob("??/??/*")):
            if is_digest(path.name):
                yield path.name

    def url(self, area: Area, digest: str, media_type: str, valid: timedelta) -> str:
        """Return an address from which a browser may read the object; ValueError unless it is a released one."""
        return self._base_url + sign(self._key, area, digest, media_type, expiry(datetime.now(UTC), valid))

    def sweep(self, now: datetime) -> int:
        """Remove the temporary files that a crash left more than a day ago; return how many."""
        old = (now - ABANDONED_AFTER).timestamp()
        left = [path for path in (self._root / "incoming").glob("*.part") if path.stat().st_mtime < old]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def _place(self, area: Area, digest: str) -> Path:
        if not is_digest(digest):
            raise ValueError("an object is named by its digest and nothing else")
        return self._root / area / digest[:2] / digest[2:4] / digest

    def _temporary(self) -> Path:
        incoming = self._root / "incoming"
        incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
        return incoming / f"{secrets.token_hex(16)}.part"


def _copy(source: Path, target: Path) -> tuple[str, int]:
    """Copy and flush; return digest and size of the bytes that were really written."""
    hashed, size = sha256(), 0
    with source.open("rb") as read, open(target, "xb", opener=_private) as written:
        while chunk := read.read(CHUNK):
            hashed.update(chunk)
            written.write(chunk)
            size += len(chunk)
        written.flush()
        os.fsync(written.fileno())
    return hashed.hexdigest(), size


def _keep(temporary: Path, place: Path, root: Path) -> None:
    """Give the flushed file its name, and make the name and the folders above it survive a crash."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary.replace(place)
    folder = place.parent
    while folder != root:
        _flush(folder)
        folder = folder.parent
    _flush(root)


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)

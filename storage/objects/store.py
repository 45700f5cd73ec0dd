"""What can be done with the objects of an installation, wherever they lie?

Raw and withheld objects lie sealed (storage.objects.sealing); whoever reads them gets what was put. Objects of earlier
versions lie there as they came: they are read all the same, until the scrub flow has sealed them.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import file_digest, sha256
from io import BufferedReader
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from pipeline.errors import Unavailable
from storage.objects import sealing
from storage.objects.area import SEALED, Area, StoredBytes, checked
from storage.objects.shelf import Shelf
from storage.objects.vaults import Vaults

CHUNK = 256 * 1024
ABANDONED_AFTER = timedelta(hours=24)
NOT_WHOLE = frozenset({"object_missing", "object_damaged", "vault_key_missing"})
"""Why an object that lies there is no reason not to put it again."""


@dataclass(frozen=True)
class ObjectStore:
    """Objects by digest; putting the same bytes twice changes nothing. Raises Unavailable when out of reach.

    work: where decrypted copies lie for as long as they are in use. organisation: whose vault seals what is put here;
    reading needs none.
    """

    shelf: Shelf
    vaults: Vaults
    work: Path
    organisation: str | None = None

    def put(self, area: Area, path: Path) -> StoredBytes:
        """Store the file's bytes; when this returns they survive a crash.

        ValueError for an area that is sealed where nobody said whose objects these are.
        """
        stored = self.put_if(area, path, lambda: True)
        assert stored is not None  # noqa: S101 - nothing was asked
        return stored

    def put_if(self, area: Area, path: Path, unchanged: Callable[[], bool]) -> StoredBytes | None:
        """Store the bytes as `put` does if the file is `unchanged` after it was read; else keep nothing: None."""
        vault = self._vault(area)
        with path.open("rb") as file, self.shelf.draft() as draft:
            plain = _Hashed(file)
            _write(plain, draft.file, vault)
            stored = StoredBytes(area, plain.digest, plain.size)
            if not unchanged():
                return None
            if not self._lies_well(stored):
                draft.keep(area, stored.digest)
        return stored

    def open(self, area: Area, digest: str) -> BinaryIO:
        """Open an object for reading from the first byte to the last.

        What is sealed was read once as a whole before: Unavailable as in `fetch`. A released object is not checked.
        """
        if area in SEALED:
            self.verify(area, digest)
            return sealing.as_file(self._pieces(area, digest))
        return self.shelf.open(area, checked(digest))

    @contextmanager
    def fetch(self, area: Area, digest: str, work: Path | None = None) -> Iterator[Path]:
        """Give the object as a local file, which nobody may write to, for the time of a `with` block.

        A copy, if one is needed, lies in `work`. Unavailable: object_missing, object_damaged when its seal is broken or
        its bytes do not have this digest, vault_key_missing.
        """
        with TemporaryDirectory(prefix="open-", dir=work or self._own_work()) as folder:
            if area in SEALED:
                path = Path(folder) / checked(digest)
                with path.open("wb") as file:
                    self._check(area, digest, file)
                yield path
            else:
                with self.shelf.local(area, checked(digest), Path(folder)) as path:
                    with path.open("rb") as file:
                        _compare(file, digest)
                    yield path

    def verify(self, area: Area, digest: str) -> None:
        """Read the whole object back, and write it nowhere; raises what `fetch` does."""
        self._check(area, digest, None)

    def size(self, area: Area, digest: str) -> int | None:
        """Return the size in bytes of what was put, without reading it; None if the object is not there."""
        start = self.shelf.start(area, checked(digest), sealing.HEADER if area in SEALED else 0)
        if start is None or not sealing.is_sealed(start.data):
            return None if start is None else start.length
        return sealing.plain_size(start.length)

    def delete(self, area: Area, digest: str) -> None:
        """Remove the object; removing what is not there changes nothing."""
        self.shelf.delete(area, checked(digest))

    def digests(self, area: Area) -> Iterator[str]:
        """List the digests of an area, in order."""
        return (digest for digest, _ in self.shelf.lying(area))

    def url(self, area: Area, digest: str, media_type: str, valid: timedelta) -> str:
        """Return an address from which a browser may read the object until it expires; ValueError unless released."""
        return self.shelf.url(area, digest, media_type, valid)

    def copy(self, area: Area, digest: str, to: "ObjectStore") -> None:
        """Put the object into another store as it lies, sealed if it is sealed; what that has there is replaced."""
        with self.shelf.open(area, checked(digest)) as file, to.shelf.draft() as draft:
            shutil.copyfileobj(file, draft.file, CHUNK)
            draft.keep(area, digest)

    def seal(self, area: Area, digest: str, organisation: str) -> bool:
        """See that the object is sealed by a vault of today; tell whether anything had to be done for that.

        What lies there plain is sealed by the organisation's vault, what is sealed by an earlier vault gets a new
        header and keeps its bytes. Unavailable as in `fetch`.
        """
        if area not in SEALED:
            return False
        if self.sealed_by(area, digest) is not None:
            return self.rewrap(area, digest)
        with self.shelf.open(area, digest) as file, self.shelf.draft() as draft:
            plain = _Hashed(file)
            _write(plain, draft.file, self.vaults.of(organisation))
            if plain.digest != digest:
                raise Unavailable("object_damaged")
            draft.keep(area, digest)
        return True

    def rewrap(self, area: Area, digest: str) -> bool:
        """Have the vault of today open a sealed object, and no other; tell whether another did. Its bytes stay."""
        return self.shelf.amend(area, checked(digest), sealing.HEADER, self._of_today)

    def sealed_by(self, area: Area, digest: str) -> bytes | None:
        """Return the name of the vault that opens the object, None where it lies plain; Unavailable as in `fetch`.

        Only its first bytes are read.
        """
        start = self.shelf.start(area, checked(digest), sealing.HEADER)
        if start is None:
            raise Unavailable("object_missing")
        if area not in SEALED or not sealing.is_sealed(start.data):
            return None
        return sealing.key_in(start.data, self.vaults.named)[1].name

    def sweep(self, now: datetime) -> int:
        """Remove what a crash left unfinished or open more than a day ago; return how many."""
        old = (now - ABANDONED_AFTER).timestamp()
        left = [folder for folder in self.work.glob("open-*") if folder.stat().st_mtime < old]
        for folder in left:
            shutil.rmtree(folder, ignore_errors=True)
        return len(left) + self.shelf.sweep(now)

    def _vault(self, area: Area) -> sealing.Vault | None:
        if area not in SEALED:
            return None
        if self.organisation is None:
            raise ValueError("what is sealed needs the organisation whose vault seals it")
        return self.vaults.of(self.organisation)

    def _of_today(self, start: bytes) -> Sequence[tuple[int, bytes]]:
        key, vault = sealing.key_in(start, self.vaults.named)
        today = self.vaults.of(vault.organisation)
        return () if start == sealing.header(today, key) else sealing.wrapped_anew(today, key)

    def _lies_well(self, stored: StoredBytes) -> bool:
        """Tell whether these bytes are there already, sealed where they should be."""
        try:
            if self.size(stored.area, stored.digest) != stored.size:
                return False
            if stored.area in SEALED and self.sealed_by(stored.area, stored.digest) is None:
                return False
            self.verify(stored.area, stored.digest)
        except Unavailable as error:
            if error.code in NOT_WHOLE:
                return False
            raise
        return True

    def _check(self, area: Area, digest: str, to: BinaryIO | None) -> None:
        hashed = sha256()
        for piece in self._pieces(area, digest):
            hashed.update(piece)
            if to is not None:
                to.write(piece)
        if hashed.hexdigest() != digest:
            raise Unavailable("object_damaged")

    def _pieces(self, area: Area, digest: str) -> Iterator[bytes]:
        with self.shelf.open(area, checked(digest)) as file:
            start = file.read(sealing.HEADER) if area in SEALED else b""
            if sealing.is_sealed(start):
                key, _ = sealing.key_in(start, self.vaults.named)
                yield from sealing.unseal(file, key)
            else:
                yield start
                yield from iter(partial(file.read, CHUNK), b"")

    def _own_work(self) -> Path:
        self.work.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self.work


class _Hashed:
    """A file whose bytes are counted and hashed while they are read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._sha256, self.size = file, sha256(), 0

    def read(self, count: int) -> bytes:
        """Return the next bytes."""
        chunk = self._file.read(count)
        self._sha256.update(chunk)
        self.size += len(chunk)
        return chunk

    @property
    def digest(self) -> str:
        """The digest of what was read so far."""
        return self._sha256.hexdigest()


def _write(plain: _Hashed, file: BinaryIO, vault: sealing.Vault | None) -> None:
    if vault is None:
        pieces: Iterator[bytes] = iter(partial(plain.read, CHUNK), b"")
    else:
        key = sealing.new_key()
        file.write(sealing.header(vault, key))
        pieces = sealing.seal(plain, key)
    for piece in pieces:
        file.write(piece)


def _compare(file: BufferedReader, digest: str) -> None:
    if file_digest(file, "sha256").hexdigest() != digest:
        raise Unavailable("object_damaged")

"""How do the bytes of an object lie so that nobody without the key of its organisation can read or change them?

A sealed object is a header and chunks. The chunks are encrypted by AES-256-GCM under a key of the object's own, in the
STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizar 2015, doi:10.1007/978-3-662-47989-6_24): the nonce is the
number of the chunk and whether it is the last, so that none can be changed, left out, added or moved. The header holds
that key twice, wrapped by the organisation's (AES key wrap, RFC 3394): while one is written anew, the other opens it.

    16 bytes   what kind of file this is; authenticated with every chunk
    2 x 48     name of the wrapping key (8), wrapped key (40)
    chunks     of 65,536 bytes and a tag of 16; only the last is shorter
"""

import io
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from pipeline.errors import Unavailable

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAGIC = b"sonorelay seal\x00\x01"
NAME, WRAPPED = 8, 40
SLOT = NAME + WRAPPED
HEADER = len(MAGIC) + 2 * SLOT
CHUNK = 64 * 1024
TAG = 16


@dataclass(frozen=True)
class Vault:
    """What wraps the keys of an organisation's objects: by which name it is known, and the 32 bytes; never printed."""

    organisation: str
    name: bytes
    secret: bytes = field(repr=False)


class Readable(Protocol):
    """What gives as many bytes as it is asked for, fewer only at its end."""

    def read(self, count: int, /) -> bytes:
        """Return the next bytes."""


def new_key() -> bytes:
    """Return a key for one object, and no other."""
    return secrets.token_bytes(32)


def header(vault: Vault, key: bytes) -> bytes:
    """Return what an object begins with whose key this vault wraps; the same for the same two."""
    return MAGIC + 2 * _slot(vault, key)


def is_sealed(start: bytes) -> bool:
    """Tell whether bytes that begin so are sealed; those of earlier versions are not."""
    return start.startswith(MAGIC)


def key_in(start: bytes, vault_named: Callable[[bytes], Vault | None]) -> tuple[bytes, Vault]:
    """Return the object's key and the vault that gave it.

    Unavailable: object_damaged, vault_key_missing where no vault is known by the names that stand in the header.
    """
    missing = ""
    for place in (len(MAGIC), len(MAGIC) + SLOT):
        name, wrapped = start[place : place + NAME], start[place + NAME : place + SLOT]
        vault = vault_named(name)
        if vault is None:
            missing = missing or name.hex()
            continue
        try:
            return aes_key_unwrap(vault.secret, wrapped), vault
        except (InvalidUnwrap, ValueError):
            continue
    if missing and len(start) == HEADER:
        raise Unavailable("vault_key_missing", key=missing)
    raise Unavailable("object_damaged")


def wrapped_anew(vault: Vault, key: bytes) -> tuple[tuple[int, bytes], ...]:
    """Return what is to be written where, one after the other, so that this vault alone opens the object."""
    slot = _slot(vault, key)
    return ((len(MAGIC) + SLOT, slot), (len(MAGIC), slot))


def seal(plain: Readable, key: bytes) -> Iterator[bytes]:
    """Yield the sealed chunks of what is read, without the header."""
    cipher, number = AESGCM(key), 0
    chunk = plain.read(CHUNK)
    while True:
        following = plain.read(CHUNK)
        yield cipher.encrypt(_nonce(number, last=not following), chunk, MAGIC)
        if not following:
            return
        chunk, number = following, number + 1


def unseal(sealed: Readable, key: bytes) -> Iterator[bytes]:
    """Yield what was sealed, each chunk after it was found genuine; Unavailable("object_damaged") at the first not."""
    cipher, number = AESGCM(key), 0
    chunk = sealed.read(CHUNK + TAG)
    while True:
        following = sealed.read(CHUNK + TAG)
        try:
            plain = cipher.decrypt(_nonce(number, last=not following), chunk, MAGIC)
        except (InvalidTag, ValueError):
            raise Unavailable("object_damaged") from None
        if plain:
            yield plain
        if not following:
            return
        chunk, number = following, number + 1


def plain_size(length: int) -> int:
    """Return how many bytes were sealed into an object of this length."""
    body = max(length - HEADER, 0)
    return max(body - TAG * -(-body // (CHUNK + TAG)), 0)


class Pieces(io.RawIOBase):
    """A file that is read from first to last, made of pieces that come one by one."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        """Ask for the first piece now, so that what cannot be opened says so here."""
        self._left = memoryview(next(pieces, b""))
        self._pieces = pieces

    def readable(self) -> bool:
        """Say yes."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Fill the buffer with what is left of a piece, or some of the next."""
        if not self._left:
            self._left = memoryview(next(self._pieces, b""))
        wanted = memoryview(buffer).cast("B")
        count = min(len(wanted), len(self._left))
        wanted[:count], self._left = self._left[:count], self._left[count:]
        return count

    def close(self) -> None:
        """Let go of what the pieces come from."""
        if not self.closed:
            self._left = memoryview(b"")
            closing = getattr(self._pieces, "close", None)
            if closing is not None:
                closing()
        super().close()


def as_file(pieces: Iterator[bytes]) -> BinaryIO:
    """Return a file that is read from first to last."""
    return io.BufferedReader(Pieces(pieces), CHUNK)


def _slot(vault: Vault, key: bytes) -> bytes:
    return vault.name + aes_key_wrap(vault.secret, key)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")
